"""Columns of the list of charges, on the page and in the file."""

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.permissions import Fine, Module, fine
from charges.looks import charge_look
from charges.models import Charge
from core import documents
from core.actor import Actor
from core.lists import cells
from core.lists.columns import Column
from core.templatetags.portal import money_markup, status

PII = fine(Module.CHARGES, Fine.PII)


def document_for(actor: Actor, document: str) -> str:
    """A document as this actor may see it in a list."""
    return documents.formatted(document) if actor.may(PII) else documents.masked(document)


def debtor_cell(charge: Charge, actor: Actor) -> SafeString:
    return cells.linked_cell(
        charge.debtor_name or _("No debtor named"),
        document_for(actor, charge.debtor_document) if charge.debtor_document else "",
        address=reverse("charges:detail", args=[charge.txid]),
        anchor=f"charge-{charge.txid}",
    )


def status_cell(charge: Charge, actor: Actor) -> SafeString:
    current = charge.current_status
    return status(str(current.label), *charge_look(current))


CHARGE_COLUMNS: list[Column[Charge]] = [
    Column(
        name="debtor",
        heading=gettext_lazy("Debtor"),
        value=lambda charge, actor: charge.debtor_name,
        html=debtor_cell,
        css="c1 two",
    ),
    Column(
        name="document",
        heading=gettext_lazy("CPF/CNPJ"),
        value=lambda charge, actor: document_for(actor, charge.debtor_document),
    ),
    Column(
        name="amount",
        heading=gettext_lazy("Amount"),
        value=lambda charge, actor: charge.amount,
        html=lambda charge, actor: money_markup(charge.amount),
        order_by="amount",
        css="c2 num",
    ),
    Column(
        name="status",
        heading=pgettext_lazy("heading", "Status"),
        value=lambda charge, actor: charge.current_status.label,
        html=status_cell,
        css="c3",
    ),
    Column(
        name="txid",
        heading=gettext_lazy("Tx ID"),
        value=lambda charge, actor: charge.txid,
        html=lambda charge, actor: cells.id_cell(charge.txid, "Tx ID"),
        css="nw",
    ),
    Column(
        name="reference",
        heading=gettext_lazy("Reference"),
        value=lambda charge, actor: charge.user_reference,
        html=lambda charge, actor: charge.user_reference or cells.NOTHING,
        css="clip",
    ),
    Column(
        name="created",
        heading=gettext_lazy("Created at"),
        value=lambda charge, actor: charge.created_at,
        html=lambda charge, actor: cells.moment_cell(charge.created_at),
        order_by="created_at",
        is_moment=True,
        css="c4 nw",
    ),
    Column(
        name="paid",
        heading=gettext_lazy("Paid at"),
        value=lambda charge, actor: charge.paid_at,
        html=lambda charge, actor: cells.moment_cell(charge.paid_at),
        order_by="paid_at",
        is_moment=True,
        css="nw",
    ),
]
