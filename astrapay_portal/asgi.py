"""What granian serves: pages and API in threads behind buffered bodies, and the streams of open pages beside them."""

import os

from a2wsgi import WSGIMiddleware

from astrapay_portal import wsgi  # before the others: it sets Django up

# isort: split
from accounts.live import authorize
from astrapay_portal.api_urls import canonical
from astrapay_portal.embedded.processes import SUPERVISED, follow_parent
from core.api.formats import LARGEST_BODY
from core.asgi import BufferedBodies, Receive, Scope, Send
from core.streams import Hub

THREADS = 8

threads = WSGIMiddleware(wsgi.application, workers=THREADS)  # type: ignore[arg-type]
pages = BufferedBodies(threads, limit=LARGEST_BODY, canonical=canonical)  # type: ignore[arg-type]
streams = Hub(authorize)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    handler = streams if scope["path"] == "/events" else pages
    await handler(scope, receive, send)


if SUPERVISED in os.environ:
    follow_parent()
