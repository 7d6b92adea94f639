"""MED: the payer's bank asks for a Pix back, for fraud or its own failure (STATES.md 5; BCB, Mecanismo Especial de
Devolução). What remains of the Pix is blocked at once; it goes back when the client accepts or the analysis says so."""

from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction

from accounts.queries import system
from charges.actions.changes import locked, record
from charges.actions.refunds import return_by_med
from charges.messages import med_message
from charges.models import Charge, Payment
from charges.states import RefundNature
from core import clock
from core.actor import BRASILIA, Actor
from core.ids import random_id
from core.money import ZERO
from gateways.notices import TooEarly
from transactions.actions import pix
from transactions.actions.disputes import DISPUTE_ID_LENGTH, Proof, keep_evidence, move, refuse_unanswerable
from transactions.models import Dispute, Operation
from transactions.states import DisputeStatus, DisputeType
from webhooks.events import amount_fact

log = structlog.get_logger()

NOTICE_WITHIN = timedelta(days=80)  # of the Pix
ANALYSIS = timedelta(days=7)
NATURES = {
    "FRAUDE": RefundNature.MED_FRAUDE,
    "OPERACIONAL": RefundNature.MED_OPERACIONAL,
    "PIX_AUTOMATICO": RefundNature.MED_PIX_AUTOMATICO,
}
UNKNOWN_KIND = RefundNature.MED_FRAUDE  # the money has to be blocked whatever the network calls it one day


def handle_med_notice(payload: dict[str, Any]) -> None:
    """The payer's bank opened a case: `txid`, `endToEndId`, `caseId`, `kind`. Raises TooEarly before its Pix."""
    with transaction.atomic():
        charge = locked(payload["txid"])
        if Dispute.objects.filter(client_id=charge.client_id, case_id=payload["caseId"]).exists():
            return
        payment = charge.payments.filter(end_to_end_id=payload["endToEndId"]).first()
        if payment is None:
            raise TooEarly(payload["endToEndId"])
        remaining = payment.operation.remaining
        if remaining == ZERO or clock.now() > payment.settled_at + NOTICE_WITHIN:
            log.warning("a MED with nothing to block", case=payload["caseId"], end_to_end_id=payload["endToEndId"])
            return
        if payload["kind"] not in NATURES:
            log.error("a MED of an unknown kind", case=payload["caseId"], kind=payload["kind"])
        moment = clock.now()
        dispute = Dispute.objects.create(
            client_id=charge.client_id,
            dispute_id=random_id("dsp_", DISPUTE_ID_LENGTH),
            type=DisputeType.MED,
            operation=payment.operation,
            case_id=payload["caseId"],
            amount=remaining,
            reason_code=payload["kind"],
            deadline=clock.end_of_day(moment + ANALYSIS, BRASILIA),
            opened_at=moment,
            updated_at=moment,
        )
        _tell(charge, dispute, "med_opened", actor=system(charge.client))
        pix.block(payment.operation, remaining)


def handle_decision_notice(payload: dict[str, Any]) -> None:
    """The analysis has ended: `txid`, `caseId`, `won`. Raises TooEarly before its case."""
    with transaction.atomic():
        charge = locked(payload["txid"])
        found = Dispute.objects.filter(client_id=charge.client_id, case_id=payload["caseId"]).first()
        if found is None:
            raise TooEarly(payload["caseId"])
        if not found.is_undecided:
            return
        status = DisputeStatus.WON if payload["won"] else DisputeStatus.LOST
        _decide(charge, found, status, actor=system(charge.client))


class Meds:
    """The client's answers. The charge's lock comes before the order's."""

    def accept(self, found: Dispute, *, actor: Actor) -> Dispute:
        with transaction.atomic():
            charge, dispute = _fresh(found)
            refuse_unanswerable(dispute, actor=actor)
            _decide(charge, dispute, DisputeStatus.ACCEPTED, actor=actor)
            return dispute

    def contest(self, found: Dispute, *, actor: Actor, text: str, files: list[Proof]) -> Dispute:
        with transaction.atomic():
            charge, dispute = _fresh(found)
            refuse_unanswerable(dispute, actor=actor)
            keep_evidence(dispute, actor=actor, text=text, files=files)
            record(charge, "med_contested", actor=actor, facts=_facts(dispute))
            return dispute


def _fresh(found: Dispute) -> tuple[Charge, Dispute]:
    charge = locked(found.operation.order.order_id)
    return charge, Dispute.objects.select_related("operation__order").get(pk=found.pk)


def _decide(charge: Charge, dispute: Dispute, status: DisputeStatus, *, actor: Actor) -> None:
    stays = status is DisputeStatus.WON
    move(dispute, status)
    _tell(charge, dispute, "med_won" if stays else "med_lost", actor=actor)
    received: Operation = dispute.operation
    pix.unblock(received, dispute.amount, to_client=stays)
    if not stays:
        payment = Payment.objects.get(operation=received)
        return_by_med(charge, payment, dispute.amount, NATURES.get(dispute.reason_code, UNKNOWN_KIND))


def _tell(charge: Charge, dispute: Dispute, name: str, *, actor: Actor) -> None:
    record(charge, name, actor=actor, facts=_facts(dispute), tell=lambda changed: med_message(changed, dispute))


def _facts(dispute: Dispute) -> dict[str, str]:
    return {"amount": amount_fact(dispute.amount), "disputeId": dispute.dispute_id}
