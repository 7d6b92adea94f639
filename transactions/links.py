"""Where an order's own product shows it: the rooms above register their pages."""

from dataclasses import dataclass

from django.urls import reverse

from accounts.permissions import read
from core.actor import Actor
from transactions.models import Order
from transactions.queries.availability import MODULES
from transactions.states import PaymentMethod


@dataclass(frozen=True, slots=True)
class ProductPage:
    """`url_name` takes the order's id."""

    url_name: str
    label: object


_pages: dict[PaymentMethod, ProductPage] = {}


def register_page(method: PaymentMethod, page: ProductPage) -> None:
    _pages[method] = page


def page_of(actor: Actor, order: Order) -> tuple[str, str] | None:
    """Label and address; None when there is none, or the actor may not see it."""
    method = PaymentMethod(order.payment_method)
    page = _pages.get(method)
    if page is None or not actor.may(read(MODULES[method])):
        return None
    return str(page.label), reverse(page.url_name, args=[order.order_id])
