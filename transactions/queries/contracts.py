"""Reads of contracts, their tokens and recurrences, always through the actor's client."""

from django.db.models import QuerySet

from core.actor import Actor
from core.errors import NotFound
from transactions.models import Contract, Recurrence, Schedule


def contracts_for(actor: Actor) -> QuerySet[Contract]:
    """Those whose card the acquirer keeps; one that was never verified nobody sees."""
    return Contract.objects.filter(client_id=actor.client_id).exclude(gateway_token="")


def contract_of(actor: Actor, contract_id: str) -> Contract:
    """Raises NotFound."""
    contract = contracts_for(actor).filter(contract_id=contract_id).first()
    if contract is None:
        raise NotFound
    return contract


def tokens_for(actor: Actor) -> QuerySet[Contract]:
    """The cards that can be paid with, or could until their contract ended."""
    return contracts_for(actor).filter(token_deleted_at=None)


def token_of(actor: Actor, token: str) -> Contract:
    """Raises NotFound: a deleted token does not exist."""
    contract = tokens_for(actor).filter(token=token).first()
    if contract is None:
        raise NotFound
    return contract


def recurrences_for(actor: Actor) -> QuerySet[Recurrence]:
    rows = Recurrence.objects.filter(client_id=actor.client_id, version__gt=0)
    return rows.select_related("contract")


def recurrence_of(actor: Actor, recurrence_id: str) -> Recurrence:
    """Raises NotFound."""
    recurrence = recurrences_for(actor).filter(recurrence_id=recurrence_id).first()
    if recurrence is None:
        raise NotFound
    return recurrence


def schedules_of(recurrence: Recurrence) -> QuerySet[Schedule]:
    """In the order in which they are charged."""
    return recurrence.schedules.select_related("payment__operation").order_by("number")
