"""What a gateway for Pix must be able to do. Ids are always chosen by us before the call."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class NetworkState(StrEnum):
    """What the network says a charge is."""

    ACTIVE = "ACTIVE"
    PAID = "PAID"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """A charge as the network sees it. A debtor without a document is not sent."""

    txid: str
    amount: Decimal
    receiver_key: str
    created_at: datetime
    expires_at: datetime
    debtor_document: str = ""
    debtor_name: str = ""
    payer_request: str = ""


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """A return of a received Pix. `refund_id` is unique for the Pix."""

    refund_id: str
    end_to_end_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RefundOutcome:
    """`completed` None while it is under way. `reason` is an SPI code such as AM04."""

    completed: bool | None
    devolution_end_to_end_id: str = ""
    reason: str = ""
    settled_at: datetime | None = None


class PixGateway(Protocol):
    """Every call is made outside a transaction and raises OutcomeUnknown when no answer came, GatewayRefused when
    the answer was no. Each is safe to repeat with the same ids."""

    name: str

    def create_charge(self, order: ChargeOrder) -> None: ...

    def look_up_charge(self, txid: str) -> NetworkState | None: ...

    def change_charge(self, order: ChargeOrder) -> None: ...

    def cancel_charge(self, txid: str) -> None: ...

    def send_refund(self, order: RefundOrder) -> RefundOutcome: ...

    def look_up_refund(self, order: RefundOrder) -> RefundOutcome | None: ...
