"""Forms of charges and refunds. They judge what a form alone can show; the action decides the rest."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from charges import limits
from charges.actions.charges import ChargeDraft
from charges.models import Charge
from core.api.fields import clean_text
from core.documents import DocumentType, document_type, is_cnpj, is_cpf
from core.documents import bare as bare_document
from core.money import CENT
from core.web.fields import AmountField, DocumentField, TextField, name_largest
from core.web.forms import KeyedForm

MINUTES_AND_SECONDS = re.compile(r"(\d{1,2}):([0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class InformationRow:
    """A row of additional information as it is shown, `number` counted from 1."""

    number: int
    name: str
    value: str
    error: str = ""


class InformationWidget(forms.Widget):
    """Repeated pairs of inputs: rows are added and removed without renaming any."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, str]]:
        if not isinstance(data, QueryDict):
            return list(data.get(name) or [])
        pairs = zip(data.getlist(f"{name}_name"), data.getlist(f"{name}_value"), strict=False)
        return [{"name": first, "value": second} for first, second in pairs]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return False


class InformationField(forms.Field):
    """Up to 50 pairs of name and value; rows left empty are left out. `row_errors` says which row is wrong."""

    widget = InformationWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.row_errors: dict[int, str] = {}

    def clean(self, value: Any) -> list[dict[str, str]]:
        self.row_errors = {}
        rows: list[dict[str, str]] = []
        for number, row in enumerate(value or [], start=1):
            if error := self.error_of(row):
                self.row_errors[number] = error
            elif any(text.strip() for text in row.values()):
                rows.append({name: clean_text(text) for name, text in row.items()})
        self.refuse(rows)
        return rows

    def refuse(self, rows: list[dict[str, str]]) -> None:
        sentences = [
            _("Information %(number)s: %(error)s") % {"number": number, "error": error}
            for number, error in self.row_errors.items()
        ]
        if len(rows) > limits.INFORMATION_ITEMS:
            most = limits.INFORMATION_ITEMS
            sentences.append(ngettext("At most %(most)s row.", "At most %(most)s rows.", most) % {"most": most})
        if sentences:
            raise forms.ValidationError(sentences)

    def error_of(self, row: dict[str, str]) -> str:
        try:
            name, value = clean_text(row["name"]), clean_text(row["value"])
        except ValueError:
            return _("take out the line breaks and other characters that cannot be seen.")
        if bool(name) != bool(value):
            return _("give it a name or remove the row.") if value else _("give it a value or remove the row.")
        if len(name) > limits.INFORMATION_NAME:
            return _("the name has at most %(most)s characters.") % {"most": limits.INFORMATION_NAME}
        if len(value) > limits.INFORMATION_VALUE:
            return _("the value has at most %(most)s characters.") % {"most": limits.INFORMATION_VALUE}
        return ""


