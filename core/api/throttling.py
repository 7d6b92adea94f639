"""Rate limits as token buckets in Valkey. With Valkey down the request passes and the log says so."""

import math
from dataclasses import dataclass

import redis
import structlog

from core import valkey

log = structlog.get_logger()

# The server's own clock, so that all web processes agree.
TAKE = """
local now = redis.call('TIME'); now = now[1] + now[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local capacity, refill = tonumber(ARGV[1]), tonumber(ARGV[2])
local level = math.min(capacity, (tonumber(kept[1]) or capacity) + (now - (tonumber(kept[2]) or now)) * refill)
local taken = 0
if level >= 1 then level = level - 1; taken = 1 end
redis.call('HSET', KEYS[1], 'level', tostring(level), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil(capacity / refill) + 1)
return {taken, tostring(level)}
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a bucket had left. `reset` is the seconds until it is full, `retry_after` those until one more passes."""

    allowed: bool
    limit: int
    remaining: int
    reset: int
    retry_after: int

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


def take(key: str, *, per_minute: int) -> Allowance | None:
    """Takes one from the bucket, which holds `per_minute` and refills in a minute. None when Valkey does not answer."""
    refill = per_minute / 60
    try:
        taken, level_text = valkey.client().eval(TAKE, 1, f"limit:{key}", per_minute, refill)
    except redis.RedisError as error:
        log.warning("rate limit not checked", reason=type(error).__name__)
        return None
    level = float(level_text)
    return Allowance(
        allowed=bool(taken),
        limit=per_minute,
        remaining=int(level),
        reset=math.ceil((per_minute - level) / refill),
        retry_after=max(1, math.ceil((1 - level) / refill)),
    )
