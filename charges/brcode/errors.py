"""Rules of BR Code by name. The names are stable: support, tests and the API's readers find a rule by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, Violation

SENTENCES: dict[str, Promise] = {
    "too_long": _("The code has more than 512 characters."),
    "character": _("The code holds a control character at position %(place)s."),
    "tlv:bad_tlv_at_": _("At position %(place)s there is no field with two digits of id and two of length."),
    "tlv:short_value_at_": _("The field at position %(place)s is longer than the rest of the code."),
    "tlv_in_": _("Field %(place)s is not made of fields, as it must be."),
    "00_first": _("Field 00 with the value 01 must be the first."),
    "63_last": _("Field 63 (CRC) must be the last."),
    "crc": _("The CRC is wrong: the code was changed or cut."),
    "duplicate_id": _("Field %(place)s occurs more than once."),
    "no_pix_template": _("No field from 26 to 51 belongs to br.gov.bcb.pix: this is not a Pix code."),
    "two_pix_templates": _("More than one field belongs to br.gov.bcb.pix where one is allowed."),
    "key_and_url": _("It has a key and an address; only one of them may be there."),
    "no_key_or_url": _("It has no key, no address and no recurrence."),
    "fss_beside_url": _("The withdrawal provider (03) may not stand beside an address."),
    "fss_form": _("The withdrawal provider (03) is not an ISPB of eight characters."),
    "url_scheme": _("The address in %(place)s must not begin with a scheme such as https://."),
    "url_form": _("The address in %(place)s is not a host and a path."),
    "url_missing": _("The recurrence in %(place)s has no address."),
    "currency": _("The currency (53) is not 986, the real."),
    "country": _("The country (58) is not BR."),
    "mcc": _("The merchant category (52) is not four digits."),
    "amount_form": _("The amount (54) is not digits with a point and at most two decimals."),
    "missing_": _("Field %(place)s is missing."),
    "too_long_": _("Field %(place)s is too long."),
    "txid_charset": _("The txid (62.05) holds characters other than letters and digits."),
    "01_value": _("The point of initiation (01) is neither 11 nor 12."),
    "key_not_in_DICT_form": _("The key does not have the form of a Pix key."),
    "not_ascii_": _("Field %(place)s holds characters outside ASCII."),
    "crc_lower_case": _("The CRC is written in lower case."),
    "amount_zero": _("The amount is zero."),
    "amount_not_two_decimals": _("The amount is not written with two decimals."),
    "amount_in_dynamic_ignored": _("The amount does not count: the address decides."),
    "txid_in_dynamic_ignored": _("The txid does not count: the address decides."),
    "obsolete_62_50": _("Field 62.50 is obsolete."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule that a code breaks and, where the rule speaks of one, the field or place: `duplicate_id:58`."""

    rule: str
    place: str = ""

    def __post_init__(self) -> None:
        SENTENCES[self.rule]

    def __str__(self) -> str:
        separator = ":" if self.place and not self.rule.endswith("_") else ""
        return f"{self.rule}{separator}{self.place}"

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.rule]) % {"place": self.place.replace("_", ".")}


class BRCodeRefused(DomainError):
    """A text that is no readable BR Code. `rule` names the first rule broken, `problems` all of them, `path` the field
    that held the text, where the door has a name for it."""

    code = 110
    message = _("This Pix code cannot be read. %(sentence)s")

    def __init__(self, problems: Sequence[Problem], *, path: str = "") -> None:
        super().__init__(*(Violation(path, problem.sentence) for problem in problems), sentence=problems[0].sentence)
        self.problems = tuple(problems)

    @property
    def rule(self) -> str:
        return str(self.problems[0])


class BRCodeFieldInvalid(DomainError):
    """Values that a BR Code cannot carry. `faults` says why, by the name of the argument, for the door to translate."""

    code, status = 111, 400
    message = _("A value does not fit into a Pix code.")

    def __init__(self, faults: Mapping[str, str | Promise]) -> None:
        super().__init__(*(Violation(argument, sentence) for argument, sentence in faults.items()))
        self.faults = faults
