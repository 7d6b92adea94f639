"""Live updates with the real Valkey: what is committed reaches who may hear it, and nobody else."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import transaction

from core import live, streams, valkey
from core.streams import RESYNC, Channels, Hub, Stream
from tests.loops import run

CHARGES, LINKS, STRANGERS = (
    live.changes_in(1, "CHARGES"),
    live.changes_in(1, "PAYMENT_LINK"),
    live.changes_in(2, "CHARGES"),
)
MINE = frozenset({CHARGES, live.access_of_user(7), live.access_of_session("mine")})
SECONDS = 5


class Page:
    """An open page: what came through its stream, and a way to leave."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.bodies: asyncio.Queue[bytes] = asyncio.Queue()
        self.left = asyncio.Event()
        self.ended = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif body := message.get("body"):
            await self.bodies.put(body)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.ended.set()

    async def event(self) -> bytes:
        return await asyncio.wait_for(self.bodies.get(), SECONDS)

    async def change(self) -> dict[str, Any]:
        return dict(json.loads((await self.event()).removeprefix(b"data: ")))


class House:
    """A hub with its pages."""

    def __init__(self, authorize: streams.Authorize) -> None:
        self.hub = Hub(authorize)
        self.tasks: list[asyncio.Task[None]] = []

    async def open(self, **scope: Any) -> Page:
        page = Page()
        self.tasks.append(asyncio.create_task(self.hub({"type": "http", **scope}, page.receive, page.send)))
        return page

    async def hearing(self, **scope: Any) -> Page:
        """A page that is past the resync with which the first stream of a process begins."""
        page = await self.open(**scope)
        assert [await page.event(), await page.event()] == [streams.HELLO, RESYNC]
        return page

    async def close(self) -> None:
        for task in (*self.tasks, self.hub.listener):
            if task is not None:
                task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@asynccontextmanager
async def house(authorize: Callable[[Any], Channels | None] = lambda _scope: MINE) -> AsyncIterator[House]:
    opened = House(authorize)
    try:
        yield opened
    finally:
        await opened.close()


