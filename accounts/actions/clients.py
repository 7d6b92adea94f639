"""The companies that receive money through the platform. Only the platform's own staff makes and changes them."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Client
from core import ids, live
from core.documents import bare, is_cnpj
from core.errors import PermissionMissing
from core.pix import PixTextRefused, brcode_text, read_key

LONGEST_BRCODE_NAME = 25
LONGEST_BRCODE_CITY = 15
MERCHANT_CATEGORY_FORM = re.compile(r"\d{4}", re.ASCII)


@transaction.atomic
def save_client(*, by_staff: bool, client: Client) -> Client:
    """Checks every field and saves; a new client gets its public id, and one that is deactivated ends the live pages of
    its people. Raises PermissionMissing and ValidationError."""
    if not by_staff:
        raise PermissionMissing
    if not client.public_id:
        client.public_id = ids.random_id("cli_", 20)
    for name, value in normalised({name: getattr(client, name) for name in RULES}).items():
        setattr(client, name, value)
    client.full_clean()
    client.save()
    if not client.is_active:
        for membership in client.memberships.all():
            live.disconnect_user(membership.user_id)
    return client


def normalised(fields: Mapping[str, Any]) -> dict[str, str]:
    """Those of the fields that have a rule, in the form in which they are kept. Raises ValidationError by field.

    A code that cannot be written fails after the network has accepted its charge, so nothing else gets in here.
    """
    kept, refused = {}, {}
    for name in RULES.keys() & fields.keys():
        try:
            kept[name] = RULES[name](fields[name])
        except PixTextRefused as error:
            refused[name] = ValidationError(str(error))
        except ValidationError as error:
            refused[name] = error
    if refused:
        raise ValidationError(refused)
    return kept


def cnpj(text: str) -> str:
    if not is_cnpj(text):
        raise ValidationError(_("This is not a CNPJ. Its last two characters check the twelve before them."))
    return bare(text)


def receiving_key(text: str) -> str:
    """May be empty: a client without one makes no Pix charges."""
    return read_key(text).value if text.strip() else ""


def merchant_category(text: str) -> str:
    if not MERCHANT_CATEGORY_FORM.fullmatch(text.strip()):
        raise ValidationError(_("A merchant category has four digits."))
    return text.strip()


def time_zone(text: str) -> str:
    if text.strip() not in available_timezones():
        raise ValidationError(_("There is no such time zone. Write one like America/Sao_Paulo."))
    return text.strip()


RULES: dict[str, Callable[[str], str]] = {
    "document": cnpj,
    "pix_key": receiving_key,
    "brcode_name": lambda text: brcode_text(text, LONGEST_BRCODE_NAME),
    "brcode_city": lambda text: brcode_text(text, LONGEST_BRCODE_CITY),
    "merchant_category": merchant_category,
    "time_zone": time_zone,
}
