"""What the dialogs say: of each action before it is taken, and of each operation afterwards."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import money
from transactions.models import Operation
from transactions.states import Action, OperationResult, OperationType


@dataclass(frozen=True, slots=True)
class Words:
    """`what` happens, and the button with and without the amount. `risky`: money or limit that leaves for good."""

    what: "str | Promise"
    button: "str | Promise"
    with_amount: "str | Promise"
    risky: bool = True


ACTION_WORDS: dict[Action, Words] = {
    Action.CAPTURE: Words(
        gettext_lazy("The amount is charged to the card. What is left of the authorization can be captured later."),
        pgettext_lazy("button", "Capture"),
        pgettext_lazy("button", "Capture %(amount)s"),
        risky=False,
    ),
    Action.REVERSAL: Words(
        gettext_lazy("All that is still open of the authorization goes back to the holder's limit."),
        pgettext_lazy("button", "Reverse"),
        pgettext_lazy("button", "Reverse %(amount)s"),
    ),
    Action.CANCEL: Words(
        gettext_lazy("The whole operation is undone, as if it had not been made. Possible until the end of its day."),
        pgettext_lazy("button", "Undo it"),
        pgettext_lazy("button", "Undo %(amount)s"),
    ),
    Action.REFUND: Words(
        gettext_lazy("The amount goes back to the payer."),
        pgettext_lazy("button", "Refund"),
        pgettext_lazy("button", "Refund %(amount)s"),
    ),
    Action.CHARGEBACK: Words(
        gettext_lazy("Records a chargeback that came outside the gateway, and opens a dispute. The amount is held."),
        pgettext_lazy("button", "Record the chargeback"),
        pgettext_lazy("button", "Charge back %(amount)s"),
    ),
    Action.CHARGEBACK_REVERSAL: Words(
        gettext_lazy("Records that the money of the chargeback came back. The dispute is won."),
        pgettext_lazy("button", "Reverse the chargeback"),
        pgettext_lazy("button", "Bring back %(amount)s"),
        risky=False,
    ),
    Action.REBUILD: Words(
        gettext_lazy("The kept card is charged again, without its holder being present: a payment of its own."),
        pgettext_lazy("button", "Charge again"),
        pgettext_lazy("button", "Charge %(amount)s again"),
        risky=False,
    ),
}
DONE: dict[OperationType, "str | Promise"] = {
    OperationType.PREAUTHORIZATION: gettext_lazy("Pre-authorization of %(amount)s approved"),
    OperationType.DEBIT: gettext_lazy("Charge of %(amount)s approved"),
    OperationType.CAPTURE: gettext_lazy("Capture of %(amount)s approved"),
    OperationType.REVERSAL: gettext_lazy("Reversal of %(amount)s approved"),
    OperationType.CANCEL: gettext_lazy("Cancellation of %(amount)s approved"),
    OperationType.REFUND: gettext_lazy("Refund of %(amount)s approved"),
    OperationType.CHARGEBACK: gettext_lazy("Chargeback of %(amount)s recorded"),
    OperationType.CHARGEBACK_REVERSAL: gettext_lazy("Chargeback reversal of %(amount)s recorded"),
}


def button_text(action: Action, amount: Decimal | None) -> str:
    """The button repeats the amount as it was understood."""
    words = ACTION_WORDS[action]
    return str(words.button) if amount is None else str(words.with_amount) % {"amount": money.formatted(amount)}


def outcome_text(operation: Operation) -> str:
    kind = OperationType(operation.type)
    facts = {"what": kind.label, "amount": money.formatted(operation.amount)}
    match operation.result:
        case OperationResult.PENDING:
            return _("%(what)s of %(amount)s under way") % facts
        case OperationResult.DECLINED | OperationResult.FAILED:
            return _("%(what)s of %(amount)s was not possible") % facts
        case _done:
            return str(DONE[kind]) % facts
