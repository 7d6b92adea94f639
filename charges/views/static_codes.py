"""Static QR codes: made and read by the functions that the API calls. Nothing is kept."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Module, read
from charges import qr
from charges.brcode.code import BRCode
from charges.brcode.errors import BRCodeFieldInvalid
from charges.brcode.reading import read as read_code
from charges.forms import ReadCodeForm, StaticCodeForm
from charges.static_codes import StaticCode, make_static_code
from charges.views.page import ChargePage
from core import money
from core.errors import DomainError
from core.pix import KeyType
from core.web.forms import judged

KEY_KINDS: "dict[KeyType, str | Promise]" = {
    KeyType.CPF: "CPF",
    KeyType.CNPJ: "CNPJ",
    KeyType.PHONE: gettext_lazy("Mobile phone"),
    KeyType.EMAIL: gettext_lazy("E-mail"),
    KeyType.EVP: gettext_lazy("Random key"),
}


class StaticCodes(ChargePage):
    permission = read(Module.CHARGES)

    def get(self, request: HttpRequest) -> HttpResponse:
        client = self.request.client
        known = {"key": client.pix_key, "name": client.brcode_name, "city": client.brcode_city}
        return self.show(StaticCodeForm(initial=known), ReadCodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        if "code" in request.POST:
            return self.read(ReadCodeForm(request.POST))
        form = StaticCodeForm(request.POST)
        made = self.made(form)
        return judged(request, form) if "check" in request.POST else self.make(form, made)

    def make(self, form: StaticCodeForm, made: StaticCode | None) -> HttpResponse:
        return self.show(
            form,
            ReadCodeForm(),
            status=200 if made else HTTPStatus.UNPROCESSABLE_ENTITY,
            **(shown(made) if made else {}),
        )

    def made(self, form: StaticCodeForm) -> StaticCode | None:
        """The code, or None and each wrong field marked with what form or codec say of it."""
        wrong = set(form.errors)
        values = form.cleaned_data
        try:
            code = make_static_code(
                key=values.get("key", ""),
                merchant_name=values.get("name", ""),
                merchant_city=values.get("city", ""),
                amount=values.get("amount"),
                txid=values.get("txid") or None,
                information=values.get("information") or None,
            )
        except BRCodeFieldInvalid as invalid:
            for name, sentence in invalid.faults.items():
                if name not in wrong:
                    form.add_error(name, str(sentence))
            return None
        return None if wrong else code

    def read(self, form: ReadCodeForm) -> HttpResponse:
        lines: list[tuple[str, str]] = []
        warnings: list[str] = []
        if form.is_valid():
            try:
                code = read_code(form.cleaned_data["code"].strip())
                lines, warnings = in_words(code), [str(warning.sentence) for warning in code.warnings]
            except DomainError as error:
                for sentence in error.errors or [str(error)]:
                    form.add_error("code", sentence)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else 200
        return self.show(StaticCodeForm(), form, status=status, lines=lines, warnings=warnings)

    def show(self, make: StaticCodeForm, read: ReadCodeForm, *, status: int = 200, **found: Any) -> HttpResponse:
        context = {"make_form": make, "read_form": read, **found}
        return render(self.request, "charges/static_qr.html", context, status=status)


def shown(code: StaticCode) -> dict[str, Any]:
    label = _("QR code for the key %(key)s") % {"key": code.key}
    drawn = qr.svg(code.pix_copy_and_paste, label=label)
    return {"made": code, "made_kind": KEY_KINDS[code.key_type], "made_qr": drawn}


def in_words(code: BRCode) -> list[tuple[str, str]]:
    """Every field that the code has, named for people."""
    fields = (
        (_("Kind"), kind_in_words(code)),
        (_("Pix key"), code.key),
        (_("Merchant's name"), code.name),
        (_("Merchant's city"), code.city),
        (_("Postal code"), code.postal_code),
        (_("Merchant category (MCC)"), said(code.merchant_category, {"0000": _("not given")})),
        (_("Amount"), money.formatted(code.amount) if code.amount is not None else _("Typed by the payer")),
        ("Tx ID", code.txid or _("None")),
        (_("Text for the payer"), code.information),
        (_("Address of the charge"), code.location),
        (_("Address of the recurrence"), code.recurrence_location),
        (_("Withdrawal provider"), code.withdrawal_provider),
        (_("Point of initiation"), code.point_of_initiation),
        (_("Currency"), said(code.currency, {"986": _("Brazilian real")})),
        (_("Country"), code.country),
        ("CRC", code.crc),
    )
    return [(name, value) for name, value in fields if value]


def said(value: str, meanings: dict[str, str]) -> str:
    """A number with what it means: `986 (Brazilian real)`."""
    return f"{value} ({meanings[value]})" if value in meanings else value


def kind_in_words(code: BRCode) -> str:
    return {
        "static": _("Static: one code for any number of payments"),
        "dynamic": _("Dynamic: one charge, read at its address"),
        "recurrence": _("Recurrence: asks for an Automatic Pix"),
        "static+recurrence": _("Static, and asks for an Automatic Pix"),
        "dynamic+recurrence": _("Dynamic, and asks for an Automatic Pix"),
    }[code.kind.value]
