"""The sandbox calls of cards (API.md 8)."""

from django.utils.translation import gettext_lazy as _

from core.api.sandbox import SandboxCall, trigger
from transactions.actions import sandbox
from transactions.api.serializers.sandbox import DisputedBody

ORDERS, CARDS = "orders.write", "credit-card.write"


class OpenChargeback(SandboxCall):
    operations = trigger(_("Let a cardholder dispute a sale"), scope=ORDERS, body=DisputedBody)
    action = staticmethod(sandbox.open_chargeback)


class WinChargeback(SandboxCall):
    operations = trigger(_("Let the open chargeback of a sale be won"), scope=ORDERS)
    action = staticmethod(sandbox.win_chargeback)


class LoseChargeback(SandboxCall):
    operations = trigger(_("Let the open chargeback of a sale be lost"), scope=ORDERS)
    action = staticmethod(sandbox.lose_chargeback)


class ApproveReview(SandboxCall):
    operations = trigger(_("Let the review of a card transaction approve it"), scope=CARDS)
    action = staticmethod(sandbox.approve_review)


class DenyReview(SandboxCall):
    operations = trigger(_("Let the review of a card transaction deny it"), scope=CARDS)
    action = staticmethod(sandbox.deny_review)


class RunNext(SandboxCall):
    operations = trigger(_("Let the next charge of a recurrence be made now"), scope=CARDS)
    action = staticmethod(sandbox.charge_next)