class ChargeFields(KeyedForm):
    """What a charge is made of, without its end, which is typed in another way when it is changed."""

    debtor_name = TextField(label=gettext_lazy("Debtor's name"), max_length=limits.DEBTOR_NAME, required=False)
    cpf = DocumentField(label="CPF", kind=DocumentType.CPF, required=False)
    cnpj = DocumentField(
        label="CNPJ",
        kind=DocumentType.CNPJ,
        required=False,
        help_text=gettext_lazy("Instead of a CPF. It may hold letters: 12.ABC.345/01DE-35"),
    )
    validate_debtor = forms.BooleanField(
        label=gettext_lazy("Accept payment only from this CPF or CNPJ"),
        help_text=gettext_lazy("A Pix from another document goes back in full."),
        required=False,
    )
    amount = AmountField(label=gettext_lazy("Amount"))
    user_reference = TextField(label=gettext_lazy("User reference"), max_length=limits.USER_REFERENCE, required=False)
    description = TextField(label=gettext_lazy("Description"), max_length=limits.DESCRIPTION, required=False)
    payer_request = TextField(
        label=gettext_lazy("Request to the payer"), max_length=limits.PAYER_REQUEST, required=False
    )
    information = InformationField(label=gettext_lazy("Additional information"))

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        cpf, cnpj = values.get("cpf"), values.get("cnpj")
        if cnpj and str(self["cpf"].data or "").strip():
            self.add_error("cnpj", _("Fill in a CPF or a CNPJ, not both."))
        documents_are_right = not {"cpf", "cnpj"} & set(self.errors)
        if values.get("validate_debtor") and not cpf and not cnpj and documents_are_right:
            self.add_error("cpf", _("A charge that only its debtor may pay needs the debtor's CPF or CNPJ."))
        return values

    def draft(self) -> ChargeDraft:
        values = self.cleaned_data
        return ChargeDraft(
            amount=values["amount"],
            expiration=values["expiration"],
            description=values["description"],
            user_reference=values["user_reference"],
            payer_request=values["payer_request"],
            additional_information=values["information"],
            debtor_name=values["debtor_name"],
            debtor_document=values["cpf"] or values["cnpj"],
            validate_debtor=values["validate_debtor"],
        )

    @property
    def information_rows(self) -> list[InformationRow]:
        field = self.fields["information"]
        errors: dict[int, str] = getattr(field, "row_errors", {})
        rows = self["information"].value() or [{"name": "", "value": ""}]
        return [
            InformationRow(number, row["name"], row["value"], errors.get(number, "") if self.is_bound else "")
            for number, row in enumerate(rows, start=1)
        ]

    @property
    def cpf_is_required(self) -> bool:
        """The mark of CPF goes while a CNPJ is filled in."""
        return bool(self["validate_debtor"].value()) and not self["cnpj"].value()

    @property
    def understood_amount(self) -> Decimal | None:
        """The amount as it was understood, even while other fields are wrong."""
        return AmountField.understood(self["amount"].value())


class MinutesField(forms.IntegerField):
    """Minutes on the page, seconds for the action."""

    def clean(self, value: Any) -> Any:
        minutes = super().clean(value)
        return None if minutes is None else minutes * 60

    def prepare_value(self, value: Any) -> Any:
        return value


