"""What comes from the acquirer by itself: the end of a review, a chargeback and its outcome, each told by a notice."""

from decimal import Decimal

from django.db import transaction

from core import clock
from core.ids import random_id
from gateways import notices
from gateways.errors import GatewayRefused
from gateways.protocols import CardState
from gateways.sandbox import rules
from gateways.sandbox.models import SandboxCardOperation, SandboxChargeback
from gateways.sandbox.network import BATCH, NAME

CASE_ID_LENGTH = 20
Kind = SandboxCardOperation.Kind


def decide_review(*, operation_id: str, approved: bool) -> None:
    """Ends a review, once. Nothing happens to an operation that is not under review."""
    with transaction.atomic():
        waiting = SandboxCardOperation.objects.select_for_update().filter(state=CardState.UNDER_REVIEW)
        operation = waiting.filter(operation_id=operation_id).first()
        if operation is not None:
            _end_review(operation, approved=approved)


def open_chargeback(*, operation_id: str, amount: Decimal, reason_code: str) -> str:
    """The cardholder disputes `amount` reais of a sale or capture. Returns the network's case id.

    Raises GatewayRefused when the acquirer has no such money. What was refunded before does not count: a network
    disputes that too."""
    with transaction.atomic():
        operation = SandboxCardOperation.objects.filter(
            operation_id=operation_id, kind__in=(Kind.SALE, Kind.CAPTURE), state=CardState.APPROVED
        ).first()
        if operation is None:
            raise GatewayRefused("unknown operation")
        if amount > operation.amount:
            raise GatewayRefused("above the amount of the operation")
        case = SandboxChargeback.objects.create(
            case_id=random_id("cbk", CASE_ID_LENGTH),
            operation=operation,
            amount=amount,
            reason_code=reason_code,
            opened_at=clock.now(),
        )
        payload = {
            "operationId": operation_id,
            "caseId": case.case_id,
            "amount": format(amount, ".2f"),
            "reasonCode": reason_code,
            "openedAt": clock.text(case.opened_at),
        }
        notices.receive(gateway=NAME, kind="card.chargeback", external_id=case.case_id, payload=payload)
    return case.case_id


def decide_chargeback(*, case_id: str, won: bool) -> None:
    """The network's word on a case, said once: `won` by the merchant. Nothing happens to an unknown or decided case."""
    with transaction.atomic():
        open_cases = SandboxChargeback.objects.select_for_update(of=("self",)).filter(won=None)
        case = open_cases.select_related("operation").filter(case_id=case_id).first()
        if case is None:
            return
        case.won, case.decided_at = won, clock.now()
        case.save(update_fields=["won", "decided_at"])
        payload = {
            "caseId": case_id,
            "operationId": case.operation.operation_id,
            "won": won,
            "decidedAt": clock.text(case.decided_at),
        }
        notices.receive(gateway=NAME, kind="card.chargeback.outcome", external_id=case_id, payload=payload)


def run_due() -> None:
    """Approves what was under review for its minute. Several workers may run it at once."""
    with transaction.atomic():
        due = SandboxCardOperation.objects.select_for_update(skip_locked=True).filter(
            state=CardState.UNDER_REVIEW, review_due_at__lte=clock.now()
        )
        for operation in due.order_by("review_due_at")[:BATCH]:
            _end_review(operation, approved=True)


def _end_review(operation: SandboxCardOperation, *, approved: bool) -> None:
    """The caller holds the row's lock."""
    operation.return_code = rules.APPROVED if approved else rules.SUSPECTED_FRAUD
    operation.state = rules.card_state(operation.return_code)
    operation.authorization_code = rules.authorization_code() if approved else ""
    operation.save(update_fields=["return_code", "state", "authorization_code"])
    payload = {
        "operationId": operation.operation_id,
        "approved": approved,
        "nsu": operation.nsu,
        "authorizationCode": operation.authorization_code,
        "returnCode": operation.return_code,
    }
    notices.receive(gateway=NAME, kind="card.review", external_id=operation.operation_id, payload=payload)
