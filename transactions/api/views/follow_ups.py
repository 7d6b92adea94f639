"""The seven posts on an operation (API.md 6.7): what is possible is what its `actions` says."""

from functools import partial
from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from rest_framework.request import Request

from core.api.operations import Input, Operation
from core.api.views import Endpoint
from core.errors import DomainError, Unavailable
from transactions import errors, models
from transactions.actions.disputes import record_chargeback, reverse_chargeback
from transactions.actions.follow_ups import follow_up
from transactions.api.serializers.orders import ChargebackBody, FollowUpBody, NoteBody
from transactions.api.shapes.orders import OperationShown
from transactions.api.shown.orders import operation_shown
from transactions.queries.orders import operation_of
from transactions.states import Action, OperationType

WRITE = "orders.write"
REFUSALS = (errors.OperationNotAllowed, errors.AmountNotAllowed, errors.MerchantTransactionIdUsed)


def post_of(
    summary: StrOrPromise,
    description: StrOrPromise,
    *,
    body: Input = FollowUpBody,
    also: tuple[type[DomainError], ...] = (),
) -> dict[str, Operation]:
    operation = Operation(
        summary,
        scope=WRITE,
        body=body,
        answer=OperationShown,
        status=201,
        errors=(*REFUSALS, *also),
        description=description,
        example={"memo": "Pedido 1042", "merchantTransactionId": "estorno-1042"},
    )
    return {"POST": operation}


def shown(made: models.Operation) -> dict[str, Any]:
    return operation_shown(made, made.order)


class FollowUp(Endpoint):
    """Asks the gateway between two transactions."""

    action: ClassVar[Action]

    def post(self, request: Request, operation_id: str) -> HttpResponseBase:
        action = self.action_on(operation_of(self.actor, operation_id))
        return self.once_in_steps(
            lambda claim: follow_up(
                actor=self.actor, operation_id=operation_id, action=action, **self.body, claim=claim
            ),
            shown,
        )

    def action_on(self, operation: models.Operation) -> Action:
        return self.action


class Captures(FollowUp):
    operations = post_of(
        _("Capture an authorization"),
        _("All that is still open, or a part of it. Several captures are possible."),
        also=(Unavailable,),
    )
    action = Action.CAPTURE


class Reversals(FollowUp):
    operations = post_of(
        _("Reverse an authorization"),
        _("The whole amount that is still open; an amount is not accepted."),
        body=NoteBody,
        also=(Unavailable,),
    )
    action = Action.REVERSAL


class Cancels(FollowUp):
    operations = post_of(
        _("Cancel a capture or sale of today"),
        _(
            "The whole operation, until the end of its day in Brasília, while nothing of it was refunded or charged "
            "back. On an authorization the same as a reversal."
        ),
        also=(Unavailable,),
    )
    action = Action.CANCEL

    def action_on(self, operation: models.Operation) -> Action:
        return Action.REVERSAL if operation.type == OperationType.PREAUTHORIZATION else Action.CANCEL


class Refunds(FollowUp):
    operations = post_of(
        _("Refund a capture or sale"),
        _("All that remains, or a part of it."),
        also=(errors.UsageForCardsOnly, Unavailable),
    )
    action = Action.REFUND


class Rebuilds(FollowUp):
    operations = post_of(
        _("Charge a kept card again"),
        _("A new payment on the contract of an earlier one, without its holder being present."),
        also=(errors.CardNotUsable, Unavailable),
    )
    action = Action.REBUILD


class Chargebacks(Endpoint):
    operations = post_of(
        _("Record a chargeback"),
        _("One that came outside the gateway, of at most what remains. It opens a dispute."),
        body=ChargebackBody,
        also=(errors.ChargebackOpen,),
    )

    def post(self, request: Request, operation_id: str) -> HttpResponseBase:
        operation_of(self.actor, operation_id)
        return self.once(partial(record_chargeback, actor=self.actor, operation_id=operation_id, **self.body), shown)


class ChargebackReversals(Endpoint):
    operations = post_of(
        _("Record that a chargeback was reversed"), _("Its money came back: the dispute is won. The whole amount.")
    )

    def post(self, request: Request, operation_id: str) -> HttpResponseBase:
        operation_of(self.actor, operation_id)
        return self.once(partial(reverse_chargeback, actor=self.actor, operation_id=operation_id, **self.body), shown)