class NewChargeForm(ChargeFields):
    expiration = MinutesField(
        label=gettext_lazy("Expires in"),
        min_value=1,
        max_value=limits.LONGEST_EXPIRATION // 60,
        error_messages={
            "invalid": gettext_lazy("Use from 1 to 60 minutes."),
            "min_value": gettext_lazy("Use from 1 to 60 minutes."),
            "max_value": gettext_lazy("Use from 1 to 60 minutes."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class ClockField(forms.CharField):
    """Minutes and seconds as `mm:ss`; gives seconds."""

    default_error_messages = {"clock": gettext_lazy("Type minutes and seconds as 45:00, from 00:01 to 60:00.")}

    def clean(self, value: Any) -> Any:
        match = MINUTES_AND_SECONDS.fullmatch(str(super().clean(value)).strip())
        seconds = int(match[1]) * 60 + int(match[2]) if match else 0
        if not limits.SHORTEST_EXPIRATION <= seconds <= limits.LONGEST_EXPIRATION:
            raise forms.ValidationError(self.error_messages["clock"], code="clock")
        return seconds

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) else value


class EditChargeForm(ChargeFields):
    expiration = ClockField(
        label=gettext_lazy("Lifetime"),
        help_text=gettext_lazy("Minutes and seconds, counted from the creation of the charge."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, known_document: str, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.fields["cpf"] = DocumentField(
            label="CPF", kind=DocumentType.CPF, required=False, known=known_document if is_cpf(known_document) else ""
        )

    def changes(self, charge: Charge) -> dict[str, Any]:
        """The fields of the draft that differ from the charge."""
        now = asdict(draft_of(charge))
        return {name: value for name, value in asdict(self.draft()).items() if value != now[name]}


def draft_of(charge: Charge) -> ChargeDraft:
    return ChargeDraft(
        amount=charge.amount,
        expiration=charge.expiration_seconds,
        description=charge.description,
        user_reference=charge.user_reference,
        payer_request=charge.payer_request,
        additional_information=charge.additional_information,
        debtor_name=charge.debtor_name,
        debtor_document=charge.debtor_document,
        validate_debtor=charge.validate_debtor,
    )


def initial_of(charge: Charge) -> dict[str, Any]:
    """What the edit form shows of a charge."""
    values = asdict(draft_of(charge))
    document = values.pop("debtor_document")
    kind = document_type(document) if document else None
    values["cpf"] = document if kind is DocumentType.CPF else ""
    values["cnpj"] = document if kind is DocumentType.CNPJ else ""
    values["information"] = values.pop("additional_information")
    values["revision"] = charge.revision
    return values


class CancelForm(KeyedForm):
    """Asks once more; it has nothing to fill in."""


class RefundForm(KeyedForm):
    """How much of one Pix goes back. `whole` is what remained when the form was shown: a repeat asks for the same."""

    WHOLE, PART = "whole", "part"

    end_to_end_id = forms.CharField(widget=forms.HiddenInput, max_length=32)
    whole = forms.DecimalField(widget=forms.HiddenInput, min_value=CENT, max_digits=12, decimal_places=2)
    how_much = forms.ChoiceField(
        label=gettext_lazy("How much to refund"),
        choices=[(WHOLE, gettext_lazy("All that remains")), (PART, gettext_lazy("A part"))],
        widget=forms.RadioSelect,
        initial=WHOLE,
    )
    amount = AmountField(label=gettext_lazy("Amount of the refund"), required=False)
    description = TextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Optional; the payer sees it."),
        max_length=limits.REFUND_DESCRIPTION,
        required=False,
    )

    def __init__(self, *args: Any, remaining: Decimal, **facts: Any) -> None:
        super().__init__(*args, **facts)
        name_largest(self, remaining)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("how_much") == self.WHOLE:
            values["amount"] = values.get("whole")
        elif "amount" in values and values["amount"] is None:
            self.add_error("amount", _("Type how much goes back."))
        return values


class PayForm(forms.Form):
    """A Pix of the sandbox: another amount or another payer show how those go back. It stands on the page of a charge,
    beside dialogs with fields of the same names."""

    amount = AmountField(label=gettext_lazy("Another amount"), required=False)
    document = forms.CharField(label=gettext_lazy("CPF/CNPJ of another payer"), required=False, max_length=20)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="pay-%s")
        self.fields["document"].widget.attrs["autocomplete"] = "off"

    def focus_first_error(self) -> None:
        wrong = next(iter(self.errors), None)
        if wrong in self.fields:
            self.fields[wrong].widget.attrs["data-focus"] = True

    def clean_document(self) -> str:
        text = str(self.cleaned_data["document"])
        if text and not (is_cpf(text) or is_cnpj(text)):
            raise forms.ValidationError(_("This is not a CPF or a CNPJ. Check its digits."))
        return bare_document(text)


class StaticCodeForm(forms.Form):
    key = TextField(label=gettext_lazy("Pix key"), max_length=90)
    name = TextField(label=gettext_lazy("Merchant's name"), max_length=200)
    city = TextField(label=gettext_lazy("Merchant's city"), max_length=200)
    amount = AmountField(
        label=gettext_lazy("Amount"), required=False, help_text=gettext_lazy("Left empty, the payer types it.")
    )
    txid = forms.RegexField(
        r"\A[A-Za-z0-9-]*\Z",
        label="Tx ID",
        required=False,
        max_length=60,
        error_messages={"invalid": gettext_lazy("Use letters, digits and hyphens.")},
        help_text=gettext_lazy("Up to 25 letters and digits; hyphens are left out."),
    )
    information = TextField(label=gettext_lazy("Text for the payer"), required=False, max_length=200)


class ReadCodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Copy-and-paste code"), strip=False, widget=forms.Textarea(attrs={"rows": 4})
    )
