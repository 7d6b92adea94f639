"""Form fields that judge as the API's fields do, with sentences for people."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import documents, money
from core.api.fields import clean_text
from core.documents import DocumentType
from core.money import CENT, LARGEST


class TextField(forms.CharField):
    """Trimmed, in NFC, without control characters; length counted in code points."""

    default_error_messages = {"control": _("Take out the line breaks and other characters that cannot be seen.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=True, **kwargs)

    def to_python(self, value: Any) -> str:
        try:
            return clean_text(str(super().to_python(value)))
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["control"], code="control") from error


class AmountField(forms.CharField):
    """Reais as people type them; gives a Decimal with two decimals. `named_largest` is what the sentence about the
    range names: whether there is less to be had is for the action to judge."""

    named_largest = LARGEST
    default_error_messages = {
        "amount": _("Type an amount such as 1,234.56 or 1.234,56."),
        "range": _("Type an amount from %(smallest)s to %(largest)s."),
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return money.plain(value) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text in self.empty_values:
            return None
        try:
            amount = money.typed(text)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["amount"], code="amount") from error
        if not CENT <= amount <= LARGEST:
            limits = {"smallest": money.formatted(CENT), "largest": money.formatted(self.named_largest)}
            raise forms.ValidationError(self.error_messages["range"], code="range", params=limits)
        return amount

    @classmethod
    def understood(cls, text: Any) -> Decimal | None:
        """What a form would send of an amount, even while other fields are wrong. None for what is no amount."""
        try:
            amount = cls(required=False).clean(text)
        except forms.ValidationError:
            return None
        return amount if isinstance(amount, Decimal) else None


def name_largest(form: forms.BaseForm, largest: Decimal) -> None:
    """Has the sentence about the range of `amount` name what is left, unless nothing is."""
    field = form.fields["amount"]
    if isinstance(field, AmountField) and largest >= CENT:
        field.named_largest = largest


class DocumentField(forms.CharField):
    """A CPF or a CNPJ, with or without its mask; gives it bare. One that is `known` already is shown with its ends
    hidden, as it is everywhere, and left like that stays what it is."""

    default_error_messages = {
        "CPF": _("This is not a CPF: check its eleven digits."),
        "CNPJ": _("This is not a CNPJ: check its fourteen characters."),
    }

    def __init__(self, *, kind: DocumentType, known: str = "", **kwargs: Any) -> None:
        self.kind, self.known = kind, known
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """What is wrong is shown as it was typed."""
        if self.known and value == self.known:
            return documents.masked(self.known)
        return documents.formatted(documents.bare(value)) if isinstance(value, str) and self.is_right(value) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if self.known and text == documents.masked(self.known):
            return self.known
        if text and not self.is_right(text):
            raise forms.ValidationError(self.error_messages[self.kind.value], code="document")
        return documents.bare(text)

    def is_right(self, text: str) -> bool:
        return documents.is_cpf(text) if self.kind is DocumentType.CPF else documents.is_cnpj(text)
