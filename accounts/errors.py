"""Errors of people and clients. Codes 24-29."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, InvalidParameters


class ClientChanged(DomainError):
    """The page was made for another client than the one now chosen."""

    code, status = 24, 409
    message = _("This page belongs to another company than the one you are working for now. Nothing was changed.")


class PersonChanged(ClientChanged):
    """Somebody else has signed in since, in another tab."""

    message = _("This page was made for another person than the one who is signed in now. Nothing was changed.")


class ScopeNotHeld(DomainError):
    """A credential may do no more than the person who makes it."""

    code, status = 25, 403
    message = _("You cannot give the scope %(scope)s: your own roles do not include it.")


class RoleNotHeld(DomainError):
    """Nobody gives away what they lack."""

    code, status = 26, 403
    message = _("You cannot give this role: you do not hold it with all of these permissions yourself.")


class OwnAccess(DomainError):
    """Nobody locks themselves out."""

    code, status = 27, 409
    message = _("You cannot take away your own access. Ask another administrator.")


class LastAdministrator(DomainError):
    code, status = 28, 409
    message = _("A company keeps at least one active administrator. Name another one first.")


class NotPossibleNow(DomainError):
    """The state of a membership or credential does not allow this step."""

    code, status = 29, 409
    message = _("This is not possible in the present state.")


class NotAnAddress(InvalidParameters):
    message = _("“%(entry)s” is neither an IP address nor a network such as 203.0.113.0/24 or 2001:db8::/32.")
