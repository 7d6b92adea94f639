"""Test, resend, recover, retention."""

from datetime import timedelta

import pytest

from core import clock
from core.actor import Actor
from core.errors import InvalidParameters, PermissionMissing
from tests.conftest import actor_for
from tests.webhooks.conftest import claim_all, make_endpoint, outcome, tell
from webhooks.actions import delivery, endpoints, repair, retention
from webhooks.errors import MessageForgotten, WebhookDeleted
from webhooks.models import Attempt, Delivery, Endpoint, Event
from webhooks.states import DeliveryStatus, EndpointStatus


def conclude(status: int) -> None:
    delivery.conclude([outcome(call, status, ended_at=clock.now(), response="hi") for call in claim_all()])


def statuses() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("status", flat=True))


@pytest.fixture
def failed(operator: Actor, endpoint: Endpoint) -> Delivery:
    tell(operator)
    Delivery.objects.update(status=DeliveryStatus.FAILED, failures=10, next_attempt_at=None)
    return Delivery.objects.get()


def test_a_resend_of_a_failed_message_is_one_more_attempt_and_may_deliver_it(operator: Actor, failed: Delivery) -> None:
    repair.resend(actor=operator, delivery_id=failed.delivery_id)
    conclude(500)
    assert (statuses(), claim_all()) == (["FAILED"], [])
    repair.resend(actor=operator, delivery_id=failed.delivery_id)
    conclude(200)
    assert statuses() == ["DELIVERED"]
    assert set(Attempt.objects.values_list("trigger", flat=True)) == {"MANUAL"}


def test_a_resend_works_while_the_endpoint_is_disabled(operator: Actor, failed: Delivery) -> None:
    Endpoint.objects.update(status=EndpointStatus.DISABLED)
    repair.resend(actor=operator, delivery_id=failed.delivery_id)
    conclude(200)
    assert statuses() == ["DELIVERED"]


def test_a_resend_leaves_the_schedule_of_what_still_waits_alone(operator: Actor, endpoint: Endpoint) -> None:
    tell(operator)
    conclude(500)
    before = Delivery.objects.get()
    repair.resend(actor=operator, delivery_id=before.delivery_id)
    conclude(500)
    after = Delivery.objects.get()
    assert (after.next_attempt_at, after.failures, after.attempts) == (before.next_attempt_at, 1, 2)


def test_a_resend_that_is_asked_for_during_an_attempt_is_made_unless_that_one_arrives(
    operator: Actor, endpoint: Endpoint
) -> None:
    tell(operator)
    for status in (500, 200):
        calls = claim_all()
        repair.resend(actor=operator, delivery_id=Delivery.objects.get().delivery_id)
        delivery.conclude([outcome(call, status, ended_at=clock.now()) for call in calls])
        assert Delivery.objects.get().due_at is not None or status == 200
    assert (statuses(), claim_all(), Attempt.objects.count()) == (["DELIVERED"], [], 2)


def test_what_was_delivered_can_be_sent_again_and_stays_delivered(operator: Actor, endpoint: Endpoint) -> None:
    tell(operator)
    conclude(200)
    repair.resend(actor=operator, delivery_id=Delivery.objects.get().delivery_id)
    conclude(500)
    assert (statuses(), Attempt.objects.count()) == (["DELIVERED"], 2)


def test_nothing_is_resent_to_a_deleted_endpoint_or_without_its_bytes(operator: Actor, failed: Delivery) -> None:
    Event.objects.update(body=None)
    with pytest.raises(MessageForgotten):
        repair.resend(actor=operator, delivery_id=failed.delivery_id)
    Event.objects.exclude(message_type="").update(body=b"{}")
    endpoints.delete_endpoint(actor=operator, endpoint_id=failed.endpoint.endpoint_id)
    with pytest.raises(WebhookDeleted):
        repair.resend(actor=operator, delivery_id=failed.delivery_id)


def test_a_test_message_is_sent_once_also_to_an_endpoint_that_is_off(operator: Actor, endpoint: Endpoint) -> None:
    endpoints.switch_endpoint(actor=operator, endpoint_id=endpoint.endpoint_id, active=False)
    row = repair.send_test(actor=operator, endpoint_id=endpoint.endpoint_id)
    assert row.event.message_type == "TEST"
    conclude(500)
    assert (statuses(), claim_all()) == (["FAILED"], [])
    endpoints.switch_endpoint(actor=operator, endpoint_id=endpoint.endpoint_id, active=True)
    assert claim_all() == []


