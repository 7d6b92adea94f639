"""Failing, warned, disabled, healed (STATES.md 11)."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from accounts.models import Client, Role
from accounts.permissions import Fine, Module
from core import clock
from core.actor import Actor
from tests.factories import MembershipFactory
from tests.webhooks.conftest import claim_all, outcome, tell
from webhooks.actions import delivery, endpoints, health, notices, repair
from webhooks.models import Delivery, Endpoint, Event, Notice
from webhooks.states import EndpointStatus


def health_of(endpoint: Endpoint) -> datetime | None:
    return Endpoint.objects.get(pk=endpoint.pk).failing_since


def fail(operator: Actor) -> None:
    tell(operator)
    delivery.conclude([outcome(call, 500, ended_at=clock.now()) for call in claim_all()])


def failing_for(endpoint: Endpoint, days: float) -> Endpoint:
    Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=clock.now() - timedelta(days=days))
    health.watch_failing()
    endpoint.refresh_from_db()
    return endpoint


def reasons() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("reason", flat=True))


def test_an_endpoint_fails_from_its_first_failure_and_is_healed_by_one_success(
    operator: Actor, endpoint: Endpoint
) -> None:
    fail(operator)
    since = health_of(endpoint)
    assert since is not None
    fail(operator)
    assert health_of(endpoint) == since
    tell(operator)
    delivery.conclude([outcome(call, 204, ended_at=clock.now()) for call in claim_all()])
    assert health_of(endpoint) is None
    assert list(Event.objects.filter(object_type="webhook").values_list("name", flat=True)) == [
        "webhook.created",
        "webhook.failing",
        "webhook.healed",
    ]


@pytest.mark.parametrize(
    ("days", "said", "status"),
    [
        (2.9, [], "ACTIVE"),
        (3, ["FAILING_THREE_DAYS"], "ACTIVE"),
        (4, ["FAILING_THREE_DAYS", "FAILING_FOUR_DAYS"], "ACTIVE"),
        (5, ["FAILING_THREE_DAYS", "FAILING_FOUR_DAYS", "DISABLED_BY_FAILURE"], "DISABLED"),
    ],
)
def test_five_days_of_unbroken_failure_warn_on_days_three_and_four_and_then_disable(
    endpoint: Endpoint, days: float, said: list[str], status: str
) -> None:
    assert failing_for(endpoint, days).status == status
    health.watch_failing()
    assert reasons() == said


def test_administrators_alone_are_told_by_e_mail_once_and_in_their_language(
    shop: Client, stranger: Client, endpoint: Endpoint
) -> None:
    boss = MembershipFactory.create(client=shop, modules=(Module.REPRESENTATIVES,)).user
    boss.language = "en"
    boss.save()
    reader = MembershipFactory.create(client=shop, modules=(Module.REPRESENTATIVES,))
    Role.objects.filter(membership=reader).update(withheld=[Fine.WRITE])
    MembershipFactory.create(client=shop, modules=(Module.WEBHOOK,))
    MembershipFactory.create(client=stranger, modules=(Module.REPRESENTATIVES,))
    failing_for(endpoint, 3)
    notices.mail_notices()
    notices.mail_notices()
    (letter,) = mail.outbox
    assert letter.to == [boss.email]
    assert "Nothing was delivered for three days" in letter.subject
    assert endpoint.url in letter.body
    assert f"/webhook/{endpoint.endpoint_id}" in letter.body


def test_a_letter_that_could_not_be_sent_is_sent_later(
    shop: Client, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    MembershipFactory.create(client=shop, modules=(Module.REPRESENTATIVES,))
    failing_for(endpoint, 3)

    def no_server(*args: object, **options: object) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr(notices, "send_mail", no_server)
        notices.mail_notices()
    assert mail.outbox == []
    notices.mail_notices()
    assert len(mail.outbox) == 1


def test_a_disabled_endpoint_is_told_nothing_and_one_click_brings_back_what_waited(
    operator: Actor, endpoint: Endpoint
) -> None:
    fail(operator)
    failing_for(endpoint, 5)
    tell(operator)
    assert Delivery.objects.count() == 1
    assert Delivery.objects.get().due_at is None
    back = endpoints.switch_endpoint(actor=operator, endpoint_id=endpoint.endpoint_id, active=True)
    assert (back.status, back.failing_since) == (EndpointStatus.ACTIVE, None)
    assert len(claim_all()) == 1
    health.watch_failing()
    assert Endpoint.objects.get().status == EndpointStatus.ACTIVE


def test_a_new_failure_after_healing_is_warned_about_anew(endpoint: Endpoint) -> None:
    failing_for(endpoint, 3)
    failing_for(endpoint, 3.5)
    assert reasons() == ["FAILING_THREE_DAYS", "FAILING_THREE_DAYS"]


def test_a_resend_that_fails_says_nothing_about_the_health(operator: Actor, endpoint: Endpoint) -> None:
    repair.send_test(actor=operator, endpoint_id=endpoint.endpoint_id)
    delivery.conclude([outcome(call, 500, ended_at=clock.now()) for call in claim_all()])
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None
