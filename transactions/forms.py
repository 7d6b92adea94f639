"""Forms of the operations on a payment. They judge what a form alone can show; the action decides the rest."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.money import ZERO
from core.web.fields import AmountField, TextField, name_largest
from core.web.forms import KeyedForm
from transactions import limits
from transactions.actions.changes import Note
from transactions.queries.availability import Available


class OperationForm(KeyedForm):
    """An action that takes one amount only carries it hidden: what was shown is what is done, or refused."""

    amount = AmountField(label=_("Amount"))
    usage = TextField(
        label=_("Usage"),
        max_length=limits.USAGE,
        required=False,
        help_text=_("Text for the cardholder's statement."),
    )
    merchant_transaction_id = forms.RegexField(
        rf"^(?:{limits.MERCHANT_TRANSACTION_ID})$",
        label=_("Transaction ID"),
        required=False,
        error_messages={"invalid": _("Use up to 64 letters, digits, dots, hyphens and underscores.")},
    )
    memo = TextField(label=_("Memo"), max_length=limits.MEMO, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, available: Available | None, is_card: bool, **kwargs: Any) -> None:
        """`available` is None for a repeat: what was offered to the first one may be used up."""
        super().__init__(*args, **kwargs)
        self.largest = available.largest if available else ZERO
        name_largest(self, self.largest)
        self.takes_amount = available is None or not available.is_whole
        if not self.takes_amount:
            self.fields["amount"].widget = forms.HiddenInput()
        if not is_card:
            del self.fields["usage"]
        self.fields["merchant_transaction_id"].widget.attrs["autocomplete"] = "off"

    @property
    def amount_now(self) -> Decimal | None:
        """The amount that the form would send now, as it was understood."""
        return AmountField.understood(self["amount"].value())

    def note(self) -> Note:
        said = self.cleaned_data
        return Note(
            usage=said.get("usage", ""),
            merchant_transaction_id=said["merchant_transaction_id"] or None,
            memo=said["memo"],
        )


class QuestionForm(KeyedForm):
    """Asks once more, and does it once."""
