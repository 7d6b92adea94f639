"""Looking at a whole document is an event of its charge: who looked, and when."""

from django.db import transaction

from accounts import permissions
from accounts.permissions import Fine, Module
from charges.actions.changes import announce
from charges.models import Charge
from charges.queries import charge_of
from core.actor import Actor


def show_document(*, actor: Actor, txid: str) -> Charge:
    """The charge, for someone who may see its debtor's document. Raises NotFound and PermissionMissing."""
    permissions.require(actor, permissions.fine(Module.CHARGES, Fine.PII))
    charge = charge_of(actor, txid)
    with transaction.atomic():
        announce(charge, "document_shown", actor=actor)
    return charge
