"""How a dispute is shown."""

from typing import Any

from core import clock
from transactions.models import Dispute, Evidence


def dispute_shown(dispute: Dispute) -> dict[str, Any]:
    """From a dispute `with_evidence`."""
    return {
        "disputeId": dispute.dispute_id,
        "type": dispute.type,
        "status": dispute.current_status.value,
        "operationId": dispute.operation.operation_id,
        "chargebackOperationId": dispute.notice.operation_id if dispute.notice else None,
        "orderId": dispute.operation.order.order_id,
        "endToEndId": dispute.operation.end_to_end_id or None,
        "caseId": dispute.case_id or None,
        "amount": dispute.amount,
        "excessAmount": dispute.excess,
        "reasonCode": dispute.reason_code or None,
        "deadline": clock.text(dispute.deadline),
        "openedAt": clock.text(dispute.opened_at),
        "closedAt": clock.text(dispute.closed_at) if dispute.closed_at else None,
        "evidence": [evidence_shown(each) for each in dispute.evidence.all()],
    }


def evidence_shown(evidence: Evidence) -> dict[str, Any]:
    is_file = bool(evidence.name)
    return {
        "text": evidence.text or None,
        "name": evidence.name or None,
        "contentType": evidence.content_type or None,
        "size": getattr(evidence, "size", None) if is_file else None,
        "sentAt": clock.text(evidence.created_at),
    }
