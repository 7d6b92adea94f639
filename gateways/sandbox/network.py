"""The sandbox's Pix network: it pays charges, settles refunds, and sends notices as a real one would."""

from datetime import UTC, datetime
from decimal import Decimal

from django.db import transaction

from core import clock
from core.ids import random_id
from gateways import notices
from gateways.sandbox import rules
from gateways.sandbox.models import SandboxCharge, SandboxRefund

NAME = "sandbox"
CASE_ID_LENGTH = 20
BATCH = 200


def pay(*, txid: str, amount: Decimal, payer_document: str, payer_name: str, settled_at: datetime) -> None:
    """A Pix arrives for the charge, whatever state it is in: late and second payments are tried this way."""
    end_to_end_id = rules.end_to_end_id(settled_at.astimezone(UTC))
    payload = {
        "txid": txid,
        "endToEndId": end_to_end_id,
        "amount": format(amount, ".2f"),
        "payer": {"document": payer_document, "name": payer_name},
        "settledAt": clock.text(settled_at),
    }
    with transaction.atomic():
        SandboxCharge.objects.filter(txid=txid, paid_at=None).update(paid_at=settled_at, pay_at=None)
        notices.receive(gateway=NAME, kind="pix.received", external_id=end_to_end_id, payload=payload)


def expire(*, txid: str, at: datetime) -> None:
    SandboxCharge.objects.filter(txid=txid).update(expires_at=at, pay_at=None)


def settle(refund: SandboxRefund, *, outcome: str, reason: str = "") -> None:
    """The network's word on a refund; said once. The caller holds the row's lock."""
    if refund.settled_at is not None:
        return
    refund.outcome, refund.reason, refund.settled_at = outcome, reason, clock.now()
    refund.save(update_fields=["outcome", "reason", "settled_at"])
    payload = {
        "refundId": refund.refund_id,
        "devolutionEndToEndId": refund.devolution_end_to_end_id,
        "outcome": outcome,
        "reason": reason,
        "settledAt": clock.text(refund.settled_at),
    }
    notices.receive(gateway=NAME, kind="pix.refund", external_id=refund.refund_id, payload=payload)


def settle_now(*, refund_id: str, outcome: str, reason: str = "") -> None:
    """The sandbox call and button: ends a refund that waits."""
    with transaction.atomic():
        refund = SandboxRefund.objects.select_for_update().filter(refund_id=refund_id).first()
        if refund is not None:
            settle(refund, outcome=outcome, reason=reason)


def open_med(*, txid: str, end_to_end_id: str, kind: str) -> str:
    """The payer's bank opens a MED. Returns its case id."""
    case_id = random_id("med", CASE_ID_LENGTH)
    payload = {"txid": txid, "endToEndId": end_to_end_id, "caseId": case_id, "kind": kind}
    notices.receive(gateway=NAME, kind="pix.med", external_id=case_id, payload=payload)
    return case_id


def decide_med(*, txid: str, case_id: str, won: bool) -> None:
    """The analysis ends, once."""
    payload = {"txid": txid, "caseId": case_id, "won": won}
    notices.receive(gateway=NAME, kind="pix.med.decision", external_id=case_id, payload=payload)


def run_due() -> None:
    """Pays and settles what is due. Several workers may run it at once."""
    _pay_due()
    _settle_due()


def _pay_due() -> None:
    with transaction.atomic():
        due = SandboxCharge.objects.select_for_update(skip_locked=True).filter(
            pay_at__lte=clock.now(), paid_at=None, cancelled_at=None
        )
        for charge in due.order_by("pay_at")[:BATCH]:
            document, name = rules.TEST_PAYER
            pay(
                txid=charge.txid,
                amount=charge.amount,
                payer_document=charge.payer_document or document,
                payer_name=charge.payer_name or name,
                settled_at=clock.cut(charge.pay_at or clock.now()),
            )


def _settle_due() -> None:
    with transaction.atomic():
        due = SandboxRefund.objects.select_for_update(skip_locked=True).filter(due_at__lte=clock.now(), settled_at=None)
        for refund in due.order_by("due_at")[:BATCH]:
            outcome, reason = rules.refund_fate(refund.amount)
            settle(refund, outcome=outcome, reason=reason)
