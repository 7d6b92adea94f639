"""How a recurrence and its schedules are shown."""

from typing import Any

from core import clock
from transactions.models import Recurrence, Schedule
from transactions.queries.contracts import schedules_of


def recurrence_listed(recurrence: Recurrence) -> dict[str, Any]:
    contract = recurrence.contract
    return {
        "recurrenceId": recurrence.recurrence_id,
        "contractId": contract.contract_id,
        "token": None if contract.token_deleted_at else contract.token,
        "status": recurrence.status,
        "reason": recurrence.reason or None,
        "type": recurrence.type,
        "recurrenceFrequency": recurrence.frequency,
        "firstTransactionDate": recurrence.starts_on.isoformat(),
        "numberInstallments": recurrence.installments,
        "amount": recurrence.amount,
        "maximumFailedAttempts": recurrence.maximum_failed_attempts,
        "card": {"brand": contract.brand, "last4": contract.last4, "holderName": contract.holder_name},
        "customer": {"name": recurrence.customer_name, "document": recurrence.customer_document},
        "customerId": contract.customer_id,
        "description": recurrence.description or None,
        "userReference": recurrence.user_reference or None,
        "createdAt": clock.text(recurrence.created_at),
        "updatedAt": clock.text(recurrence.updated_at),
        "endedAt": clock.text(recurrence.ended_at) if recurrence.ended_at else None,
    }


def recurrence_shown(recurrence: Recurrence) -> dict[str, Any]:
    schedules = [schedule_shown(schedule, recurrence) for schedule in schedules_of(recurrence)]
    return {**recurrence_listed(recurrence), "schedules": schedules}


def schedule_shown(schedule: Schedule, recurrence: Recurrence) -> dict[str, Any]:
    return {
        "scheduleId": schedule.schedule_id,
        "recurrenceId": recurrence.recurrence_id,
        "number": schedule.number,
        "date": schedule.on.isoformat(),
        "amount": schedule.amount,
        "status": schedule.status,
        "transactionId": schedule.payment.operation.operation_id if schedule.payment else None,
        "returnCode": schedule.return_code or None,
    }
