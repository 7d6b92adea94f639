"""Pix keys (DICT API) and the text that fits into a BR Code, by one rule for a client's settings and for the codec."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.documents import bare, is_cnpj, is_cpf

LONGEST_KEY = 77
DOMAIN_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
EMAIL_FORM = re.compile(rf"[a-z0-9.!#$&'*+/=?^_`{{|}}~-]+@{DOMAIN_LABEL}(?:\.{DOMAIN_LABEL})*", re.ASCII)
EVP_FORM = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
PHONE_FORM = re.compile(r"\+55\d{11}", re.ASCII)
PHONE_SEPARATORS = re.compile(r"[ ().-]")
FORMS_OF_DICT = (
    re.compile(r"\d{11}", re.ASCII),
    re.compile(r"[0-9A-Z]{12}\d{2}", re.ASCII),
    re.compile(r"\+[1-9]\d{2,15}", re.ASCII),
    EMAIL_FORM,
    EVP_FORM,
)


class KeyType(StrEnum):
    CPF = "CPF"
    CNPJ = "CNPJ"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    EVP = "EVP"


@dataclass(frozen=True, slots=True)
class PixKey:
    """A key in the form in which DICT keeps it."""

    type: KeyType
    value: str


class PixTextRefused(ValueError):
    """A text that cannot become what was asked; `sentence` says why, in the reader's language."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class KeyRefused(PixTextRefused):
    pass


class TextRefused(PixTextRefused):
    pass


def read_key(text: str) -> PixKey:
    """The Pix key that a person typed, recognised and normalised.

    CPF and CNPJ lose their mask, e-mail and random key become lower case, a phone becomes +55 and 11 digits. Eleven
    digits are a CPF, since a mobile number needs its +55. Raises KeyRefused.
    """
    typed = text.strip()
    if "@" in typed:
        return PixKey(KeyType.EMAIL, _email(typed))
    if typed.startswith("+"):
        return PixKey(KeyType.PHONE, _phone(typed))
    if typed.isascii() and EVP_FORM.fullmatch(typed.lower()):
        return PixKey(KeyType.EVP, typed.lower())
    if is_cpf(typed):
        return PixKey(KeyType.CPF, bare(typed))
    if is_cnpj(typed):
        return PixKey(KeyType.CNPJ, bare(typed))
    raise KeyRefused(_why_no_document(bare(typed)))


def has_form_of_key(text: str) -> bool:
    """Whether the text has the form of a key in DICT. Check digits are not tested: a reader leaves that to DICT."""
    return len(text) <= LONGEST_KEY and any(form.fullmatch(text) for form in FORMS_OF_DICT)


def _email(typed: str) -> str:
    # Lower-casing maps some foreign letters onto ASCII ones, so the charset is tested first.
    if not typed.isascii() or not EMAIL_FORM.fullmatch(typed.lower()):
        raise KeyRefused(_("This is not an e-mail address that can be a Pix key."))
    if len(typed) > LONGEST_KEY:
        raise KeyRefused(format_lazy(_("An e-mail key has at most {longest} characters."), longest=LONGEST_KEY))
    return typed.lower()


def _phone(typed: str) -> str:
    number = PHONE_SEPARATORS.sub("", typed)
    if PHONE_FORM.fullmatch(number):
        parsed = phonenumbers.parse(number)
        mobile = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE
        if mobile and phonenumbers.is_valid_number_for_region(parsed, "BR"):
            return number
    raise KeyRefused(_("A phone key is a Brazilian mobile number: +55, area code and nine digits."))


def _why_no_document(typed: str) -> Promise:
    if len(typed) == 11 and typed.isdecimal():
        return _("The check digits of this CPF are wrong. A mobile number needs +55 in front.")
    if len(typed) == 14:
        return _("The check digits of this CNPJ are wrong.")
    return _("This is not a Pix key: send a CPF, CNPJ, mobile number with +55, e-mail or random key.")


def brcode_text(text: str, longest: int) -> str:
    """The text as a BR Code carries it: accents removed, printable ASCII, trimmed, at most `longest` characters.

    It is never cut and no other character is dropped, since the payer must read what the receiver wrote. Raises
    TextRefused. Source: EMV QRCPS type `ans`; the reference validator refuses accents (bacen/pix-api 634, 635).
    """
    decomposed = unicodedata.normalize("NFD", text)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character)).strip()
    foreign = next((character for character in plain if not " " <= character <= "~"), None)
    if foreign is not None:
        raise TextRefused(_foreign_character(foreign))
    if not plain:
        raise TextRefused(_("Write at least one character."))
    if len(plain) > longest:
        raise TextRefused(format_lazy(_("At most {longest} characters, accents removed."), longest=longest))
    return plain


def _foreign_character(character: str) -> str | Promise:
    if not character.isprintable():
        return _("It holds an invisible character, such as a line break or a tab.")
    return format_lazy(
        _("A Pix code cannot carry “{character}”: use letters, digits and plain punctuation."), character=character
    )
