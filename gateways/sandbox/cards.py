"""The sandbox as an acquirer: the same protocol as a real one, answered from its own tables.

A card as it was typed is looked at here and goes no further: what is kept of it is its last four digits.
"""

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Sum

from core import clock
from core.cards import Card
from core.ids import random_id
from core.money import ZERO
from gateways.errors import GatewayRefused, OutcomeUnknown
from gateways.protocols import Authorization, CardFollowUp, CardOutcome, CardState, StoredCard
from gateways.sandbox import rules
from gateways.sandbox.models import SandboxCard, SandboxCardOperation
from gateways.sandbox.network import NAME

TOKEN_LENGTH = 36
Kind = SandboxCardOperation.Kind
# What a follow-up may refer to.
PARENTS = {
    Kind.CAPTURE: {Kind.AUTHORIZATION},
    Kind.VOID: {Kind.AUTHORIZATION, Kind.SALE, Kind.CAPTURE},
    Kind.REFUND: {Kind.SALE, Kind.CAPTURE},
}


class SandboxAcquirer:
    name = NAME

    def tokenize(self, card: Card, *, reference: str) -> StoredCard:
        if card.brand is None:
            raise GatewayRefused("unknown brand")
        kept, _new = SandboxCard.objects.get_or_create(
            reference=reference,
            defaults={
                "token": random_id("tok_", TOKEN_LENGTH),
                "brand": card.brand,
                "last4": card.last4,
                "holder_name": card.holder_name,
                "expires": card.expires,
                "created_at": clock.now(),
            },
        )
        return kept.stored

    def forget(self, token: str) -> None:
        SandboxCard.objects.filter(token=token).delete()

    def verify(self, operation_id: str, card: Card | StoredCard) -> CardOutcome:
        code = rules.APPROVED if self._knows(card) else rules.INVALID_CARD
        return self._answer(operation_id, Kind.VERIFICATION, card, amount=ZERO, code=code)

    def authorize(self, order: Authorization) -> CardOutcome:
        """A real gateway waits `settings.GATEWAY_TIMEOUT_SECONDS` before it gives up; this one gives up at once."""
        kind = Kind.SALE if order.capture else Kind.AUTHORIZATION
        code = rules.card_code(order.card.last4) if self._knows(order.card) else rules.INVALID_CARD
        return self._answer(order.operation_id, kind, order.card, amount=order.amount, code=code)

    def capture(self, order: CardFollowUp) -> CardOutcome:
        return self._follow_up(Kind.CAPTURE, order)

    def void(self, order: CardFollowUp) -> CardOutcome:
        return self._follow_up(Kind.VOID, order)

    def refund(self, order: CardFollowUp) -> CardOutcome:
        return self._follow_up(Kind.REFUND, order)

    def look_up(self, operation_id: str) -> CardOutcome | None:
        operation = SandboxCardOperation.objects.filter(operation_id=operation_id).first()
        return None if operation is None else _audible(operation)

    def _knows(self, card: Card | StoredCard) -> bool:
        if isinstance(card, Card):
            return card.brand is not None
        return SandboxCard.objects.filter(token=card.token).exists()

    def _answer(
        self, operation_id: str, kind: Kind, card: Card | StoredCard, *, amount: Decimal, code: str
    ) -> CardOutcome:
        moment = clock.now()
        sold = kind != Kind.VERIFICATION and code == rules.APPROVED
        operation = SandboxCardOperation(
            operation_id=operation_id,
            kind=kind,
            brand=card.brand or "",
            last4=card.last4,
            amount=amount,
            state=rules.card_state(code),
            return_code=code,
            authorization_code=rules.authorization_code() if sold else "",
            silent_until=moment + rules.SILENCE if code == rules.TIMED_OUT else None,
            review_due_at=moment + rules.REVIEW if code == rules.UNDER_REVIEW else None,
            created_at=moment,
        )
        try:
            with transaction.atomic():
                operation.save(force_insert=True)
        except IntegrityError:  # asked again: the first answer stands
            operation = SandboxCardOperation.objects.get(operation_id=operation_id)
        return _audible(operation)

    def _follow_up(self, kind: Kind, order: CardFollowUp) -> CardOutcome:
        with transaction.atomic():
            parent = SandboxCardOperation.objects.select_for_update().filter(operation_id=order.parent_id).first()
            code = _code(kind, parent, order.amount)
            operation, _new = SandboxCardOperation.objects.get_or_create(
                operation_id=order.operation_id,
                defaults={
                    "kind": kind,
                    "parent": parent,
                    "brand": parent.brand if parent else "",
                    "last4": parent.last4 if parent else "",
                    "amount": order.amount,
                    "state": rules.card_state(code),
                    "return_code": code,
                    "created_at": clock.now(),
                },
            )
            return operation.outcome


def _audible(operation: SandboxCardOperation) -> CardOutcome:
    if operation.silent_until is not None and clock.now() < operation.silent_until:
        raise OutcomeUnknown(operation.operation_id)
    return operation.outcome


def _code(kind: Kind, parent: SandboxCardOperation | None, amount: Decimal) -> str:
    """What is answered to a follow-up. The caller holds the parent's lock."""
    if parent is None or parent.kind not in PARENTS[kind]:
        return rules.NOT_POSSIBLE
    # A sale that was refused after its review still holds the cardholder's limit until it is voided.
    held = parent.state == CardState.APPROVED or (
        kind == Kind.VOID and parent.state == CardState.DENIED and parent.review_due_at is not None
    )
    if not held:
        return rules.NOT_POSSIBLE
    earlier = parent.follow_ups.filter(state=CardState.APPROVED).aggregate(sum=Sum("amount"))["sum"] or ZERO
    return rules.ABOVE_REMAINING if earlier + amount > parent.amount else rules.APPROVED
