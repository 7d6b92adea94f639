"""Columns of the lists of payments by card, orders and contracts, on the page and in the file."""

from decimal import Decimal

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.permissions import Fine, Module, fine
from core import documents
from core.actor import Actor
from core.lists import cells
from core.lists.columns import Column
from core.templatetags.portal import copy, middle_cut, money_markup, status
from transactions.looks import CONTRACTS, badges_html, brand_mark, card_badges, dotted, order_badges
from transactions.models import CardPayment, Contract, Order
from transactions.states import ContractStatus, PaymentType

PII = fine(Module.CREDIT_CARD, Fine.PII)


def document_for(actor: Actor, document: str) -> str:
    """A document as this actor may see it."""
    return documents.formatted(document) if actor.may(PII) else documents.masked(document)


def holder_cell(card: CardPayment, actor: Actor) -> SafeString:
    transaction_id = card.operation.operation_id
    return cells.linked_cell(
        card.holder_name or dotted(card.last4),
        dotted(card.last4),
        address=reverse("transactions:card", args=[transaction_id]),
        anchor=f"card-{transaction_id}",
    )


def identification_cell(card: CardPayment, actor: Actor) -> SafeString:
    """The order, and below it the NSU; the transaction id is copied."""
    operation = card.operation
    return format_html(
        '<span class="row-f nowrap"><code class="code" title="{}">{}</code>{}</span><span>{}</span>',
        operation.order.order_id,
        middle_cut(operation.order.order_id, 7),
        copy(operation.operation_id, _("transaction id")),
        f"NSU {operation.nsu}" if operation.nsu else "",
    )


def way_cell(card: CardPayment, actor: Actor) -> SafeString:
    """How it was paid: type and installments."""
    return format_html("{}<span>{}</span>", card.get_type_display(), installments_text(card))


def installments_text(card: CardPayment) -> str:
    """`3× by the merchant`, or at sight."""
    if card.installments == 1:
        return str(card.get_payment_type_display())
    if card.payment_type == PaymentType.MERCHANT:
        return _("%(count)s× by the merchant") % {"count": card.installments}
    return _("%(count)s× by the issuer") % {"count": card.installments}


def taken_cell(amount: Decimal) -> SafeString | str:
    return money_markup(amount) if amount else cells.NOTHING


CARD_COLUMNS: list[Column[CardPayment]] = [
    Column(
        name="holder",
        heading=gettext_lazy("Cardholder"),
        value=lambda card, actor: card.holder_name,
        html=holder_cell,
        css="c1 two",
    ),
    Column(name="last4", heading=gettext_lazy("Last 4 digits"), value=lambda card, actor: card.last4),
    Column(
        name="amount",
        heading=gettext_lazy("Amount"),
        value=lambda card, actor: card.amount,
        html=lambda card, actor: money_markup(card.amount),
        order_by="amount",
        css="c2 num",
    ),
    Column(
        name="status",
        heading=pgettext_lazy("heading", "Status"),
        value=lambda card, actor: card.get_status_display(),
        html=lambda card, actor: badges_html(card_badges(card)),
        css="c3 badges",
    ),
    Column(
        name="also",
        heading=gettext_lazy("Also"),
        value=lambda card, actor: ", ".join(label for label, _tone, _shape in card_badges(card)[1:]),
    ),
    Column(name="captured", heading=gettext_lazy("Captured"), value=lambda card, actor: card.captured_amount),
    Column(name="refunded", heading=gettext_lazy("Refunded"), value=lambda card, actor: card.refunded_amount),
    Column(
        name="charged_back", heading=gettext_lazy("Charged back"), value=lambda card, actor: card.charged_back_amount
    ),
    Column(
        name="date",
        heading=gettext_lazy("Date"),
        value=lambda card, actor: card.created_at,
        html=lambda card, actor: cells.moment_cell(card.created_at),
        order_by="created_at",
        is_moment=True,
        css="c4 nw",
    ),
    Column(
        name="transaction",
        heading=gettext_lazy("Transaction id"),
        value=lambda card, actor: card.operation.operation_id,
    ),
    Column(name="nsu", heading="NSU", value=lambda card, actor: card.operation.nsu),
    Column(
        name="order",
        heading=gettext_lazy("Identification"),
        value=lambda card, actor: card.operation.order.order_id,
        html=identification_cell,
        css="two",
    ),
    Column(
        name="type",
        heading=gettext_lazy("Type"),
        value=lambda card, actor: card.get_type_display(),
        html=way_cell,
        css="two nw",
    ),
    Column(name="installments", heading=gettext_lazy("Installments"), value=lambda card, actor: card.installments),
    Column(
        name="payment_type",
        heading=gettext_lazy("Payment type"),
        value=lambda card, actor: card.get_payment_type_display(),
    ),
    Column(
        name="brand",
        heading=gettext_lazy("Brand"),
        value=lambda card, actor: card.get_brand_display(),
        html=lambda card, actor: brand_mark(card.brand),
    ),
    Column(name="reference", heading=gettext_lazy("Reference"), value=lambda card, actor: card.user_reference),
]


