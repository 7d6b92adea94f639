"""The answers about the balance, the installments and the statement as the OpenAPI document shows them."""

from core.api.shapes import Amount, MomentShown, NumberShown, Shown, TextShown
from transactions.api.shapes.cards import DayShown, PercentageShown
from transactions.states import CardStatus, CardType, PaymentType, ReceivableStatus


class BalanceShown(Shown):
    available = Amount()
    inTransit = Amount(help_text="Refunds and payouts under way")
    blocked = Amount(help_text="By MED and by open disputes")
    receivables = Amount(help_text="What sales by card will bring")


class EntryShown(Shown):
    createdAt = MomentShown()
    amount = Amount(help_text="Signed: what came is positive, what went is negative")
    balanceAfter = Amount()
    type = TextShown(help_text="What moved it", example="CARD_SETTLED")
    objectId = TextShown(help_text="Our id of what moved it, such as an operationId")
    merchantId = TextShown(allow_null=True, help_text="Your own id of it")


class InstallmentRowShown(Shown):
    transactionId = TextShown()
    operationId = TextShown(help_text="The sale or capture that it belongs to")
    orderId = TextShown()
    nsu = TextShown(allow_null=True)
    authorizationCode = TextShown(allow_null=True)
    holderName = TextShown()
    maskedCard = TextShown(example="**** 0071")
    brand = TextShown()
    type = TextShown(names=tuple(CardType.values))
    paymentType = TextShown(names=tuple(PaymentType.values))
    number = NumberShown(help_text="X of X/Y")
    numberInstallments = NumberShown(help_text="Y of X/Y")
    grossAmount = Amount(help_text="Below zero: a debit, for what was refunded after it had been paid")
    returnedAmount = Amount(help_text="What refunds took of it")
    feePercentage = PercentageShown(help_text="The MDR")
    feeAmount = Amount(help_text="Less what refunds gave back of it")
    netAmount = Amount(help_text="gross − returned − fee; nothing of a cancelled one")
    transactionDate = MomentShown(help_text="Of the sale or capture")
    paymentDate = DayShown()
    paidAt = MomentShown(allow_null=True)
    paymentStatus = TextShown(names=tuple(ReceivableStatus.values))


class TerminalShown(Shown):
    id = TextShown(help_text="ECOM for a sale online")
    serial = TextShown(help_text="— for a sale online")
    name = TextShown(allow_null=True)


class StatementRowShown(InstallmentRowShown):
    terminal = TerminalShown()
    status = TextShown(names=tuple(CardStatus.values), help_text="Of the transaction")
