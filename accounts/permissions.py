"""Modules, the fine permissions inside them, and which scope of the API holds which permissions (PORTAL.md 10)."""

from collections.abc import Iterable
from functools import cache

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import PermissionMissing


class Module(TextChoices):
    """What a representative may be given. The values are the contract's exact names."""

    CHARGES = "CHARGES", _("Charges")
    PAYMENT_LINK = "PAYMENT_LINK", _("Payment links")
    CREDIT_CARD = "CREDIT_CARD", _("Credit card")
    STATEMENT = "STATEMENT", _("Statement")
    PIX_CHECKOUT = "PIX_CHECKOUT", _("Pix payouts")
    AUTOMATIC_PIX = "AUTOMATIC_PIX", _("Automatic Pix")
    WEBHOOK = "WEBHOOK", _("Webhooks")
    REPRESENTATIVES = "REPRESENTATIVES", _("Representatives")


class Fine(TextChoices):
    """A permission inside a module: granted with it unless taken away."""

    WRITE = "write", _("Create, edit, cancel and delete")
    REFUND = "refund", _("Refund")
    CAPTURE = "capture", _("Capture")
    REVERSAL = "reversal", _("Reverse")
    CHARGEBACK = "chargeback", _("Chargebacks")
    REBUILD = "rebuild", _("Charge again")
    RELEASE = "release", _("Release payouts")
    PII = "pii", _("See whole documents")
    EXPORT = "export", _("Export")


FINE_PERMISSIONS: dict[Module, tuple[Fine, ...]] = {
    Module.CHARGES: (Fine.WRITE, Fine.REFUND, Fine.CHARGEBACK, Fine.PII, Fine.EXPORT),
    Module.PAYMENT_LINK: (Fine.WRITE, Fine.REFUND, Fine.PII, Fine.EXPORT),
    Module.CREDIT_CARD: (
        Fine.WRITE,
        Fine.REFUND,
        Fine.CAPTURE,
        Fine.REVERSAL,
        Fine.CHARGEBACK,
        Fine.REBUILD,
        Fine.PII,
        Fine.EXPORT,
    ),
    Module.STATEMENT: (Fine.PII, Fine.EXPORT),
    Module.PIX_CHECKOUT: (Fine.WRITE, Fine.RELEASE, Fine.PII, Fine.EXPORT),
    Module.AUTOMATIC_PIX: (Fine.WRITE, Fine.PII, Fine.EXPORT),
    Module.WEBHOOK: (Fine.WRITE, Fine.EXPORT),
    Module.REPRESENTATIVES: (Fine.WRITE, Fine.PII, Fine.EXPORT),
}

SCOPE_MODULES = {
    "charges": Module.CHARGES,
    "webhooks": Module.WEBHOOK,
    "payment-links": Module.PAYMENT_LINK,
    "pix-checkout": Module.PIX_CHECKOUT,
    "automatic-pix": Module.AUTOMATIC_PIX,
    "credit-card": Module.CREDIT_CARD,
    "orders": Module.CREDIT_CARD,
}
SCOPES = tuple(f"{product}.{access}" for product in SCOPE_MODULES for access in ("read", "write"))


def read(module: Module) -> str:
    """The permission to see a module: `CHARGES:read`."""
    return f"{module.value}:read"


def fine(module: Module, permission: Fine) -> str:
    """A permission inside a module: `CHARGES:refund`."""
    return f"{module.value}:{permission.value}"


def granted(module: Module, withheld: Iterable[str] = ()) -> frozenset[str]:
    """All that a role in this module holds, without what was taken away."""
    taken = set(withheld)
    return frozenset(
        {read(module), *(fine(module, each) for each in FINE_PERMISSIONS[module] if each.value not in taken)}
    )


# `orders.write` runs operations on every method (PORTAL.md 10); beside its own module it needs these.
ON_EVERY_METHOD = frozenset(
    {
        fine(Module.CHARGES, Fine.REFUND),
        fine(Module.CHARGES, Fine.CHARGEBACK),
        fine(Module.PAYMENT_LINK, Fine.REFUND),
    }
)


@cache
def permissions_of_scopes(scopes: tuple[str, ...]) -> frozenset[str]:
    """What a token may do: `x.read` sees whole documents, `x.write` holds every fine permission of the module."""
    held: set[str] = set()
    for scope in scopes:
        product, _dot, access = scope.partition(".")
        module = SCOPE_MODULES[product]
        held |= granted(module) if access == "write" else {read(module), fine(module, Fine.PII)}
    if "orders.write" in scopes:
        held |= ON_EVERY_METHOD
    return frozenset(held)


def require(actor: Actor, permission: str) -> None:
    """Refuses with PermissionMissing. Every action that writes asks first."""
    if not actor.may(permission):
        raise PermissionMissing
