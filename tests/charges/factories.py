"""People who open pages, and rows for lists, made without the network."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.test import Client as Browser

from accounts.models import Client, Membership, Role, User
from accounts.permissions import FINE_PERMISSIONS, Module
from charges.models import Charge
from charges.states import ChargeStatus
from core import clock
from transactions.actions.pix import open_order

EVERY_FINE = [fine.value for fine in FINE_PERMISSIONS[Module.CHARGES]]


def person_of(client: Client, *, module: Module = Module.CHARGES, withheld: list[str] | None = None) -> User:
    """Somebody who holds one module, less what is withheld."""
    user = User.objects.create_user(email=f"{uuid4().hex}@loja.example", first_name="Marina", last_name="Exemplo")
    membership = Membership.objects.create(user=user, client=client)
    Role.objects.create(membership=membership, module=module, withheld=withheld or [])
    return user


def browser_of(user: User, language: str = "en") -> Browser:
    browser = Browser()
    browser.force_login(user)
    browser.cookies["astrapay_language"] = language
    return browser


def listed_charge(client: Client, **facts: Any) -> Charge:
    """A charge as a row alone, for lists."""
    moment = clock.now()
    usual: dict[str, Any] = {
        "txid": f"astra202611{uuid4().hex[:20]}",
        "location_token": uuid4().hex,
        "status": ChargeStatus.ACTIVE,
        "amount": Decimal("100.00"),
        "debtor_name": "Ana Exemplo da Silva",
        "debtor_document": "39053344705",
        "receiver_key": client.pix_key,
        "expires_at": moment + timedelta(hours=1),
        "created_by": "Marina Exemplo",
        "channel": "PORTAL",
        "created_at": moment,
        "updated_at": moment,
    }
    row = {**usual, **facts}
    order = open_order(client, order_id=row["txid"], amount=row["amount"])
    return Charge.objects.create(client=client, order=order, **row)
