"""Customers bet while prices move and every part is killed: each accepted bet is everywhere exactly once.

`FURLONG_TORTURE=1` does so for ten minutes; otherwise one part is killed, which the seed chooses.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest
from sqlalchemy import func, select

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.bets.models import REFERENCE
from subgraphs.events.models import MARKET
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.models import REFERENCE as WALLET_REFERENCE
from subgraphs.wallet.opened import OpenedWallet
from tests.support.consumers.sample_messages import account, scheme
from tests.support.long_form import seed_of_run
from tests.support.wallet.money_clients import BRAND, deposit
from tests.torture.betting_customers import BettingCustomers
from tests.torture.chosen_kills import PATIENCE_SECONDS, chosen, progressed
from tests.torture.compared_bets import StoredBets, club_totals, compare_told
from tests.torture.compared_books import has
from tests.torture.conftest import REPORTS
from tests.torture.killed_bets import KilledBets, killed_bets
from tests.torture.known_suspensions import KnownSuspensions
from tests.torture.read_topics import read_topic
from tests.torture.told_races import ToldRaces
from tools.private_kafka import start_kafka
from tools.private_mariadb import start_mariadb

SEED: Final = seed_of_run(2)
CLIENTS: Final = 6
MADE_BETWEEN: Final = 3
"""How many bets are made between kills."""

CUSTOMERS: Final = tuple(Owner(BRAND, f"c-{number}") for number in range(8))
POOR: Final = frozenset(CUSTOMERS[6:])
CASH, LITTLE = 1_000_000, 1_500
pytestmark = [
    pytest.mark.kafka,
    pytest.mark.usefixtures("processes"),
    pytest.mark.slow("a database server of its own is killed and started again"),
    pytest.mark.timeout(3000),
]


@dataclass
class Everything:
    """The processes, who uses them, and the databases."""

    killed: KilledBets
    races: ToldRaces
    customers: BettingCustomers
    suspensions: KnownSuspensions
    databases: dict[str, Database]
    wallet: OpenedWallet
    http: httpx.AsyncClient

    async def stored(self) -> StoredBets:
        """Return the bets as they are written."""
        return await StoredBets.read(self.databases["bets"])


async def test_whatever_is_killed_each_accepted_bet_is_everywhere_once(
    tmp_path: Path, free_port: Callable[[], int], pytestconfig: pytest.Config
) -> None:
    """Ledger, the club's totals, what is told of bets and what customers see are the bets, and each ends."""
    kills = Counter[str]()
    async with _everything(tmp_path, free_port) as everything:
        await _bet(everything, kills)
        await asyncio.to_thread(everything.races.finish)
        await _quiet(everything)
        stored, repeated = await _check(everything)
    customers, races = everything.customers, everything.races
    pytestconfig.stash.setdefault(REPORTS, []).append(
        f"Bets with seed {SEED}: {dict(kills)}; {dict(sorted(customers.done.items()))}, {customers.doubts:,} "
        f"in doubt; {len(stored.made):,} bets made, "
        f"{sum(len(bet.settlements) for bet in stored.made):,} settlements; refused "
        f"{dict(Counter(bet.refusal for bet in stored.bets if bet.refusal))}; told again {repeated}; "
        f"{dict(sorted(races.happened.items()))}; {len(everything.suspensions.known):,} suspensions known"
    )


@asynccontextmanager
async def _everything(folder: Path, free_port: Callable[[], int]) -> AsyncIterator[Everything]:
    """Run everything over servers of its own, with a brand, customers with money, and events."""
    for name in ("mariadb", "kafka", "programs"):
        (folder / name).mkdir()
    mariadb = start_mariadb(folder / "mariadb", options=["--innodb-flush-log-at-trx-commit=1"])
    kafka = start_kafka(folder / "kafka", properties=["group.min.session.timeout.ms=1000"])
    settings = DatabaseSettings(url=mariadb.url)
    async with AsyncExitStack() as stack:
        killed = stack.enter_context(killed_bets(folder / "programs", mariadb, kafka, free_port))
        databases = {name: Database.open(settings, name) for name in ("bets", "events", "progress", "wallet")}
        for database in databases.values():
            stack.push_async_callback(database.close)
        wallet = OpenedWallet.of(databases["wallet"], SystemClock())
        races = ToldRaces(kafka.bootstrap, BRAND, SEED)
        stack.callback(races.close)
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=60, trust_env=False))
        graphs = [killed.graph(name) for name in ("first graph", "second graph")]
        everything = Everything(
            killed,
            races,
            BettingCustomers(graphs, CUSTOMERS, races, SEED),
            KnownSuspensions(databases["events"]),
            databases,
            wallet,
            http,
        )
        await _begin(everything)
        yield everything
        assert killed.still_runs(), killed.programs.logs()


