"""Who sends what is due: a claim is a lease, and no endpoint takes the places of the others."""

from collections import Counter
from datetime import timedelta

from core import clock
from core.actor import Actor
from tests.webhooks.conftest import claim_all, make_endpoint, outcome, tell
from webhooks import promises
from webhooks.actions import delivery
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.sending import FAILING_LIMIT, HEALTHY_LIMIT
from webhooks.states import DeliveryStatus, EndpointStatus


def test_a_row_that_is_leased_is_nobody_elses_until_the_lease_ends(operator: Actor, endpoint: Endpoint) -> None:
    tell(operator)
    assert len(claim_all()) == 1
    assert claim_all() == []
    lease = Delivery.objects.get().lease_until
    assert lease is not None
    assert lease - clock.now() > timedelta(seconds=promises.ANSWER_SECONDS)
    Delivery.objects.update(lease_until=clock.now())
    (again,) = claim_all()
    assert again.number == 2
    assert list(Attempt.objects.values_list("number", "ended_at")) == [(1, None), (2, None)]


def test_a_lost_attempt_uses_up_nothing_of_the_schedule(operator: Actor, endpoint: Endpoint) -> None:
    tell(operator)
    claim_all()
    Delivery.objects.update(lease_until=clock.now())
    (call,) = claim_all()
    delivery.conclude([outcome(call, 500, ended_at=clock.now())])
    assert Delivery.objects.get().failures == 1


def test_who_concludes_after_being_replaced_moves_no_schedule_but_its_success_counts(
    operator: Actor, endpoint: Endpoint
) -> None:
    tell(operator)
    (late,) = claim_all()
    Delivery.objects.update(lease_until=clock.now())
    claim_all()
    delivery.conclude([outcome(late, 500, ended_at=clock.now())])
    row = Delivery.objects.get()
    assert (row.failures, row.lease_until is not None) == (0, True)
    delivery.conclude([outcome(late, 200, ended_at=clock.now())])
    assert Delivery.objects.get().status == DeliveryStatus.DELIVERED


def test_each_endpoint_has_a_few_places_and_one_that_fails_has_fewer(operator: Actor, endpoint: Endpoint) -> None:
    other = make_endpoint(operator, "https://other.example.com/").endpoint
    Endpoint.objects.filter(pk=other.pk).update(failing_since=clock.now())
    for _message in range(HEALTHY_LIMIT + 3):
        tell(operator)
    calls = claim_all()
    assert [call.endpoint_id for call in calls].count(endpoint.pk) == HEALTHY_LIMIT
    assert [call.endpoint_id for call in calls].count(other.pk) == FAILING_LIMIT


def test_with_few_threads_left_every_endpoint_gets_one_before_any_gets_two(operator: Actor, endpoint: Endpoint) -> None:
    for _message in range(20):
        tell(operator)
    other = make_endpoint(operator, "https://other.example.com/").endpoint
    tell(operator)
    calls = delivery.claim(free=2, busy=Counter())
    assert {call.endpoint_id for call in calls} == {endpoint.pk, other.pk}
    assert delivery.claim(free=10, busy=Counter({endpoint.pk: HEALTHY_LIMIT, other.pk: HEALTHY_LIMIT})) == []


def test_what_was_queued_for_an_endpoint_that_was_switched_off_waits(operator: Actor, endpoint: Endpoint) -> None:
    tell(operator)
    Endpoint.objects.update(status=EndpointStatus.INACTIVE)
    assert claim_all() == []
    row = Delivery.objects.get()
    assert (row.status, row.due_at, row.attempts) == (DeliveryStatus.PENDING, None, 0)
