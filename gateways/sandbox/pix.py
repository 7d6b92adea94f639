"""The sandbox as a Pix gateway: the same protocol as a real one, answered from its own tables."""

from contextlib import suppress

from django.db import IntegrityError, transaction

from core import clock
from gateways.errors import AlreadyCancelled, AlreadyPaid, GatewayRefused
from gateways.protocols import ChargeOrder, NetworkState, RefundOrder, RefundOutcome
from gateways.sandbox import rules
from gateways.sandbox.models import SandboxCharge, SandboxRefund
from gateways.sandbox.network import NAME


class SandboxPix:
    name = NAME

    def create_charge(self, order: ChargeOrder) -> None:
        with suppress(IntegrityError):  # asked before
            SandboxCharge.objects.create(txid=order.txid, **self._fields(order))

    def look_up_charge(self, txid: str) -> NetworkState | None:
        charge = SandboxCharge.objects.filter(txid=txid).first()
        if charge is None:
            return None
        if charge.paid_at:
            return NetworkState.PAID
        return NetworkState.CANCELLED if charge.cancelled_at else NetworkState.ACTIVE

    def change_charge(self, order: ChargeOrder) -> None:
        with transaction.atomic():
            charge = self._open(order.txid)
            for name, value in self._fields(order).items():
                setattr(charge, name, value)
            charge.save()

    def cancel_charge(self, txid: str) -> None:
        with transaction.atomic():
            charge = self._open(txid)
            charge.cancelled_at, charge.pay_at = clock.now(), None
            charge.save(update_fields=["cancelled_at", "pay_at"])

    def send_refund(self, order: RefundOrder) -> RefundOutcome:
        moment = clock.now()
        outcome, _reason = rules.refund_fate(order.amount)
        SandboxRefund.objects.get_or_create(
            refund_id=order.refund_id,
            end_to_end_id=order.end_to_end_id,
            defaults={
                "devolution_end_to_end_id": rules.end_to_end_id(moment, prefix="D"),
                "amount": order.amount,
                "due_at": rules.refund_moment(moment) if outcome else None,
                "created_at": moment,
            },
        )
        return self.look_up_refund(order) or RefundOutcome(completed=None)

    def look_up_refund(self, order: RefundOrder) -> RefundOutcome | None:
        refund = SandboxRefund.objects.filter(refund_id=order.refund_id, end_to_end_id=order.end_to_end_id).first()
        if refund is None:
            return None
        if refund.settled_at is None:
            return RefundOutcome(completed=None)
        return RefundOutcome(
            completed=refund.outcome == SandboxRefund.Outcome.COMPLETED,
            devolution_end_to_end_id=refund.devolution_end_to_end_id,
            reason=refund.reason,
            settled_at=refund.settled_at,
        )

    def _open(self, txid: str) -> SandboxCharge:
        charge = SandboxCharge.objects.select_for_update().filter(txid=txid).first()
        if charge is None:
            raise GatewayRefused("unknown txid")
        if charge.paid_at:
            raise AlreadyPaid("already paid")
        if charge.cancelled_at:
            raise AlreadyCancelled("already cancelled")
        return charge

    def _fields(self, order: ChargeOrder) -> dict[str, object]:
        pays = rules.pays_itself(order.amount)
        return {
            "amount": order.amount,
            "receiver_key": order.receiver_key,
            "payer_document": order.debtor_document,
            "payer_name": order.debtor_name,
            "expires_at": order.expires_at,
            "created_at": order.created_at,
            "pay_at": rules.payment_moment(order.created_at, order.expires_at) if pays else None,
        }
