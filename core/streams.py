"""`/events`: server-sent events for the open pages of this process, apart from Django's request cycle.

A stream costs no thread and no database connection; Django's own ASGI handler keeps one of each while the page is open.
It begins with what was committed shortly before it was asked for, because its page was made before that; wherever
something may have been missed it says `resync`, on which the page asks again for what it shows.
"""

import asyncio
import math
import signal
import threading
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType

import redis
import redis.asyncio
import structlog
from django.conf import settings
from django.db import connections

from core.asgi import Receive, Scope, Send
from core.live import CHANGES

log = structlog.get_logger()

Channels = frozenset[str]
Authorize = Callable[[Scope], Channels | None]

MOST_WAITING = 50
HEARTBEAT_SECONDS = 15.0
LONGEST_SECONDS = 600.0
RECONNECT_SECONDS = 1.0
RECENT_SECONDS = 10.0
MOST_RECENT = 2000
AUTHORIZING_THREADS = 2
HELLO = b"retry: 3000\n\n"
HEARTBEAT = b":\n\n"
RESYNC = b"event: resync\ndata: {}\n\n"
HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Stream:
    """What one open page has yet to hear."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
        self.ended = False

    def tell(self, event: bytes) -> None:
        """Adds the event. A reader too slow for it is told to ask for everything instead."""
        if self.ended:
            return
        if self.waiting.full():
            self.replace_all(RESYNC)
        else:
            self.waiting.put_nowait(event)

    def end(self) -> None:
        self.ended = True
        self.replace_all(None)

    def replace_all(self, last: bytes | None) -> None:
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(last)

    async def events(self) -> AsyncIterator[bytes]:
        """Events and heartbeats until the stream is ended or old."""
        yield HELLO
        deadline = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < deadline:
            try:
                event = await asyncio.wait_for(self.waiting.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                event = HEARTBEAT
            if event is None:
                return
            yield event


class Recent:
    """The messages of the last seconds, and the moment since when none is missing."""

    def __init__(self) -> None:
        self.messages: deque[tuple[float, str, bytes]] = deque()
        self.complete_since = math.inf

    def restart(self) -> None:
        self.messages.clear()
        self.complete_since = time.monotonic()

    def add(self, channel: str, message: bytes) -> None:
        now = time.monotonic()
        self.messages.append((now, channel, message))
        while self.messages[0][0] < now - RECENT_SECONDS:
            self.messages.popleft()
        if len(self.messages) > MOST_RECENT:
            self.complete_since = self.messages.popleft()[0]

    def since(self, moment: float) -> list[tuple[float, str, bytes]]:
        return [each for each in self.messages if each[0] >= moment]


class Hub:
    """The streams of one process, behind one subscription. `authorize` says which channels a request may hear."""

    def __init__(self, authorize: Authorize) -> None:
        self.authorize = authorize
        self.streams: defaultdict[str, set[Stream]] = defaultdict(set)
        self.threads = ThreadPoolExecutor(AUTHORIZING_THREADS, thread_name_prefix="live")
        self.listener: asyncio.Task[None] | None = None
        self.recent = Recent()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.start_listening()
        asked = time.monotonic()
        channels = await asyncio.get_running_loop().run_in_executor(self.threads, self.channels_of, scope)
        if channels is None:
            # EventSource gives up for good on 204; after 401 some browsers would ask again and again.
            await send({"type": "http.response.start", "status": 204, "headers": HEADERS[1:2]})
            await send({"type": "http.response.body", "body": b""})
            return
        with self.opened(channels) as stream:
            self.catch_up(stream, channels, asked)
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await write_until_gone(stream, receive, send)

    def channels_of(self, scope: Scope) -> Channels | None:
        try:
            return self.authorize(scope)
        finally:
            connections.close_all()

    @contextmanager
    def opened(self, channels: Channels) -> Iterator[Stream]:
        stream = Stream()
        for channel in channels:
            self.streams[channel].add(stream)
        try:
            yield stream
        finally:
            for channel in channels:
                self.streams[channel].discard(stream)
                if not self.streams[channel]:
                    del self.streams[channel]

    def catch_up(self, stream: Stream, channels: Channels, asked: float) -> None:
        """Repeats changes from before the page was made, and what ended the access while it was being looked up."""
        for moment, channel, message in self.recent.since(asked - RECENT_SECONDS):
            if channel in channels and (is_change(channel) or moment >= asked):
                pass_on(stream, channel, message)
        if asked - RECENT_SECONDS < self.recent.complete_since < math.inf:  # at infinity the resync is still to come
            stream.tell(RESYNC)

    def start_listening(self) -> None:
        if self.listener is None or self.listener.done():
            self.listener = asyncio.create_task(self.listen())
            self.end_at_shutdown()

    async def listen(self) -> None:
        """Hears all channels for as long as the process lives."""
        while True:
            try:
                await self.hear()
            except (redis.RedisError, OSError) as error:
                log.warning("live updates interrupted", reason=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def hear(self) -> None:
        client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_keepalive=True)
        async with client, client.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.psubscribe("live:*")
            self.recent.restart()
            for stream in self.all_streams():
                stream.tell(RESYNC)
            async for message in subscription.listen():
                self.route(message["channel"].decode(), message["data"])

    def route(self, channel: str, message: bytes) -> None:
        self.recent.add(channel, message)
        for stream in list(self.streams.get(channel, ())):
            pass_on(stream, channel, message)

    def all_streams(self) -> set[Stream]:
        return set().union(*self.streams.values())

    def end_all(self) -> None:
        for stream in self.all_streams():
            stream.end()

    def end_at_shutdown(self) -> None:
        """An open stream would hold granian's worker until it is killed together with the pages it is serving.

        granian's own handler stays: asyncio calls it through its wake-up descriptor.
        """
        before = signal.getsignal(signal.SIGTERM)
        if not callable(before) or threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()

        def end_streams(number: int, frame: FrameType | None) -> None:
            before(number, frame)
            loop.call_soon_threadsafe(self.end_all)

        signal.signal(signal.SIGTERM, end_streams)


def is_change(channel: str) -> bool:
    return channel.startswith(CHANGES)


def pass_on(stream: Stream, channel: str, message: bytes) -> None:
    """A change is told; whatever else concerns a stream is its access, which ends it."""
    if is_change(channel):
        stream.tell(b"data: " + message + b"\n\n")
    else:
        stream.end()


async def write_until_gone(stream: Stream, receive: Receive, send: Send) -> None:
    """Writes until the stream ends or the page is closed."""
    gone = asyncio.create_task(disconnected(receive))
    writing = asyncio.create_task(write(stream, send))
    try:
        await asyncio.wait({gone, writing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (gone, writing):
            task.cancel()
        await asyncio.gather(gone, writing, return_exceptions=True)


async def write(stream: Stream, send: Send) -> None:
    async for event in stream.events():
        await send({"type": "http.response.body", "body": event, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
