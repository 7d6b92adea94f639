"""Errors of people and clients. Codes 24-29."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class ClientChanged(DomainError):
    """The page was made for another client than the one now chosen."""

    code, status = 24, 409
    message = _("This page belongs to another company than the one you are working for now. Nothing was changed.")