async def _begin(everything: Everything) -> None:
    """Tell of the brand, of customers and of events, and let customers have money."""
    races = everything.races
    races.send([scheme(brand_id=BRAND), *(account(customer_id=owner.customer) for owner in CUSTOMERS)])
    await asyncio.to_thread(races.begin)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await _knows_all(everything):
            races.send([races.is_well()])
            await asyncio.sleep(0.5)
    for owner in CUSTOMERS:
        amount = LITTLE if owner in POOR else CASH
        await deposit(everything.wallet, owner, f"deposit-{owner.customer}", amount)


async def _knows_all(everything: Everything) -> bool:
    """Tell whether all blocks have heard of all that there is."""
    wanted = {
        "bets": [(REFERENCE.account, len(CUSTOMERS)), (REFERENCE.brand, 1)],
        "wallet": [(WALLET_REFERENCE.account, len(CUSTOMERS)), (WALLET_REFERENCE.brand, 1)],
        "events": [(MARKET, len(everything.races.told))],
    }
    for name, tables in wanted.items():
        async with everything.databases[name].read() as connection:
            for table, rows in tables:
                if await connection.scalar(select(func.count()).select_from(table)) != rows:
                    return False
    return True


async def _bet(everything: Everything, kills: Counter[str]) -> None:
    """Let customers bet while parts are killed; return when they know what became of all requests."""
    customers, stopping = everything.customers, asyncio.Event()
    work = [
        asyncio.create_task(customers.act(f"k{number}", everything.http, stopping))
        for number in range(CLIENTS)
    ]
    others = asyncio.Event()
    beside = [
        asyncio.create_task(everything.races.go_on(others)),
        asyncio.create_task(everything.suspensions.watch(others)),
    ]
    try:
        for part, pause in chosen(sorted(everything.killed.kills), SEED, 1.0):
            await progressed(lambda: customers.made, MADE_BETWEEN, [*work, *beside])
            await asyncio.to_thread(everything.killed.kills[part])
            kills[part] += 1
            await asyncio.sleep(pause)
        await progressed(lambda: customers.made, MADE_BETWEEN, [*work, *beside])
    finally:
        stopping.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*work)
            others.set()
            await asyncio.gather(*beside)


async def _quiet(everything: Everything) -> None:
    """Wait until each bet has its end, and the club has counted all."""
    deadline, waiting = time.monotonic() + PATIENCE_SECONDS, list[str]()
    while True:
        stored = await everything.stored()
        waiting = stored.unfinished(everything.races.results)
        if not waiting and await club_totals(everything.databases["progress"]) == stored.counted():
            return
        if time.monotonic() > deadline:
            pytest.fail(f"with seed {SEED}: {waiting[:20]}\n{everything.killed.programs.logs()}")
        await asyncio.sleep(0.5)


async def _check(everything: Everything) -> tuple[StoredBets, dict[str, int]]:
    """Compare the bets with all that knows of them; return them, and how much was told again, by topic."""
    stored, wallet = await everything.stored(), everything.wallet
    assert await prove(wallet.database) == []
    for owner in CUSTOMERS:
        opened = LITTLE if owner in POOR else CASH
        assert await has(wallet, owner) == opened + stored.cash(owner), owner
    assert everything.suspensions.made_nevertheless(stored.made, everything.races.by_market) == []
    assert await club_totals(everything.databases["progress"]) == stored.counted()
    assert stored.at_risk == []
    repeated = {
        topic: compare_told(
            await asyncio.to_thread(read_topic, everything.killed.kafka.bootstrap, topic), told
        )
        for topic, told in stored.told().items()
    }
    await _customers_know(everything, stored)
    return stored, repeated


async def _customers_know(everything: Everything, stored: StoredBets) -> None:
    """Require one bet for each key, which is the one that its customer knows, with the end that is shown."""
    customers, by_key = everything.customers, {bet.idempotency_key: bet for bet in stored.bets}
    assert len(by_key) == len(stored.bets)
    assert by_key.keys() <= customers.wanted.keys()
    for key, wanted in customers.wanted.items():
        if wanted.bet_id:
            bet = by_key[key]
            assert (bet.bet_id, bet.owner) == (wanted.bet_id, wanted.owner)
            assert wanted.status == "PENDING" or (wanted.status == "REFUSED") is bool(bet.refusal), key
    for owner in CUSTOMERS:
        shown = await customers.history(everything.http, owner)
        theirs = {bet.bet_id: bet for bet in stored.bets if bet.owner == owner}
        assert shown.keys() == theirs.keys()
        for name, bet in theirs.items():
            returns = bet.settlements[-1].returns_minor if bet.settlements else None
            assert shown[name]["status"] == bet.status.value
            assert (shown[name]["returns"] or {}).get("minor") == returns
