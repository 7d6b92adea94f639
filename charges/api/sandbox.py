"""The sandbox calls of charges and refunds (API.md 8)."""

from django.utils.translation import gettext_lazy as _

from charges.actions import sandbox
from charges.api.serializers import MedBody, PayBody
from core.api.sandbox import SandboxCall, trigger

WRITE, ORDERS = "charges.write", "orders.write"


class PayCharge(SandboxCall):
    operations = trigger(_("Let a Pix arrive"), scope=WRITE, body=PayBody)
    action = staticmethod(sandbox.pay_charge)


class ExpireCharge(SandboxCall):
    operations = trigger(_("Let a charge expire"), scope=WRITE)
    action = staticmethod(sandbox.expire_charge)


class CompleteRefund(SandboxCall):
    operations = trigger(_("Let a refund complete"), scope=WRITE)
    action = staticmethod(sandbox.complete_refund)


class FailRefund(SandboxCall):
    operations = trigger(_("Let a refund fail"), scope=WRITE)
    action = staticmethod(sandbox.fail_refund)


class OpenMed(SandboxCall):
    operations = trigger(_("Let the payer's bank open a MED"), scope=ORDERS, body=MedBody)
    action = staticmethod(sandbox.open_med)


class WinMed(SandboxCall):
    operations = trigger(_("Let a MED be decided for the client"), scope=ORDERS)
    action = staticmethod(sandbox.win_med)


class LoseMed(SandboxCall):
    operations = trigger(_("Let a MED be decided for the payer"), scope=ORDERS)
    action = staticmethod(sandbox.lose_med)
