"""Who opens the pages of cards, and rows for lists, made without the acquirer."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser

from accounts.models import Client
from accounts.permissions import FINE_PERMISSIONS, Module
from core import clock
from tests.charges.factories import browser_of, person_of
from transactions.models import CardPayment, Operation, Order
from transactions.states import CardStatus, OperationResult, OperationType, PaymentMethod

EVERY_FINE = [fine.value for fine in FINE_PERMISSIONS[Module.CREDIT_CARD]]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def marina(shop: Client) -> Browser:
    """Holds everything of cards."""
    return browser_of(person_of(shop, module=Module.CREDIT_CARD))


@pytest.fixture
def reader(shop: Client) -> Browser:
    return browser_of(person_of(shop, module=Module.CREDIT_CARD, withheld=EVERY_FINE))


def only(shop: Client, *fine: str) -> Browser:
    """Holds these fine permissions of cards and no other."""
    withheld = [each for each in EVERY_FINE if each not in fine]
    return browser_of(person_of(shop, module=Module.CREDIT_CARD, withheld=withheld))


def listed_order(client: Client, **facts: Any) -> Order:
    """An order as a row alone, for lists."""
    moment = clock.now()
    usual: dict[str, Any] = {
        "order_id": f"pedido-{uuid4().hex[:12]}",
        "payment_method": PaymentMethod.CARD,
        "channel": "ECOMMERCE",
        "amount": Decimal("100.00"),
        "customer_name": "Ana Exemplo da Silva",
        "customer_document": "39053344705",
        "created_at": moment,
        "updated_at": moment,
    }
    return Order.objects.create(client=client, **{**usual, **facts})


def listed_card(client: Client, *, nsu: str = "", order: Order | None = None, **facts: Any) -> CardPayment:
    """A payment by card as rows alone, for lists."""
    order = order or listed_order(client, amount=facts.get("amount", Decimal("100.00")))
    operation = Operation.objects.create(
        client=client,
        order=order,
        operation_id=str(uuid4()),
        type=OperationType.DEBIT,
        result=OperationResult.EXECUTED,
        amount=order.amount,
        channel="ECOMMERCE",
        nsu=nsu,
        created_by="erp",
        door="API",
        created_at=order.created_at,
        updated_at=order.created_at,
    )
    usual: dict[str, Any] = {
        "status": CardStatus.APPROVED,
        "amount": order.amount,
        "captured_amount": order.amount,
        "payment_type": "A_VISTA",
        "installments": 1,
        "brand": "VISA",
        "last4": "0071",
        "holder_name": "MARINA EXEMPLO",
        "expires": "2031-12",
        "created_at": order.created_at,
        "updated_at": order.created_at,
    }
    return CardPayment.objects.create(client=client, operation=operation, **{**usual, **facts})
