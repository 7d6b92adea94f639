"""The end of a kept card: its contract is deactivated or its token deleted. Its recurrences end with it."""

from django.db import transaction

from accounts import permissions
from accounts.permissions import Fine, Module
from core import clock
from core.actor import Actor
from gateways import calls
from gateways.errors import GatewayBusy, OutcomeUnknown
from transactions.actions.kept_cards import announce
from transactions.actions.recurrences import end_recurrences_of
from transactions.models import Contract
from transactions.queries.contracts import contract_of, token_of
from transactions.states import CONTRACT_TRANSITIONS, ContractStatus, moved

WRITE = permissions.fine(Module.CREDIT_CARD, Fine.WRITE)
BATCH = 200


def deactivate_contract(*, actor: Actor, contract_id: str) -> Contract:
    """Stops one-click and recurring payments on it; one that has ended stays as it is. Raises NotFound."""
    permissions.require(actor, WRITE)
    with transaction.atomic():
        return _end(contract_of(actor, contract_id), actor=actor)


def delete_token(*, actor: Actor, token: str) -> Contract:
    """Ends the contract, and the acquirer forgets the card. Raises NotFound."""
    permissions.require(actor, WRITE)
    with transaction.atomic():
        contract = _end(token_of(actor, token), actor=actor)
        contract.token_deleted_at = clock.now()
        contract.save(update_fields=["token_deleted_at"])
        return contract


def forget_deleted_cards() -> None:
    """Has the acquirer forget the cards whose tokens were deleted."""
    deleted = Contract.objects.filter(token_deleted_at__isnull=False, forgotten_at=None)
    for contract in list(deleted.order_by("token_deleted_at")[:BATCH]):
        try:
            with calls.cards() as gateway:
                gateway.forget(contract.gateway_token)
        except (OutcomeUnknown, GatewayBusy):
            return  # the next tick asks again
        Contract.objects.filter(pk=contract.pk).update(forgotten_at=clock.now())


def _end(contract: Contract, *, actor: Actor) -> Contract:
    end_recurrences_of(contract, actor=actor)
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    if contract.status != ContractStatus.INACTIVE:
        contract.status = moved(CONTRACT_TRANSITIONS, ContractStatus(contract.status), ContractStatus.INACTIVE)
        contract.ended_at = contract.updated_at = clock.now()
        contract.version += 1
        contract.save(update_fields=["status", "ended_at", "updated_at", "version"])
        announce(contract, "ended", actor=actor)
    return contract
