"""Several engines and people at the same rows at once."""

import ssl
from collections import Counter
from datetime import timedelta

import pytest

from core import clock
from core.actor import Actor
from tests.core.receiver import replying, serving, silent
from tests.racing import at_once
from tests.webhooks.conftest import claim_all, make_endpoint, outcome, run_engine, tell
from webhooks import promises
from webhooks.actions import delivery, endpoints
from webhooks.models import Attempt, Delivery
from webhooks.sending import Call
from webhooks.states import DeliveryStatus

pytestmark = pytest.mark.django_db(transaction=True)


def test_four_claimers_share_eighty_rows_and_each_row_is_claimed_once(operator: Actor) -> None:
    for number in range(10):
        make_endpoint(operator, f"https://receiver{number}.example.com/")
    for _message in range(8):
        tell(operator)

    def claim_until_nothing(_position: int) -> list[Call]:
        mine: list[Call] = []
        while Delivery.objects.filter(lease_until=None).exists():  # one who finds the others' locks finds nothing
            mine += delivery.claim(free=5, busy=Counter())
        return mine

    claimed = [call.delivery_id for calls in at_once(4, claim_until_nothing) for call in calls]
    assert len(claimed) == 80
    assert len(set(claimed)) == 80
    assert claim_all() == []


def test_two_engines_deliver_each_message_once(operator: Actor, developer: None, server: ssl.SSLContext) -> None:
    with serving(server, replying("HTTP/1.1 204 No Content")) as receiver:
        make_endpoint(operator, receiver.url())
        events = [tell(operator) for _message in range(30)]
        at_once(2, lambda _position: run_engine())
    assert set(Delivery.objects.values_list("status", flat=True)) == {DeliveryStatus.DELIVERED}
    assert Attempt.objects.count() == len(receiver.requests) == len(events)


def test_a_dead_endpoint_delays_no_other(
    operator: Actor, developer: None, server: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promises, "ANSWER_SECONDS", 3.0)
    with serving(server, silent) as dead, serving(server, replying("HTTP/1.1 204 No Content")) as healthy:
        make_endpoint(operator, dead.url())
        well = make_endpoint(operator, healthy.url()).endpoint
        began = clock.now()
        for _message in range(12):
            tell(operator)
        run_engine(threads=16)
    moments = Attempt.objects.filter(delivery__endpoint=well).values_list("ended_at", flat=True)
    assert len(moments) == 12
    assert max(each for each in moments if each) - began < timedelta(seconds=2.5)


def test_deleting_an_endpoint_while_its_messages_are_concluded_leaves_nothing_waiting(operator: Actor) -> None:
    endpoint = make_endpoint(operator).endpoint
    for _message in range(20):
        tell(operator)
    calls = claim_all()

    def act(position: int) -> None:
        if position == 0:
            endpoints.delete_endpoint(actor=operator, endpoint_id=endpoint.endpoint_id)
        else:
            delivery.conclude([outcome(call, 500, ended_at=clock.now()) for call in calls])

    at_once(2, act)
    Delivery.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=clock.now())
    for _round in range(5):
        assert claim_all() == []
    assert set(Delivery.objects.values_list("status", flat=True)) == {DeliveryStatus.CANCELLED}


def test_two_people_who_make_the_last_webhook_at_once_make_one(operator: Actor) -> None:
    for number in range(promises.MOST_ENDPOINTS - 1):
        make_endpoint(operator, f"https://receiver{number}.example.com/")

    def make(position: int) -> str:
        try:
            return make_endpoint(operator, f"https://last{position}.example.com/").endpoint.url
        except Exception as error:
            return type(error).__name__

    assert sorted(at_once(2, make))[0] == "TooManyWebhooks"