async def in_thread(act: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(act)


def publish(client_id: int = 1, module: str = "CHARGES", object_id: str = "tx1", version: int = 1) -> None:
    live.publish(client_id=client_id, module=module, object_type="charge", object_id=object_id, version=version)


async def told(channel: str, object_id: str = "marker") -> None:
    """Sends past the transaction, for order: what came before has been heard when this arrives."""
    await in_thread(lambda: valkey.client().publish(channel, json.dumps({"id": object_id})))


@pytest.mark.django_db(transaction=True)
class TestPublishing:
    def heard(self) -> Any:
        server: Any = valkey.client()
        subscription = server.pubsub(ignore_subscribe_messages=True)
        subscription.psubscribe("live:*")
        subscription.get_message(timeout=1)
        return subscription

    def test_a_change_is_told_after_its_commit_and_only_then(self) -> None:
        with self.heard() as subscription:
            with transaction.atomic():
                publish(version=3)
                assert subscription.get_message(timeout=0.1) is None
            message = subscription.get_message(timeout=1)
        assert message["channel"] == b"live:client:1:CHARGES"
        assert json.loads(message["data"]) == {"type": "charge", "id": "tx1", "version": 3}

    def test_a_change_rolled_back_is_never_told(self) -> None:
        with self.heard() as subscription:
            with transaction.atomic():
                publish()
                transaction.set_rollback(True)
            assert subscription.get_message(timeout=0.2) is None

    def test_without_valkey_the_commit_stands_and_nothing_is_raised(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        nobody = redis.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
        monkeypatch.setattr(valkey, "client", lambda: nobody)
        publish()
        assert "live update not sent" in caplog.text


def test_a_page_hears_its_client_and_module_and_nothing_else() -> None:
    async def scenario() -> None:
        async with house() as opened:
            page = await opened.hearing()
            for channel in (STRANGERS, LINKS, CHARGES):
                await told(channel, channel)
            assert await page.change() == {"id": CHARGES}

    run(scenario())


def test_a_page_that_may_hear_nothing_is_told_never_to_ask_again() -> None:
    async def scenario() -> None:
        async with house(lambda _scope: None) as opened:
            page = await opened.open()
            await asyncio.wait_for(page.ended.wait(), SECONDS)
            assert page.status == 204

    run(scenario())


@pytest.mark.parametrize("channel", [live.access_of_user(7), live.access_of_session("mine")])
def test_a_page_is_cut_off_when_its_session_or_its_roles_end(channel: str) -> None:
    async def scenario() -> None:
        async with house() as opened:
            page = await opened.hearing()
            await told(channel)
            await asyncio.wait_for(opened.tasks[0], SECONDS)
            assert page.ended.is_set()
            assert not opened.hub.streams

    run(scenario())


def test_a_page_hears_what_was_committed_while_it_was_being_made() -> None:
    async def scenario() -> None:
        async with house() as opened:
            first = await opened.hearing()
            opened.hub.recent.complete_since -= streams.RECENT_SECONDS  # the process has listened for a while
            await told(CHARGES, "just now")
            await first.change()
            second = await opened.open()
            assert await second.event() == streams.HELLO
            assert await second.change() == {"id": "just now"}

    run(scenario())


def test_a_role_that_ends_while_the_page_is_asking_cuts_it_off_at_once() -> None:
    async def scenario() -> None:
        async with house() as opened:
            await opened.hearing()

            def slow(_scope: Any) -> Channels:
                valkey.client().publish(live.access_of_user(7), b"")
                return MINE

            opened.hub.authorize = slow
            page = await opened.open()
            await asyncio.wait_for(opened.tasks[-1], SECONDS)
            assert page.ended.is_set()

    run(scenario())


def test_a_page_too_slow_for_its_changes_asks_for_everything_once() -> None:
    stream = Stream()
    for number in range(streams.MOST_WAITING + 1):
        stream.tell(str(number).encode())
    assert stream.waiting.get_nowait() == RESYNC
    assert stream.waiting.empty()


def test_a_stream_that_ended_stays_ended_whatever_comes() -> None:
    stream = Stream()
    stream.end()
    for _time in range(streams.MOST_WAITING + 1):
        stream.tell(b"late")
    assert stream.waiting.get_nowait() is None
    assert stream.waiting.empty()


def test_a_page_that_was_closed_leaves_nothing_behind() -> None:
    async def scenario() -> None:
        async with house() as opened:
            page = await opened.hearing()
            page.left.set()
            await asyncio.wait_for(opened.tasks[0], SECONDS)
            assert not opened.hub.streams

    run(scenario())


def test_an_idle_page_gets_a_sign_of_life_and_an_old_one_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(streams, "LONGEST_SECONDS", 0.3)

    async def scenario() -> None:
        async with house() as opened:
            page = await opened.hearing()
            assert await page.event() == streams.HEARTBEAT
            await asyncio.wait_for(page.ended.wait(), SECONDS)

    run(scenario())


def test_all_pages_are_let_go_when_the_process_stops() -> None:
    async def scenario() -> None:
        async with house() as opened:
            pages = [await opened.hearing(), await opened.open()]
            assert await pages[1].event() == streams.HELLO
            opened.hub.end_all()
            await asyncio.wait_for(asyncio.gather(*(page.ended.wait() for page in pages)), SECONDS)

    run(scenario())


def test_after_an_interruption_every_page_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "RECONNECT_SECONDS", 0.05)

    async def scenario() -> None:
        async with house() as opened:
            page = await opened.hearing()
            await in_thread(lambda: valkey.client().client_kill_filter(_type="pubsub"))
            assert await page.event() == RESYNC
            await told(CHARGES, "afterwards")
            assert await page.change() == {"id": "afterwards"}

    run(scenario())


def test_two_hundred_pages_cost_one_subscription() -> None:
    async def scenario() -> None:
        async with house() as opened:
            await opened.hearing()
            pages = [await opened.open() for _number in range(199)]
            for page in pages:
                assert await page.event() == streams.HELLO
            subscribers: Awaitable[Any] = in_thread(lambda: valkey.client().pubsub_numpat())
            assert await subscribers == 1

    run(scenario())


def test_the_channel_of_a_session_does_not_give_its_key_away() -> None:
    assert "mine" not in live.access_of_session("mine")
    assert settings.REDIS_URL
