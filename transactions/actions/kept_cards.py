"""Cards that the acquirer keeps for a client's customers, with the holder's consent to be charged without being present
(API.md 6.6): kept by a first payment, or by a zero-value verification."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any

from django.db import transaction

from accounts import permissions
from accounts.permissions import Fine, Module
from accounts.queries import client_of
from core import cards as card_rules
from core import clock
from core.actor import BRASILIA, Actor
from core.cards import Card
from core.errors import Unavailable
from core.idempotency import Claim
from core.ids import random_id
from gateways import abecs, calls
from gateways.errors import OutcomeUnknown
from gateways.protocols import CardGateway, CardState, StoredCard
from transactions.errors import CardNotUsable, CardNotVerified
from transactions.models import Contract
from transactions.states import CONTRACT_TRANSITIONS, ContractStatus, moved
from webhooks.events import Change, publish

WRITE = permissions.fine(Module.CREDIT_CARD, Fine.WRITE)
CONTRACT_ID = attrgetter("contract_id")
ID_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Consent:
    """When and from where the holder agreed. Without a moment the call itself is the merchant's statement that it holds
    the consent."""

    at: datetime | None = None
    ip: str | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What is written down with a payment that was made on it."""
        return {"customerConsent": {"at": clock.text(self.at), "ip": self.ip}} if self.at else {}


NO_CONSENT = Consent()


def keep(*, actor: Actor, card: Card, customer_id: str, consent: Consent, claim: Claim[Contract]) -> Contract:
    """Has a card verified and kept by the acquirer. Raises CardNotVerified, and Unavailable when nobody knows."""
    permissions.require(actor, WRITE)
    with calls.cards() as gateway:
        new = partial(
            new_contract, actor=actor, brand=card.brand, last4=card.last4, customer_id=customer_id, consent=consent
        )
        contract = claim.reserve(new, _find, CONTRACT_ID)
        kept = have_kept(gateway, contract, card, verify=True)
    with transaction.atomic():
        contract = Contract.objects.select_for_update().get(pk=contract.pk)
        if contract.status == ContractStatus.NEW:
            activate(contract, kept, actor=actor)
        claim.finish(contract)
    return contract


def have_kept(gateway: CardGateway, contract: Contract, card: Card, *, verify: bool) -> StoredCard:
    """The card as the acquirer keeps it from now on; with `verify` its issuer is asked first whether it is good.

    Raises CardNotVerified, Unavailable: nothing was kept then, and nobody ever sees this contract.
    """
    try:
        if verify:
            _verify(gateway, contract, card)
        return gateway.tokenize(card, reference=contract.contract_id)
    except OutcomeUnknown as unknown:
        refuse(contract)
        raise Unavailable from unknown
    except CardNotVerified:
        refuse(contract)
        raise


def open_contract(kept: StoredCard, *, customer_id: str, consent: Consent, actor: Actor) -> Contract:
    """The contract of a card that was kept with a payment, in the caller's transaction."""
    contract = new_contract(actor=actor, brand=kept.brand, last4=kept.last4, customer_id=customer_id, consent=consent)
    activate(contract, kept, actor=actor)
    return contract


def activate(contract: Contract, kept: StoredCard, *, actor: Actor) -> None:
    contract.status = moved(CONTRACT_TRANSITIONS, ContractStatus(contract.status), ContractStatus.ACTIVE)
    contract.gateway_token, contract.holder_name, contract.expires = kept.token, kept.holder_name, kept.expires
    contract.updated_at = clock.now()
    contract.save(update_fields=["status", "gateway_token", "holder_name", "expires", "updated_at"])
    announce(contract, "created", actor=actor)


def announce(contract: Contract, name: str, *, actor: Actor) -> None:
    change = Change(
        name=f"contract.{name}",
        module=Module.CREDIT_CARD.value,
        object_type="contract",
        object_id=contract.contract_id,
        version=contract.version,
        facts={"card": contract.masked_number},
    )
    publish(change, actor=actor)


def stored_card_of(contract: Contract) -> StoredCard:
    return StoredCard(
        token=contract.gateway_token,
        brand=contract.brand,
        last4=contract.last4,
        holder_name=contract.holder_name,
        expires=contract.expires,
    )


def usable(contract: Contract) -> Contract:
    """Raises CardNotUsable when the contract was ended or its card has expired."""
    expired = card_rules.has_expired(contract.expires, clock.today(BRASILIA))
    if contract.status != ContractStatus.ACTIVE or expired:
        raise CardNotUsable
    return contract


def new_contract(
    *, actor: Actor, brand: str | None, last4: str, customer_id: str, consent: Consent = NO_CONSENT
) -> Contract:
    """A contract whose card is not kept yet, in the caller's transaction."""
    moment = clock.now()
    return Contract.objects.create(
        client=client_of(actor),
        contract_id=random_id("ctr_", ID_LENGTH),
        token=random_id("tok_", ID_LENGTH),
        customer_id=customer_id,
        brand=brand or "",
        last4=last4,
        consent_at=consent.at or moment,
        consent_ip=consent.ip,
        consent_by_holder=consent.at is not None,
        created_by=actor.name,
        created_at=moment,
        updated_at=moment,
    )


def refuse(contract: Contract) -> None:
    Contract.objects.filter(pk=contract.pk, status=ContractStatus.NEW).update(
        status=moved(CONTRACT_TRANSITIONS, ContractStatus.NEW, ContractStatus.INACTIVE)
    )


def _find(contract_id: str) -> Contract:
    return Contract.objects.get(contract_id=contract_id)


def _verify(gateway: CardGateway, contract: Contract, card: Card) -> None:
    outcome = gateway.verify(contract.contract_id, card)
    if outcome.state is not CardState.APPROVED:
        raise CardNotVerified(reason=abecs.meaning(contract.brand, outcome.return_code).text)
