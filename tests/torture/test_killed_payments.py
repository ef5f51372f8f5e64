"""Customers deposit and withdraw while every part is killed: in the end, all books say the same.

`FURLONG_TORTURE=1` does so for ten minutes; otherwise one part is killed, which the seed chooses.
"""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from confluent_kafka import Producer
from sqlalchemy import insert

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.models import METADATA, PAYMENTS
from subgraphs.wallet.opened import OpenedWallet
from tests.support.consumers.sample_messages import account, scheme
from tests.support.database_probe import migrate
from tests.support.long_form import seed_of_run
from tests.torture.chosen_kills import PATIENCE_SECONDS, chosen, progressed
from tests.torture.compared_books import (
    Believed,
    StoredPayments,
    at_processors,
    check_payments,
    expected_cash,
    has,
)
from tests.torture.conftest import REPORTS
from tests.torture.killed_payments import PROCESSORS, KilledPayments, killed_payments
from tests.torture.paying_customers import CURRENCY, PayingCustomers
from tests.torture.troubled_payments import Troubles
from tools.private_kafka import start_kafka
from tools.private_mariadb import start_mariadb

SEED: Final = seed_of_run(7)
CLIENTS: Final = 6
BRAND: Final = "northbet"
CUSTOMERS: Final = tuple(Owner(BRAND, f"c-{number}") for number in range(8))
LIMITED: Final = frozenset(CUSTOMERS[5:])
ONE_DAY: Final = timedelta(days=1)
AHEAD: Final = ONE_DAY + timedelta(minutes=10)
HISTORY: Final = """query ($after: String) { wallet(brand: "northbet") {
  balance { minor } payments(first: 50) { id state amount { minor } }
  transactions(first: 100, after: $after) {
    nodes { amount { minor } credits { minor } state } pageInfo { hasNextPage endCursor } } } }"""
COUNTS: Final = re.compile(r"(?P<lines>\d+) lines, (?P<matched>\d+) matched, (?P<cases>\d+) cases")
pytestmark = [
    pytest.mark.kafka,
    pytest.mark.usefixtures("processes"),
    pytest.mark.slow("a database server of its own is killed and started again"),
    pytest.mark.timeout(3000),
]


@dataclass
class Everything:
    """The processes, who uses them, and the wallet's database."""

    killed: KilledPayments
    customers: PayingCustomers
    troubles: Troubles
    wallet: OpenedWallet
    http: httpx.AsyncClient

    async def stored(self) -> StoredPayments:
        """Return what the wallet has written down."""
        return await StoredPayments.read(self.wallet.database)

    async def believed(self, name: str) -> Believed:
        """Return what a processor believes."""
        lines: list[Any] = []
        has_more, after = True, dict[str, str]()
        while has_more:
            page = await self.troubles.get(name, "balance_transactions", limit="100", **after)
            lines += page["data"]
            has_more, after = page["has_more"], {"starting_after": lines[-1]["id"]} if lines else {}
        return Believed(name, await self.troubles.state(name), lines)


async def test_whatever_is_killed_all_books_of_payments_say_the_same(
    tmp_path: Path, free_port: Callable[[], int], pytestconfig: pytest.Config
) -> None:
    """Nothing is paid twice, nothing is lost, each payment ends, and the day's reports match line by line."""
    kills, began = Counter[str](), datetime.now(UTC).date()
    async with _everything(tmp_path, free_port) as everything:
        await _trade(everything, kills)
        await _end(everything)
        await _quiet(everything)
        for name in PROCESSORS:  # what a processor says once more changes nothing, and heals what was lost
            (await everything.troubles.control(name, "replay")).raise_for_status()
        await _quiet(everything)
        await _check(everything)
        for name in PROCESSORS:
            _reports_match(everything.killed, name, began)
    customers, happened = everything.customers, dict(sorted(everything.troubles.happened.items()))
    pytestconfig.stash.setdefault(REPORTS, []).append(
        f"Payments with seed {SEED}: {dict(kills)}; {customers.known:,} requests, {customers.doubts:,} in "
        f"doubt; at pages {dict(customers.paid)}; {happened}"
    )


@asynccontextmanager
async def _everything(folder: Path, free_port: Callable[[], int]) -> AsyncIterator[Everything]:
    """Run everything over servers of its own, with a brand, its customers and their accounts."""
    for name in ("mariadb", "kafka", "programs"):
        (folder / name).mkdir()
    mariadb = start_mariadb(folder / "mariadb", options=["--innodb-flush-log-at-trx-commit=1"])
    kafka = start_kafka(folder / "kafka", properties=["group.min.session.timeout.ms=1000"])
    settings = DatabaseSettings(url=mariadb.url)
    await migrate(settings, "wallet", METADATA)
    wallet = OpenedWallet.of(Database.open(settings, "wallet"), SystemClock())
    accounts = await _accounts(wallet)
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "enable.idempotence": True})
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        with killed_payments(folder / "programs", mariadb, kafka, free_port) as killed:
            graphs = [killed.graph(name) for name in ("first graph", "second graph")]
            customers = PayingCustomers(graphs, CUSTOMERS, accounts, SEED, LIMITED)
            troubles = Troubles(killed, customers, wallet.database, http, producer, SEED)
            for record in (scheme(), *(account(customer_id=owner.customer) for owner in CUSTOMERS)):
                producer.produce(record.topic, record.value, record.key)
            assert await asyncio.to_thread(producer.flush, PATIENCE_SECONDS) == 0
            await customers.begin(http)
            try:
                yield Everything(killed, customers, troubles, wallet, http)
                assert killed.still_runs(), killed.programs.logs()
            finally:
                await wallet.close()
                producer.close()


