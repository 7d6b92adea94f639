"""Merchants do business while every process of the portal is killed: nothing promised is lost, nothing is done twice,
and every message of what happened arrives at a receiver that fails as well.

`CHAOS_SECONDS` makes the story longer, `CHAOS_SEED` repeats one.
"""

import os
import random
import ssl
from collections import Counter
from datetime import UTC, datetime

import pytest

from charges.states import RECEIVED
from tests.core.receiver import serving
from tests.faults.books import Books
from tests.faults.kills import PROCESSES, schedule
from tests.faults.merchants import Market, Promises
from tests.faults.receivers import Inbox
from tests.running import RunningPortal, eventually

pytestmark = pytest.mark.faults
SECONDS = float(os.environ.get("CHAOS_SECONDS") or 0)
SEED = int(os.environ.get("CHAOS_SEED") or random.randrange(10_000))


def test_whatever_is_killed_nothing_promised_is_lost_and_nothing_is_done_twice(
    portal: RunningPortal, server: ssl.SSLContext
) -> None:
    since, killed, inbox = datetime.now(UTC), Counter[str](), Inbox(SEED)
    with serving(server, inbox.behave, reads=False) as receiver:
        for position in range(len(portal.demo["clients"])):
            inbox.subscribe(portal.merchant(position), receiver)
        market = Market(portal, SEED)
        try:
            for kill in schedule(SEED, SECONDS):
                print(f"{datetime.now(UTC) - since} kill {kill.__name__}; {market.promises}; {inbox}", flush=True)  # noqa: T201
                kill(portal)
                killed[kill.__name__] += 1
        finally:
            promises = market.close()
        print(f"CHAOS_SEED={SEED}: killed {dict(killed)}\n{promises}\n{inbox}")  # noqa: T201
        everything_runs_again(portal)
        with Books(portal, since) as books:
            eventually(lambda: not books.under_way(), seconds=150, what="an end of everything that was under way")
            print("in the books:", *books.summary(), sep="\n  ")  # noqa: T201
            assert books.broken_rules() == {}
            every_promise_is_kept(promises, books)
            every_message_arrived_and_nothing_else(inbox, books)
            inbox.mend(since)
            eventually(lambda: not books.undelivered(), seconds=60, what="the recovery of what had failed")
            every_message_arrived_and_nothing_else(inbox, books)
            assert books.broken_rules() == {}
            print(inbox)  # noqa: T201


def everything_runs_again(portal: RunningPortal) -> None:
    portal.wait_until_answering(60)
    for pattern in PROCESSES:
        eventually(lambda pattern=pattern: portal.pids(pattern), seconds=30, what=f"{pattern} runs")


def every_promise_is_kept(promises: Promises, books: Books) -> None:
    """Each acknowledged charge and refund is there once, and nothing that was never acknowledged."""
    assert books.charges() == sorted(promises.charges.items())
    assert books.refunds() == sorted(promises.refunds.items())
    assert books.sales() == sorted(promises.sales.items())
    assert books.follow_ups() == sorted(promises.follow_ups.items())
    states = books.states()
    assert {txid for txid in promises.deleted if states[txid][0] != "CANCELLED"} == set()
    assert {txid for txid, amount in promises.changed.items() if states[txid][1] != amount} == set()
    assert {txid for txid in promises.paid | promises.pay_themselves if states[txid][0] not in RECEIVED} == set()


def every_message_arrived_and_nothing_else(inbox: Inbox, books: Books) -> None:
    """At least once, each copy with the same bytes and a signature that holds."""
    assert {message: {body} for message, body in books.messages().items()} == dict(inbox.bodies)
    assert inbox.strangers == []
