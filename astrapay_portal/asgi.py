"""What granian serves: pages and API in threads behind buffered bodies, and the streams of open pages beside them."""

import os

from a2wsgi import WSGIMiddleware

from astrapay_portal import wsgi  # before the others: it sets Django up

# isort: split
from accounts.live import authorize
from astrapay_portal.api_urls import canonical
from astrapay_portal.embedded.processes import SUPERVISED, follow_parent
from core.api.errors import is_api
from core.asgi import BufferedBodies, Receive, Scope, Send
from core.streams import Hub

THREADS = 8
MIB = 1024 * 1024


def limit_for(path: str) -> int:
    """The most bytes a body may have at a canonical path: files of spreadsheets come through pages and bulk payouts."""
    if not is_api(path):
        return 12 * MIB
    return 4 * MIB if path.startswith("/v1/pix-checkout") else MIB


threads = WSGIMiddleware(wsgi.application, workers=THREADS)  # type: ignore[arg-type]
pages = BufferedBodies(threads, limit_for=limit_for, canonical=canonical)  # type: ignore[arg-type]
streams = Hub(authorize)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    handler = streams if scope["path"] == "/events" else pages
    await handler(scope, receive, send)


if SUPERVISED in os.environ:
    follow_parent()