def test_recovery_sends_what_was_not_delivered_and_what_was_never_queued(operator: Actor, endpoint: Endpoint) -> None:
    since = clock.now()
    tell(operator)
    conclude(200)
    tell(operator)
    conclude(500)
    endpoints.switch_endpoint(actor=operator, endpoint_id=endpoint.endpoint_id, active=False)
    tell(operator)
    tell(operator, lifecycle=True)
    make_endpoint(operator, event_type="PIX_OUTBOUND")
    assert repair.recover(actor=operator, endpoint_id=endpoint.endpoint_id, since=since) == 2
    conclude(200)
    assert statuses() == ["DELIVERED"] * 3
    assert list(Attempt.objects.order_by("pk").values_list("trigger", flat=True))[2:] == ["RECOVERY", "RECOVERY"]
    assert repair.recover(actor=operator, endpoint_id=endpoint.endpoint_id, since=since) == 0
    assert repair.recover(actor=operator, endpoint_id=endpoint.endpoint_id, since=since, everything=True) == 3


def test_recovery_keeps_to_its_window_and_to_thirty_days(operator: Actor, endpoint: Endpoint) -> None:
    event = tell(operator)
    Event.objects.update(created_at=event.created_at - timedelta(days=2))
    Delivery.objects.update(status=DeliveryStatus.FAILED, next_attempt_at=None)
    moment = clock.now()
    recover = repair.recover
    asked = {"actor": operator, "endpoint_id": endpoint.endpoint_id}
    assert recover(**asked, since=moment - timedelta(days=1)) == 0  # type: ignore[arg-type]
    window = {"since": moment - timedelta(days=3), "until": moment - timedelta(days=1)}
    assert recover(**asked, **window) == 1  # type: ignore[arg-type]
    for field, wrong in (
        ("since", {"since": moment - timedelta(days=30, seconds=1)}),
        ("until", {"since": moment, "until": moment - timedelta(seconds=1)}),
    ):
        with pytest.raises(InvalidParameters) as refused:
            recover(**asked, **wrong)  # type: ignore[arg-type]
        assert refused.value.errors[0].startswith(f"{field}: ")


def test_deleting_an_endpoint_cancels_what_waits_and_keeps_the_log(operator: Actor, endpoint: Endpoint) -> None:
    tell(operator)
    conclude(200)
    tell(operator)
    endpoints.delete_endpoint(actor=operator, endpoint_id=endpoint.endpoint_id)
    assert statuses() == ["DELIVERED", "CANCELLED"]
    assert claim_all() == []


def test_only_who_may_write_mends_anything(operator: Actor, failed: Delivery) -> None:
    reader = actor_for(failed.client, withheld=("write",))
    endpoint_id = failed.endpoint.endpoint_id
    for act in (
        lambda: repair.resend(actor=reader, delivery_id=failed.delivery_id),
        lambda: repair.send_test(actor=reader, endpoint_id=endpoint_id),
        lambda: repair.recover(actor=reader, endpoint_id=endpoint_id, since=clock.now()),
        lambda: endpoints.rotate_secret(actor=reader, endpoint_id=endpoint_id),
        lambda: endpoints.switch_endpoint(actor=reader, endpoint_id=endpoint_id, active=False),
        lambda: endpoints.delete_endpoint(actor=reader, endpoint_id=endpoint_id),
        lambda: make_endpoint(reader),
    ):
        with pytest.raises(PermissionMissing):
            act()


def test_bodies_are_kept_for_thirty_days_and_attempts_for_thirteen_months(
    operator: Actor, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _message in range(5):
        tell(operator)
    conclude(200)
    retention.forget_old_rows()
    assert Event.objects.filter(body__isnull=False).count() == 5
    Event.objects.filter(body__isnull=False).update(created_at=clock.now() - timedelta(days=31))
    retention.forget_old_rows()
    assert not Event.objects.filter(body__isnull=False).exists()
    assert set(Attempt.objects.values_list("response", flat=True)) == {""}
    Attempt.objects.update(started_at=clock.now() - timedelta(days=400))
    retention.forget_old_rows()
    assert Attempt.objects.count() == 5
    Attempt.objects.update(started_at=clock.now() - timedelta(days=404))
    retention.forget_old_rows()
    assert not Attempt.objects.exists()
