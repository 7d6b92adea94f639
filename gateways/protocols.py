"""What a gateway for Pix and one for cards must be able to do. Ids are always chosen by us before the call."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from core.cards import Card


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


class CardState(StrEnum):
    """What the acquirer says of an operation. An answer that did not come is OutcomeUnknown, not a state."""

    APPROVED = "APPROVED"
    DENIED = "DENIED"
    UNDER_REVIEW = "UNDER_REVIEW"


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A card that the acquirer keeps: all that we ever hold of it. `expires` is `yyyy-MM`."""

    token: str
    brand: str
    last4: str
    holder_name: str
    expires: str


@dataclass(frozen=True, slots=True)
class Authorization:
    """A sale or a pre-authorization, of `amount` reais. With `capture` the money is taken at once. `card` is the card
    as it was typed, which lives in this request alone, or one that the acquirer keeps. `merchant_initiated`: the holder
    is not present, so there is no CVV."""

    operation_id: str
    amount: Decimal
    card: Card | StoredCard
    installments: int
    payment_type: str
    capture: bool
    soft_descriptor: str = ""
    merchant_initiated: bool = False


@dataclass(frozen=True, slots=True)
class CardFollowUp:
    """A capture, a void or a refund of `amount` reais that refers to an earlier operation."""

    operation_id: str
    parent_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CardOutcome:
    """The acquirer's word. `return_code` is its own code ("00" approved), of the brand's table (ABECS)."""

    state: CardState
    return_code: str
    nsu: str = ""
    authorization_code: str = ""


class CardGateway(Protocol):
    """An acquirer. Every call is made outside a transaction and raises OutcomeUnknown when no answer came; a refusal is
    an outcome with a code, not an exception. Each is safe to repeat with the same operation id."""

    name: str

    def tokenize(self, card: Card, *, reference: str) -> StoredCard:
        """Keeps the card, once for each `reference`. Raises GatewayRefused."""
        ...

    def verify(self, operation_id: str, card: Card | StoredCard) -> CardOutcome:
        """A zero-value verification."""
        ...

    def forget(self, token: str) -> None: ...

    def authorize(self, order: Authorization) -> CardOutcome: ...

    def capture(self, order: CardFollowUp) -> CardOutcome: ...

    def void(self, order: CardFollowUp) -> CardOutcome:
        """Gives back what is still open of an authorization, or a whole capture or sale on its day."""
        ...

    def refund(self, order: CardFollowUp) -> CardOutcome: ...

    def look_up(self, operation_id: str) -> CardOutcome | None:
        """None when the acquirer never heard of it."""
        ...
