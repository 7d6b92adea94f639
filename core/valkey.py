"""The one connection pool to Valkey (or Redis) of this process. Everything kept there may be lost without harm."""

from functools import cache

import redis
from django.conf import settings


@cache
def client() -> "redis.Redis":
    """Short time-outs: a hung server must not hold a request."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=2)
