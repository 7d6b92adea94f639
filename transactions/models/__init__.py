"""Every movement of money: orders with their operations, cards, contracts, disputes, receivables, and the journal."""

from transactions.models.cards import CardPayment, Contract, Terminal
from transactions.models.disputes import Dispute, Evidence
from transactions.models.journal import Account, Entry, Posting
from transactions.models.orders import Operation, Order
from transactions.models.receivables import FeeRule, Receivable
from transactions.models.recurrences import Recurrence, Schedule

__all__ = [
    "Account",
    "CardPayment",
    "Contract",
    "Dispute",
    "Entry",
    "Evidence",
    "FeeRule",
    "Operation",
    "Order",
    "Posting",
    "Receivable",
    "Recurrence",
    "Schedule",
    "Terminal",
]