def order_cell(order: Order, actor: Actor) -> SafeString:
    return cells.linked_cell(
        middle_cut(order.order_id, 7),
        order.description or order.user_reference,
        address=reverse("transactions:order", args=[order.order_id]),
        anchor=f"order-{order.order_id}",
    )


def customer_cell(order: Order, actor: Actor) -> SafeString | str:
    if not order.customer_name and not order.customer_document:
        return cells.NOTHING
    document = document_for(actor, order.customer_document) if order.customer_document else ""
    return format_html("<div>{}</div><span>{}</span>", order.customer_name or cells.NOTHING, document)


ORDER_COLUMNS: list[Column[Order]] = [
    Column(
        name="order",
        heading=gettext_lazy("Order"),
        value=lambda order, actor: order.order_id,
        html=order_cell,
        css="c1 two nw",
    ),
    Column(
        name="amount",
        heading=gettext_lazy("Amount"),
        value=lambda order, actor: order.amount,
        html=lambda order, actor: money_markup(order.amount),
        order_by="amount",
        css="c2 num",
    ),
    Column(name="authorized", heading=gettext_lazy("Authorized"), value=lambda order, actor: order.authorized_amount),
    Column(
        name="captured",
        heading=gettext_lazy("Captured"),
        value=lambda order, actor: order.captured_amount,
        html=lambda order, actor: taken_cell(order.captured_amount),
        css="num",
    ),
    Column(
        name="refunded",
        heading=gettext_lazy("Refunded"),
        value=lambda order, actor: order.refunded_amount,
        html=lambda order, actor: taken_cell(order.refunded_amount),
        css="num",
    ),
    Column(
        name="charged_back", heading=gettext_lazy("Charged back"), value=lambda order, actor: order.charged_back_amount
    ),
    Column(
        name="state",
        heading=gettext_lazy("State"),
        value=lambda order, actor: ", ".join(str(label) for label, _tone, _shape in order_badges(order)),
        html=lambda order, actor: badges_html(order_badges(order)),
        css="c3 badges",
    ),
    Column(
        name="method",
        heading=gettext_lazy("Method"),
        value=lambda order, actor: order.get_payment_method_display(),
        html=lambda order, actor: order.get_payment_method_display(),
    ),
    Column(
        name="customer",
        heading=gettext_lazy("Customer"),
        value=lambda order, actor: order.customer_name,
        html=customer_cell,
        css="two",
    ),
    Column(
        name="document",
        heading=gettext_lazy("CPF/CNPJ"),
        value=lambda order, actor: document_for(actor, order.customer_document) if order.customer_document else "",
    ),
    Column(
        name="date",
        heading=gettext_lazy("Date"),
        value=lambda order, actor: order.created_at,
        html=lambda order, actor: cells.moment_cell(order.created_at),
        order_by="created_at",
        is_moment=True,
        css="c4 nw",
    ),
    Column(name="reference", heading=gettext_lazy("Reference"), value=lambda order, actor: order.user_reference),
]


def contract_cell(contract: Contract, actor: Actor) -> SafeString:
    return cells.linked_cell(
        contract.customer_id,
        contract.holder_name,
        address=reverse("transactions:contract", args=[contract.contract_id]),
        anchor=f"contract-{contract.contract_id}",
    )


def kept_card_cell(contract: Contract, actor: Actor) -> SafeString:
    return format_html(
        '<span class="row-f nowrap">{} {}</span><span>{}</span>',
        brand_mark(contract.brand),
        dotted(contract.last4),
        expiry_text(contract.expires),
    )


def expiry_text(expires: str) -> str:
    """`12/31` of `2031-12`."""
    year, _dash, month = expires.partition("-")
    return f"{month}/{year[-2:]}" if month else ""


CONTRACT_COLUMNS: list[Column[Contract]] = [
    Column(
        name="customer",
        heading=gettext_lazy("Customer"),
        value=lambda contract, actor: contract.customer_id,
        html=contract_cell,
        css="c1 two",
    ),
    Column(
        name="card",
        heading=gettext_lazy("Card"),
        value=lambda contract, actor: contract.masked_number,
        html=kept_card_cell,
        css="c2 two",
    ),
    Column(
        name="status",
        heading=pgettext_lazy("heading", "Status"),
        value=lambda contract, actor: contract.get_status_display(),
        html=lambda contract, actor: status(contract.get_status_display(), *CONTRACTS[ContractStatus(contract.status)]),
        css="c3",
    ),
    Column(
        name="consent",
        heading=gettext_lazy("Consent"),
        value=lambda contract, actor: contract.consent_at,
        html=lambda contract, actor: cells.moment_cell(contract.consent_at),
        is_moment=True,
        css="nw",
    ),
    Column(
        name="created",
        heading=pgettext_lazy("contract", "Created at"),
        value=lambda contract, actor: contract.created_at,
        html=lambda contract, actor: cells.moment_cell(contract.created_at),
        order_by="created_at",
        is_moment=True,
        css="c4 nw",
    ),
    Column(
        name="contract",
        heading=gettext_lazy("Contract"),
        value=lambda contract, actor: contract.contract_id,
        html=lambda contract, actor: cells.id_cell(contract.contract_id, str(_("contract id"))),
        css="nw",
    ),
]
