"""The sandbox calls and buttons of charges (API.md 8). Nothing happens, and nobody is told, when nothing can change."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from accounts import permissions
from accounts.permissions import Fine, Module
from charges import queries
from charges.actions.changes import locked
from charges.actions.charges import end
from charges.models import Refund
from charges.states import OPEN, ChargeStatus, RefundStatus
from core import clock
from core.actor import Actor
from core.errors import NotFound
from gateways.protocols import RefundOrder
from gateways.sandbox import network, rules
from gateways.sandbox.pix import SandboxPix
from transactions.queries.disputes import dispute_of
from transactions.states import DisputeType

WRITE = permissions.fine(Module.CHARGES, Fine.WRITE)
CHARGEBACK = permissions.fine(Module.CHARGES, Fine.CHARGEBACK)


def pay_charge(
    *, actor: Actor, txid: str, amount: Decimal | None = None, payer_document: str = "", payer_name: str = ""
) -> None:
    """A Pix arrives now, of `amount` reais or the charge's own, from the debtor unless somebody else is named."""
    charge = queries.charge_of(_allowed(actor), txid)
    document, name = rules.TEST_PAYER
    network.pay(
        txid=charge.txid,
        amount=charge.amount if amount is None else amount,
        payer_document=payer_document or charge.debtor_document or document,
        payer_name=payer_name or charge.debtor_name or name,
        settled_at=clock.now(),
    )


def expire_charge(*, actor: Actor, txid: str) -> None:
    """Lets the end of an open charge come now."""
    _allowed(actor)
    with transaction.atomic():
        charge = locked(txid, client_id=actor.client_id)
        if charge.current_status not in OPEN:
            return
        charge.expires_at = max(clock.now(), charge.created_at + timedelta(milliseconds=1))
        charge.save(update_fields=["expires_at"])
        network.expire(txid=txid, at=charge.expires_at)
        end(charge, ChargeStatus.EXPIRED, at=charge.expires_at, actor=actor)


def complete_refund(*, actor: Actor, refund_id: str) -> None:
    refund = queries.refund_of(_allowed(actor), refund_id)
    _hand_over(refund)
    network.settle_now(refund_id=refund.refund_id, outcome="COMPLETED")


def fail_refund(*, actor: Actor, refund_id: str) -> None:
    refund = queries.refund_of(_allowed(actor), refund_id)
    _hand_over(refund)
    network.settle_now(refund_id=refund.refund_id, outcome="FAILED", reason="AM04")


def open_med(*, actor: Actor, end_to_end_id: str, kind: str) -> None:
    """The payer's bank asks for a Pix back. Raises NotFound."""
    payment = queries.payment_of(_allowed(actor, CHARGEBACK), end_to_end_id)
    network.open_med(txid=payment.charge.txid, end_to_end_id=end_to_end_id, kind=kind)


def win_med(*, actor: Actor, dispute_id: str) -> None:
    _decide_med(actor, dispute_id, won=True)


def lose_med(*, actor: Actor, dispute_id: str) -> None:
    _decide_med(actor, dispute_id, won=False)


def _decide_med(actor: Actor, dispute_id: str, *, won: bool) -> None:
    dispute = dispute_of(_allowed(actor, CHARGEBACK), dispute_id)
    if dispute.type == DisputeType.MED:
        network.decide_med(txid=dispute.operation.order.order_id, case_id=dispute.case_id, won=won)


def _hand_over(refund: Refund) -> None:
    """The call may come before the task that sends refunds. One that waits for a second person has not left."""
    if refund.status == RefundStatus.PROCESSING and not refund.awaits_approval:
        SandboxPix().send_refund(RefundOrder(refund.refund_id, refund.payment.end_to_end_id, refund.amount))


def _allowed(actor: Actor, permission: str = WRITE) -> Actor:
    """In production none of this exists."""
    if not settings.SANDBOX:
        raise NotFound
    permissions.require(actor, permission)
    return actor
