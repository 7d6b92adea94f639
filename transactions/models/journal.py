"""The journal: every movement of money between a client's accounts, in double entry. Rows are never changed."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from core.money import ZERO
from core.rows import OftenWritten
from transactions.models.orders import Operation
from transactions.states import AccountName

# Judged when the transaction commits: entries are written one by one.
SUMS_TO_ZERO = pgtrigger.Trigger(
    name="posting_sums_to_zero",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    timing=pgtrigger.Deferred,
    declare=[("total", "numeric")],
    func="""
        SELECT SUM(amount) INTO total FROM transactions_entry WHERE posting_id = NEW.posting_id;
        IF total <> 0 THEN
            RAISE EXCEPTION 'posting % sums to %', NEW.posting_id, total USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """,
)
APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Account(models.Model):
    """The balance of one account of a client, in reais: the sum of its entries, changed under its lock."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="+")
    name = models.CharField(max_length=20, choices=AccountName.choices)
    balance = models.DecimalField(max_digits=16, decimal_places=2, default=ZERO)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "name"], name="one_account_of_each_name")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.name}"


class Posting(OftenWritten):
    """Why money moved: `kind` names the movement, `object_id` is our id of what caused it."""

    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, null=True, related_name="postings")
    object_id = models.CharField(max_length=64)
    merchant_id = models.CharField(max_length=77, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class Entry(models.Model):
    """A signed amount on one account, and the account's balance after it."""

    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="entries")
    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, db_index=False, related_name="+")
    account = models.CharField(max_length=20, choices=AccountName.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    balance_after = models.DecimalField(max_digits=16, decimal_places=2)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(amount=ZERO), name="an_entry_moves_money")]
        indexes = [
            models.Index("client", "account", F("created_at").desc(), F("id").desc(), name="entries_newest_first")
        ]
        triggers = [APPEND_ONLY, SUMS_TO_ZERO]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"
