"""A receiver that costs little, run by granian. `/dead…` never answers, `/arrivals` tells what came first when."""

import asyncio
import time
from typing import Any

first_seen: dict[str, float] = {}


async def receive(scope: Any, protocol: Any) -> None:
    if scope.path.startswith("/arrivals"):
        lines = "\n".join(f"{message} {moment}" for message, moment in first_seen.items())
        protocol.response_str(200, [("content-type", "text/plain")], lines)
        return
    first_seen.setdefault(scope.headers.get("webhook-id"), time.time())
    if scope.path.startswith("/dead"):
        await asyncio.sleep(60)
    await protocol()
    protocol.response_empty(204, [])
