"""What a request about orders and operations may look like (API.md 6.7)."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.api.fields import Choice, Money, MoneyText, StrictSerializer, Text
from core.api.lists import ListQuery
from core.errors import InvalidParameters, Violation
from transactions import limits
from transactions.actions.changes import Note
from transactions.states import OperationChannel, OperationResult, OperationType, PaymentMethod

DATES_UNNECESSARY = _("Makes the dates unnecessary")
# Read as the other name; both at once contradict each other.
ALIASES = {"transactionId": "merchantTransactionId", "description": "memo"}


class NoteBody(StrictSerializer):
    about = _("A call on an operation that takes its whole amount.")

    usage = Text(
        max_length=limits.USAGE,
        required=False,
        allow_null=True,
        help_text=_("Text for the cardholder's statement; cards only"),
    )
    merchantTransactionId = Text(
        form=limits.MERCHANT_TRANSACTION_ID,
        required=False,
        allow_null=True,
        help_text=_("Your own id; never used twice"),
    )
    transactionId = Text(
        form=limits.MERCHANT_TRANSACTION_ID,
        required=False,
        allow_null=True,
        help_text=_("Another name of merchantTransactionId; not together with it"),
    )
    memo = Text(max_length=limits.MEMO, required=False, allow_null=True)
    description = Text(
        max_length=limits.MEMO,
        required=False,
        allow_null=True,
        help_text=_("Another name of memo; not together with it"),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        broken = list(self.contradictions(attrs))
        if broken:
            raise InvalidParameters(*broken)
        note = Note(
            usage=attrs.get("usage") or "",
            merchant_transaction_id=attrs.get("merchantTransactionId") or attrs.get("transactionId"),
            memo=attrs.get("memo") or attrs.get("description") or "",
        )
        return {"note": note}

    def contradictions(self, attrs: dict[str, Any]) -> Iterator[Violation]:
        for alias, name in ALIASES.items():
            if attrs.get(alias) and attrs.get(name):
                yield Violation(alias, format_lazy(_("must not be sent together with {name}"), name=name))


class FollowUpBody(NoteBody):
    amount = Money(required=False, allow_null=True, help_text=_("All that remains when absent"))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {**super().validate(attrs), "amount": attrs.get("amount")}


class ChargebackBody(FollowUpBody):
    reasonCode = Text(
        max_length=limits.REASON_CODE, required=False, allow_null=True, help_text=_("The network's, such as 10.4")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {**super().validate(attrs), "reason_code": attrs.get("reasonCode") or ""}


class OrderQuery(ListQuery):
    exact = ("orderId",)

    orderId = Text(required=False, max_length=64, help_text=DATES_UNNECESSARY)
    amountType = Choice(
        ("ORDER_AMOUNT", "AUTHORIZED_AMOUNT", "CAPTURED_AMOUNT"),
        required=False,
        help_text=_("Which amount minAmount and maxAmount mean; ORDER_AMOUNT when absent"),
    )
    minAmount = MoneyText(required=False)
    maxAmount = MoneyText(required=False)
    orderState = Choice(
        ("TO_CAPTURE", "CAPTURED"),
        required=False,
        help_text=_("TO_CAPTURE: something authorized is still open; CAPTURED: something was captured"),
    )
    paymentMethod = Choice(tuple(PaymentMethod.values), required=False)

    def violations(self, attrs: dict[str, Any]) -> Iterable[Violation]:
        yield from super().violations(attrs)
        smallest, largest = attrs.get("minAmount"), attrs.get("maxAmount")
        if smallest is not None and largest is not None and largest < smallest:
            yield Violation("maxAmount", _("must not be below minAmount"))


class OperationQuery(ListQuery):
    exact = ("orderId", "merchantTransactionId", "endToEndId")

    channel = Choice(tuple(OperationChannel.values), required=False)
    operationType = Choice(tuple(OperationType.values), required=False)
    operationResult = Choice(tuple(OperationResult.values), required=False)
    orderId = Text(required=False, max_length=64, help_text=DATES_UNNECESSARY)
    merchantTransactionId = Text(required=False, max_length=64, help_text=DATES_UNNECESSARY)
    endToEndId = Text(required=False, max_length=32, help_text=DATES_UNNECESSARY)
