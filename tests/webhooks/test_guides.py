"""The guide says what the engine does, the gallery shows what is sent, and the figures what happened."""

import json
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import translation
from django.utils.html import escape
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains

from astrapay_portal.environment import Environment
from core import clock
from core.actor import Actor
from tests.webhooks.conftest import claim_all, make_endpoint, outcome, tell
from webhooks import promises
from webhooks.actions import delivery
from webhooks.catalogue import SUBSCRIBABLE, event_types
from webhooks.figures import last_day
from webhooks.guides import list_of_promises, words_for
from webhooks.models import Attempt, Delivery, Endpoint

LANGUAGES = ("pt-br", "en")


@pytest.fixture(params=LANGUAGES)
def reader(request: pytest.FixtureRequest, client: Browser) -> Browser:
    """Somebody who has not signed in."""
    client.cookies["astrapay_language"] = request.param
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/docs/webhooks", "/docs/events", "/docs/errors"])
def test_the_guides_are_open_to_everybody_in_both_languages(reader: Browser, path: str) -> None:
    page = reader.get(path)
    assert page.headers["Content-Language"] == reader.cookies["astrapay_language"].value
    for other in ("/docs/webhooks", "/docs/events", "/docs/errors", "/docs/api"):
        assertContains(page, f'href="{other}"')


def test_the_promises_come_from_the_table_that_the_engine_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    with translation.override("en"):
        said = {promise.about: promise.sentence for promise in list_of_promises()}
        assert said["Attempts"].startswith("10 over about 75 hours.")
        assert said["Success"].startswith("Any 2xx within 15 seconds.")
        assert "on days 3 and 4; after 5 days" in said["Unbroken failure"]
        monkeypatch.setattr(promises, "ANSWER_SECONDS", 7.0)
        monkeypatch.setattr(promises, "WAITS", (timedelta(0), timedelta(hours=3)))
        said = {promise.about: promise.sentence for promise in list_of_promises()}
    assert "over about 3 hours." in said["Attempts"]
    assert said["Success"].startswith("Any 2xx within 7 seconds.")


@pytest.mark.parametrize(("language", "words"), [("en", "24 hours"), ("pt-br", "24 horas")])
def test_waits_are_told_in_the_reader_s_language(language: str, words: str) -> None:
    with translation.override(language):
        assert words_for(promises.WAITS[-1]) == words


@pytest.mark.django_db
def test_the_gallery_shows_every_type_and_says_which_are_never_sent(client: Browser) -> None:
    client.cookies["astrapay_language"] = "en"
    page = client.get("/docs/events")
    text = page.content.decode()
    for each in event_types():
        section = text.partition(f'<h2 id="{each.name}">')[2].partition("</section>")[0]
        assert section, each.name
        assert ("Not sent by this version" in section) == (not each.is_sent)
        if each.example is not None:
            assert escape(json.dumps(each.example, indent=2, ensure_ascii=False)) in section
    partner = text.partition('<h2 id="PIX_QR_PARTNER_INBOUND">')[2].partition("</section>")[0]
    assert "this version never sends it" in partner
    assert len(SUBSCRIBABLE) + 1 == text.count("<h2 id=")


@pytest.mark.django_db
def test_the_guide_names_the_addresses_that_messages_come_from(client: Browser, settings: Settings) -> None:
    settings.WEBHOOK_SOURCE_ADDRESSES = []
    assertNotContains(client.get("/docs/webhooks"), "203.0.113.7")
    settings.WEBHOOK_SOURCE_ADDRESSES = ["203.0.113.7", "203.0.113.64/28"]
    assertContains(client.get("/docs/webhooks"), "<code>203.0.113.64/28</code>")


def test_the_addresses_are_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_SOURCE_ADDRESSES", "203.0.113.7, 2001:db8::/64")
    assert [str(each) for each in Environment().webhook_sources] == ["203.0.113.7/32", "2001:db8::/64"]


# The figures ------------------------------------------------------------------------------------------------------


def conclude(*answers: tuple[int | None, int]) -> None:
    calls = zip(claim_all(), answers, strict=True)
    ended = [outcome(call, status, duration_ms=took, ended_at=clock.now()) for call, (status, took) in calls]
    delivery.conclude(ended)


def test_the_figures_count_the_attempts_of_the_last_24_hours(operator: Actor, endpoint: Endpoint) -> None:
    day = last_day(endpoint)
    assert (day.attempts, day.success, day.answered_in, day.bars) == (0, None, None, [])
    for _message in range(5):
        tell(operator)
    conclude((200, 10), (204, 20), (500, 400), (None, 15_000), (200, 30))
    Attempt.objects.filter(delivery=Delivery.objects.order_by("pk").first()).update(
        started_at=clock.now() - timedelta(hours=24, minutes=1)
    )
    day = last_day(endpoint)
    assert (day.attempts, day.good, day.bad, day.success) == (4, 2, 2, 0.5)
    assert (day.answered_in, day.waiting) == (15_000, 2)
    assert day.next_attempt_at == min(row.due_at for row in Delivery.objects.filter(due_at__isnull=False))
    assert [bar.look for bar in day.bars] == ["bad", "ok"]


def test_the_chart_draws_each_quarter_of_an_hour_where_it_was(operator: Actor, endpoint: Endpoint) -> None:
    moment = clock.now()
    for hours in (23, 12, 0):
        tell(operator)
        conclude((200, 10))
        last = Attempt.objects.order_by("-pk").values("pk")[:1]
        Attempt.objects.filter(pk__in=list(last.values_list("pk", flat=True))).update(
            started_at=moment - timedelta(hours=hours, minutes=1)
        )
    assert [round(float(bar.x) / 6.25) for bar in last_day(endpoint).bars] == [3, 47, 95]


def test_another_endpoint_s_attempts_do_not_count(operator: Actor, endpoint: Endpoint) -> None:
    other = make_endpoint(operator, "https://other.example.com/").endpoint
    tell(operator)
    conclude((200, 10), (500, 10))
    assert last_day(endpoint).attempts == last_day(other).attempts == 1
