"""The answers about the balance, the installments and the statement as the OpenAPI document shows them."""

from django.utils.translation import gettext_lazy as _

from core.api.shapes import Amount, MomentShown, NumberShown, Shown, TextShown
from transactions.api.shapes.cards import DayShown, PercentageShown
from transactions.states import CardStatus, CardType, PaymentType, ReceivableStatus


class BalanceShown(Shown):
    available = Amount()
    inTransit = Amount(help_text=_("Refunds and payouts under way"))
    blocked = Amount(help_text=_("By MED and by open disputes"))
    receivables = Amount(help_text=_("What sales by card will bring"))


class EntryShown(Shown):
    createdAt = MomentShown()
    amount = Amount(help_text=_("Signed: what came is positive, what went is negative"))
    balanceAfter = Amount()
    type = TextShown(help_text=_("What moved it"), example="CARD_SETTLED")
    objectId = TextShown(help_text=_("Our id of what moved it, such as an operationId"))
    merchantId = TextShown(allow_null=True, help_text=_("Your own id of it"))


class InstallmentRowShown(Shown):
    transactionId = TextShown()
    operationId = TextShown(help_text=_("The sale or capture that it belongs to"))
    orderId = TextShown()
    nsu = TextShown(allow_null=True)
    authorizationCode = TextShown(allow_null=True)
    holderName = TextShown()
    maskedCard = TextShown(example="**** 0071")
    brand = TextShown()
    type = TextShown(names=tuple(CardType.values))
    paymentType = TextShown(names=tuple(PaymentType.values))
    number = NumberShown(help_text=_("X of X/Y"))
    numberInstallments = NumberShown(help_text=_("Y of X/Y"))
    grossAmount = Amount(help_text=_("Below zero: a debit, for what was refunded after it had been paid"))
    returnedAmount = Amount(help_text=_("What refunds took of it"))
    feePercentage = PercentageShown(help_text=_("The MDR"))
    feeAmount = Amount(help_text=_("Less what refunds gave back of it"))
    netAmount = Amount(help_text=_("gross − returned − fee; nothing of a cancelled one"))
    transactionDate = MomentShown(help_text=_("Of the sale or capture"))
    paymentDate = DayShown()
    paidAt = MomentShown(allow_null=True)
    paymentStatus = TextShown(names=tuple(ReceivableStatus.values))


class TerminalShown(Shown):
    id = TextShown(help_text=_("ECOM for a sale online"))
    serial = TextShown(help_text=_("— for a sale online"))
    name = TextShown(allow_null=True)


class StatementRowShown(InstallmentRowShown):
    terminal = TerminalShown()
    status = TextShown(names=tuple(CardStatus.values), help_text=_("Of the transaction"))
