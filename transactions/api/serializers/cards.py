"""What a request about card transactions may look like (API.md 6.6). What depends on our data is the action's to say.

The card leaves here as a `Card`, and no sentence repeats a value: a number or a CVV is never told back.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import cards, clock
from core.actor import BRASILIA
from core.api.fields import Choice, Document, Email, Flag, IpAddress, Money, StrictSerializer, Text, Whole
from core.api.lists import ListQuery, Moment
from core.cards import Brand, Card
from core.errors import InvalidParameters, Violation
from transactions import limits
from transactions.actions.kept_cards import NO_CONSENT, Consent
from transactions.actions.sales import Instrument, SaleDraft
from transactions.states import CardFlag, CardStatus, CardType, PaymentType

CONSENT_HELP = _("Absent: this call is recorded as your statement that you hold the consent")
CLOCKS_DIFFER_BY = timedelta(minutes=5)
BETWEEN_DIGITS = str.maketrans("", "", " .-_/\N{NO-BREAK SPACE}")


class CardNumber(Text):
    default_error_messages = {
        "form": _("must be 13 to 19 digits, without spaces"),
        "check_digit": _("does not have the right check digit"),
        "brand": _("belongs to no brand that is accepted, or has not its brand's number of digits"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(form=r"\d{13,19}", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        number = super().to_internal_value(data)
        if number and not cards.is_right(number):
            self.fail("check_digit")
        if number and cards.brand_of(number) is None:
            self.fail("brand")
        return number

    def openapi(self) -> dict[str, Any]:
        return {**super().openapi(), "format": "card-number", "example": "4111111111110071"}


class Expiration(Text):
    default_error_messages = {
        "form": _("must be a month in the form yyyy-MM"),
        "expired": _("has passed: the card has expired"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(form=r"[2-9]\d{3}-(0[1-9]|1[0-2])", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        month = super().to_internal_value(data)
        if month and cards.has_expired(month, clock.today(BRASILIA)):
            self.fail("expired")
        return month

    def openapi(self) -> dict[str, Any]:
        return {**super().openapi(), "format": "card-expiration", "example": "2031-12"}


class CardBody(StrictSerializer):
    about = _("A card whose holder is not present at the checkout: its CVV may be absent.")

    holderName = Text(max_length=limits.HOLDER_NAME, help_text=_("As printed on the card"))
    number = CardNumber()
    expirationDate = Expiration(help_text=_("yyyy-MM; the last day of the month is the card's last day"))
    cvv = Text(form=r"\d{3,4}", required=False, allow_null=True, help_text=_("4 digits for AMEX, else 3"))

    def validate(self, attrs: dict[str, Any]) -> Any:
        cvv, brand = attrs.get("cvv") or "", cards.brand_of(attrs["number"])
        if cvv and brand and len(cvv) != cards.cvv_length(brand):
            digits = cards.cvv_length(brand)
            raise serializers.ValidationError(
                {"cvv": [format_lazy(_("must have {digits} digits for {brand}"), digits=digits, brand=brand.value)]}
            )
        return Card(attrs["holderName"], attrs["expirationDate"], attrs["number"], cvv)


class CardAtCheckoutBody(CardBody):
    cvv = Text(form=r"\d{3,4}", help_text=_("4 digits for AMEX, else 3"))


class ConsentBody(StrictSerializer):
    about = _("What the holder agreed to, when and from where.")

    at = Moment(help_text=_("When the holder agreed"))
    ip = IpAddress(required=False, allow_null=True, help_text=_("From where"))

    def validate(self, attrs: dict[str, Any]) -> Any:
        if attrs["at"] > clock.now() + CLOCKS_DIFFER_BY:
            raise serializers.ValidationError({"at": [_("must not lie in the future")]})
        return Consent(attrs["at"], attrs.get("ip"))


class CustomerBody(StrictSerializer):
    name = Text(max_length=limits.CUSTOMER_NAME, required=False, allow_null=True)
    document = Document(required=False, allow_null=True, help_text=_("CPF or CNPJ"))
    email = Email(required=False, allow_null=True)


class SaleFields(StrictSerializer):
    """What every sale has, whatever it is paid with."""

    amount = Money()
    numberInstallments = Whole(
        smallest=1,
        largest=limits.MOST_INSTALLMENTS,
        required=False,
        allow_null=True,
        help_text=_("1 when absent; a part is at least R$ 5.00"),
    )
    paymentType = Choice(
        tuple(PaymentType.values),
        required=False,
        allow_null=True,
        help_text=_("A_VISTA for 1 installment, PARCELADO_* for 2 to 12; may be absent for 1"),
    )
    capture = Flag(required=False, help_text=_("true when absent; false is a pre-authorization"))
    type = Choice(tuple(CardType.values), required=False, allow_null=True, help_text=_("CREDIT when absent"))
    orderId = Text(
        form=limits.ORDER_ID,
        required=False,
        allow_null=True,
        help_text=_("Your own; made by us when absent. Again only after a denied attempt"),
    )
    customer = CustomerBody(required=False, allow_null=True)
    softDescriptor = Text(
        max_length=limits.SOFT_DESCRIPTOR,
        required=False,
        allow_null=True,
        help_text=_("Stands on the cardholder's statement"),
    )
    description = Text(max_length=limits.DESCRIPTION, required=False, allow_null=True)
    userReference = Text(
        max_length=limits.USER_REFERENCE, required=False, allow_null=True, help_text=_("Your own text, echoed back")
    )
    customerConsent = ConsentBody(required=False, allow_null=True, help_text=CONSENT_HELP)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs["numberInstallments"] = attrs.get("numberInstallments") or 1
        attrs["type"] = attrs.get("type") or CardType.CREDIT.value
        if attrs["numberInstallments"] == 1:
            attrs["paymentType"] = attrs.get("paymentType") or PaymentType.AT_SIGHT.value
        broken = list(self.contradictions(attrs))
        if broken:
            raise InvalidParameters(*broken)
        return {"draft": draft_of(attrs), "consent": attrs.get("customerConsent") or NO_CONSENT}

    def contradictions(self, attrs: dict[str, Any]) -> Iterator[Violation]:
        at_sight, several = attrs.get("paymentType") == PaymentType.AT_SIGHT, attrs["numberInstallments"] > 1
        if attrs["type"] == CardType.DEBIT:
            if several:
                yield Violation("numberInstallments", _("must be 1 for DEBIT"))
            if not attrs.get("capture", True):
                yield Violation("capture", _("must be true for DEBIT"))
        if several and not attrs.get("paymentType"):
            yield Violation("paymentType", _("is required for 2 to 12 installments"))
        elif several and at_sight:
            yield Violation("paymentType", _("must be PARCELADO_LOJA or PARCELADO_EMISSOR for 2 to 12 installments"))
        elif not several and not at_sight:
            yield Violation("paymentType", _("must be A_VISTA for 1 installment"))


class TokenSaleBody(SaleFields):
    about = _("A sale with a kept card, whose holder is not present.")


class CardSaleBody(SaleFields):
    card = CardAtCheckoutBody()
    saveCard = Flag(required=False, help_text=_("Keeps the card for customerId: this first payment makes its token"))
    customerId = Text(
        form=limits.CUSTOMER_ID, required=False, allow_null=True, help_text=_("Your own id of the customer")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        sale = super().validate(attrs)
        keep_for = (attrs.get("customerId") or "") if attrs.get("saveCard") else ""
        instrument = Instrument(card=attrs["card"], keep_for=keep_for, consent=sale["consent"])
        return {"draft": sale["draft"], "instrument": instrument}

    def contradictions(self, attrs: dict[str, Any]) -> Iterator[Violation]:
        yield from super().contradictions(attrs)
        if attrs["type"] == CardType.DEBIT and attrs["card"].brand is Brand.AMEX:
            yield Violation("type", _("must be CREDIT: AMEX has no debit cards"))
        if attrs.get("saveCard") and not attrs.get("customerId"):
            yield Violation("customerId", _("is required when saveCard is true"))
        yield from texts_with_the_number(attrs["card"].number, attrs)


def texts_with_the_number(number: str, value: Any, path: str = "") -> Iterator[Violation]:
    """The number of the card belongs into its own field: every other text is kept and shown."""
    if isinstance(value, Card):
        value = {"holderName": value.holder_name}
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from texts_with_the_number(number, inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, str) and number in value.translate(BETWEEN_DIGITS):
        yield Violation(path, _("must not hold the number of the card"))


def draft_of(attrs: dict[str, Any]) -> SaleDraft:
    customer = attrs.get("customer") or {}
    return SaleDraft(
        amount=attrs["amount"],
        installments=attrs["numberInstallments"],
        payment_type=PaymentType(attrs["paymentType"]),
        capture=attrs.get("capture", True),
        type=CardType(attrs["type"]),
        order_id=attrs.get("orderId"),
        customer_name=customer.get("name") or "",
        customer_document=customer.get("document") or "",
        customer_email=customer.get("email") or "",
        soft_descriptor=attrs.get("softDescriptor") or "",
        description=attrs.get("description") or "",
        user_reference=attrs.get("userReference") or "",
    )


class AmountBody(StrictSerializer):
    about = _("All that remains when absent.")

    amount = Money(required=False, allow_null=True, help_text=_("All that remains when absent"))


class CardQuery(ListQuery):
    exact = ("nsu", "orderId")
    date_fields = {"CREATED": "created_at", "PAID": "approved_at", "UPDATED": "updated_at"}

    dateField = Choice(("CREATED", "PAID", "UPDATED"), required=False, help_text=_("CREATED when absent"))
    status = Choice(tuple(CardStatus.values), required=False)
    flag = Choice(tuple(CardFlag.values), required=False)
    nsu = Text(required=False, max_length=12, help_text=_("Makes the dates unnecessary"))
    orderId = Text(required=False, max_length=64, help_text=_("Makes the dates unnecessary"))
    last4 = Text(required=False, form=r"\d{4}")
    userReference = Text(required=False, max_length=limits.USER_REFERENCE)
