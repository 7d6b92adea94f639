"""How a kept card, which is its contract, is shown."""

from typing import Any

from core import clock
from transactions.models import Contract


def kept_card_shown(contract: Contract) -> dict[str, Any]:
    return {
        "token": None if contract.token_deleted_at else contract.token,
        "contractId": contract.contract_id,
        "customerId": contract.customer_id,
        "status": contract.status,
        "brand": contract.brand,
        "last4": contract.last4,
        "holderName": contract.holder_name or None,
        "expirationDate": contract.expires or None,
        "customerConsent": {
            "at": clock.text(contract.consent_at),
            "ip": contract.consent_ip,
            "byHolder": contract.consent_by_holder,
        },
        "createdAt": clock.text(contract.created_at),
        "endedAt": clock.text(contract.ended_at) if contract.ended_at else None,
    }