async def _accounts(wallet: OpenedWallet) -> dict[Owner, str]:
    """Give each customer an account that a processor pays out to; return their ids."""
    accounts = {owner: f"account-{number}" for number, owner in enumerate(CUSTOMERS)}
    rows = [
        {
            "destination_id": name,
            "brand_id": owner.brand,
            "customer_id": owner.customer,
            "holder": "Ann Example",
            "account": f"ba_{owner.customer.replace('-', '')}",
            "added_at": datetime.now(UTC),
        }
        for owner, name in accounts.items()
    ]
    async with wallet.database.write() as connection:
        await connection.execute(insert(PAYMENTS.destination), rows)
    return accounts


async def _trade(everything: Everything, kills: Counter[str]) -> None:
    """Let customers pay while parts are killed; return when they know what became of all requests."""
    customers, troubles, stopping = everything.customers, everything.troubles, asyncio.Event()
    work = [
        asyncio.create_task(customers.act(f"k{number}", everything.http, stopping))
        for number in range(CLIENTS)
    ]
    work += [asyncio.create_task(troubles.go_on(stopping)), asyncio.create_task(troubles.decide(stopping))]
    try:
        for part, pause in chosen(sorted(everything.killed.kills), SEED, 1.0):
            await progressed(lambda: customers.known, CLIENTS, work)
            await asyncio.to_thread(everything.killed.kills[part])
            kills[part] += 1
            await asyncio.sleep(pause)
        await progressed(lambda: customers.known, CLIENTS, work)
    finally:
        stopping.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*work)


async def _end(everything: Everything) -> None:
    """Let faults end, half of the pages be paid, the others expire, and banks decide about some disputes."""
    chance = random.Random(f"{SEED} end")  # noqa: S311 - repeatable on purpose
    troubles, customers = everything.troubles, everything.customers
    for name in PROCESSORS:
        (await troubles.control(name, "faults", "DELETE")).raise_for_status()
    for _, url in customers.pages[::2]:
        await customers.submit(everything.http, url, deed="pay", card="pays")
    await _expire_pages(troubles)
    for name in PROCESSORS:
        state = await troubles.state(name)
        for dispute in state["disputes"]:
            result = chance.choice(["won", "lost", "open"])
            if dispute["status"] == "needs_response" and result != "open":
                await troubles.control(name, f"disputes/{dispute['id']}/{result}")


async def _expire_pages(troubles: Troubles) -> None:
    """Let all pages expire that wait for a customer."""
    for name in PROCESSORS:
        for session in (await troubles.state(name))["sessions"]:
            if session["status"] == "open":
                await troubles.post(name, f"checkout/sessions/{session['id']}/expire")


async def _quiet(everything: Everything) -> None:
    """Wait until nothing is due, on its way, or waits for finance."""
    stopping = asyncio.Event()
    finance = asyncio.create_task(everything.troubles.decide(stopping))
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while waiting := await _waiting(everything):
            if time.monotonic() > deadline:
                cases = [dict(case._mapping) for case in (await everything.stored()).cases]
                pytest.fail(f"with seed {SEED}: {waiting}\n{cases}\n{everything.killed.programs.logs()}")
            await _expire_pages(everything.troubles)  # also of what was asked for again since
            await asyncio.sleep(0.5)
    finally:
        stopping.set()
        await finance


async def _waiting(everything: Everything) -> list[Any]:
    """Return what is not over."""
    waiting: list[Any] = list((await everything.stored()).unfinished())
    for name in PROCESSORS:
        state = await everything.troubles.state(name)
        waiting += [(name, state["webhooks"])] if state["webhooks"]["waiting"] else []
        pending = [known for what in ("refunds", "payouts") for known in state[what]]
        waiting += [(name, known["id"]) for known in pending if known["status"] == "pending"]
    return waiting


async def _check(everything: Everything) -> None:
    """Compare the ledger, the processors' books, and what customers are shown."""
    stored, wallet = await everything.stored(), everything.wallet
    believed = [await everything.believed(name) for name in PROCESSORS]
    assert await prove(wallet.database) == []
    stored.check_cases()
    stored.check_decisions(everything.troubles.decisions)
    for books in believed:
        books.check(stored)
    check_payments(stored)
    assert await at_processors(wallet, BRAND, CURRENCY) == sum(books.moved for books in believed)
    assert {row.payment_id for row in stored.payments.values()} == set(everything.customers.owners)
    for owner in CUSTOMERS:
        cash = await has(wallet, owner)
        assert cash == expected_cash(stored, owner), owner
        await _history_is(everything, stored, owner, cash)


async def _history_is(everything: Everything, stored: StoredPayments, owner: Owner, cash: int) -> None:
    """Require what a customer is shown to be so: payments, and transactions that add up to the balance."""
    total, after, shown = 0, None, {}
    while True:
        answer = await everything.customers.read(everything.http, owner, HISTORY, {"after": after})
        wallet = answer["wallet"]
        shown = {payment["id"]: payment["state"] for payment in wallet["payments"]}
        page = wallet["transactions"]
        for line in page["nodes"]:
            if line["state"] != "VOIDED":
                total += line["amount"]["minor"] - line["credits"]["minor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert (wallet["balance"]["minor"], total) == (cash, cash), owner
    assert shown == {name: stored.payments[name].state for name in shown}


def _reports_match(killed: KilledPayments, processor: str, began: Any) -> None:
    """Require each line of the reports of these days to match."""
    day, today = began, datetime.now(UTC).date()
    while day <= today:
        said = killed.compared(processor, str(day), int(AHEAD.total_seconds()))
        counts = COUNTS.search(said)
        assert counts is not None, said
        assert (counts["lines"], counts["cases"]) == (counts["matched"], "0"), said
        day += ONE_DAY
