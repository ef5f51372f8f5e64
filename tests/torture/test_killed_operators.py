"""Operators' wallets, by Hub88's API: ours asks one, and one asks ours, while processes are killed.

`FURLONG_TORTURE=1` does each for two minutes; otherwise one part is killed, which the seed chooses.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from foundation.signatures.keys import new_key, public_part
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.funds import FundsByBrand, open_funds
from simulator.seamless.faults import NAMES
from simulator.seamless.signing import OPERATORS_PUBLIC, OURS, OperatorKeys
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds_settings import FundsSettings, WalletAt
from subgraphs.wallet.aggregator.operator import Operator
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.models import METADATA, OPERATORS
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.seamless.journal import Journal
from subgraphs.wallet.seamless.messages import units
from subgraphs.wallet.seamless.operator_sessions import OperatorSessions
from tests.subgraphs.wallet.seamless.test_signatures import new_pair
from tests.support.database_probe import migrate
from tests.support.long_form import seed_of_run
from tests.support.processes.running_furlong import eventually
from tests.support.wallet.money_clients import BRAND, CASH, CURRENCY, HELD, MoneyClients
from tests.torture.conftest import REPORTS
from tests.torture.game_players import GamePlayers
from tests.torture.killed_processes import killed_in
from tools.private_kafka import PrivateKafka
from tools.private_mariadb import PrivateMariadb, start_mariadb

SEED: Final = seed_of_run(1)
PATIENCE_SECONDS: Final = 300.0
CLIENTS: Final = 4
CUSTOMERS: Final = tuple(Owner(BRAND, f"c{number}") for number in range(3))
SERVERS: Final = ("first server", "second server")
pytestmark = [
    pytest.mark.kafka,
    pytest.mark.usefixtures("processes"),
    pytest.mark.slow("a database server of its own is killed and started again"),
    pytest.mark.timeout(1800),
]


async def _migrated(folder: Path) -> PrivateMariadb:
    """Start a database server with a wallet."""
    mariadb = start_mariadb(folder, options=["--innodb-flush-log-at-trx-commit=1"])
    await migrate(DatabaseSettings(url=mariadb.url), "wallet", METADATA)
    return mariadb


@asynccontextmanager
async def _opened(mariadb: PrivateMariadb) -> AsyncIterator[OpenedWallet]:
    """Open the wallet."""
    wallet = OpenedWallet.of(Database.open(DatabaseSettings(url=mariadb.url), "wallet"), SystemClock())
    try:
        yield wallet
    finally:
        await wallet.close()


async def test_what_an_operator_has_taken_and_paid_is_what_clients_know(
    tmp_path: Path, free_port: Callable[[], int], empty_kafka: PrivateKafka, pytestconfig: pytest.Config
) -> None:
    """Stakes, wins and rollbacks are in the operator's books once each, whoever was killed while asking."""
    clients, ports = MoneyClients(CUSTOMERS, SEED), {name: free_port() for name in (*SERVERS, "api", "books")}
    environment, keys = _environment_of_operator(tmp_path, ports["api"])
    environment |= {"FURLONG_KAFKA_BOOTSTRAP": empty_kafka.bootstrap}
    at = (f"--port={ports['api']}", f"--control={ports['books']}")
    commands = {
        "operator": ("simulator", "operator", f"--data={tmp_path / 'operator'}", *at),
        **{f"{name} worker": ("worker", "wallet-operators") for name in ("first", "second")},
        **{name: ("funds", "serve", f"--listen=127.0.0.1:{ports[name]}") for name in SERVERS},
    }
    mariadb = await _migrated(tmp_path)
    with killed_in(tmp_path / "programs", mariadb, environment, commands) as killed:
        books = f"http://127.0.0.1:{ports['books']}"
        for url in (f"{books}/books", *(f"http://127.0.0.1:{ports[name]}/health" for name in SERVERS)):
            eventually(lambda url=url: _answers(url), url)  # type: ignore[misc]
        async with _opened(mariadb) as wallet, AsyncExitStack() as stack:
            await _begin_at_operator(wallet, books)
            funds = [await stack.enter_async_context(_client(mariadb, ports[name], keys)) for name in SERVERS]
            stopping, chance = asyncio.Event(), random.Random(SEED)  # noqa: S311 - repeatable on purpose
            work = [
                asyncio.create_task(clients.spend(f"k{number}", funds[number % 2], stopping))
                for number in range(CLIENTS)
            ]
            kills = killed.chosen(SEED, lambda: clients.doubts > 0)
            await killed.kill_while(
                kills, work, stopping, lambda: len(clients.stands), lambda: _arm(books, chance.choice(NAMES))
            )
            killed.kill("operator")  # which forgets its faults
            eventually(lambda: _answers(f"{books}/books"), "the operator answers")
            await clients.repeat(funds[0], 1.0)
            await _all_answered(Journal(wallet.database, OPERATORS, SystemClock()))
            _check_books(clients, await asyncio.to_thread(_read, f"{books}/books"))
    assert clients.doubts
    _report(pytestconfig, "Operators' wallets", killed.kills, len(clients.stands), clients.doubts)


def _environment_of_operator(folder: Path, port: int) -> tuple[dict[str, str], Path]:
    """Make keys; return settings of servers whose brand's money an operator keeps, and our clients' key."""
    operator, key = folder / "operator", new_key("blocks")
    OperatorKeys.of(operator)
    private, public = folder / "blocks.jwks", folder / "public.jwks"
    private.write_text(json.dumps({"keys": [key]}))
    public.write_text(json.dumps({"keys": public_part([key])}))
    wallet = {
        "protocol": "hub88",
        "url": f"http://127.0.0.1:{port}",
        "private_key_file": str(operator / OURS),
        "public_key_file": str(operator / OPERATORS_PUBLIC),
        "timeout_seconds": 2,
    }
    return {
        "FURLONG_FUNDS_KEYS_FILE": str(public),
        "FURLONG_FUNDS_WALLETS": json.dumps({BRAND: wallet}),
    }, private


def _client(mariadb: PrivateMariadb, port: int, keys: Path) -> AbstractAsyncContextManager[FundsByBrand]:
    """Open the money that a server moves."""
    at = WalletAt(url=f"http://127.0.0.1:{port}", keys_file=keys, timeout_seconds=5)
    return open_funds(DatabaseSettings(url=mariadb.url), SystemClock(), FundsSettings(wallets={BRAND: at}))


async def _begin_at_operator(wallet: OpenedWallet, books: str) -> None:
    """Give each customer cash at the operator, and a session."""
    sessions = OperatorSessions(wallet.database, OPERATORS.session, SystemClock())
    async with httpx.AsyncClient() as http:
        for owner in CUSTOMERS:
            opened = {"balance": str(CASH // 100), "token": f"token-{owner.customer}"}
            (await http.post(f"{books}/customers/{owner.customer}", params=opened)).raise_for_status()
            await sessions.note(owner, f"token-{owner.customer}")


async def _all_answered(journal: Journal) -> None:
    """Wait until the operator has answered everything."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await journal.waiting())[0]:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.2)


def _check_books(clients: MoneyClients, believed: Mapping[str, Any]) -> None:
    """Compare an operator's books with what clients know."""
    uuids = [row["transaction_uuid"] for row in believed["movements"]]
    assert len(set(uuids)) == len(uuids)
    made = Counter((row["kind"], row["user"]) for row in believed["movements"] if not row["is_taken_back"])
    for owner in CUSTOMERS:
        names = [name for name, stake in clients.stakes.items() if stake.owner == owner]
        held = [clients.stakes[name].amount for name in names if clients.stands[name] in HELD]
        paid = [clients.returns[name].returns for name in names if name in clients.returns]
        assert made["bet", owner.customer] == len(held)
        assert made["win", owner.customer] == sum(1 for minor in paid if minor)
        expected = units(CASH - sum(held) + sum(paid), CURRENCY)
        assert believed["balances"][owner.customer] == expected


async def test_what_an_aggregator_was_told_is_in_our_ledger(
    tmp_path: Path, free_port: Callable[[], int], pytestconfig: pytest.Config
) -> None:
    """Each transaction moves money once, whoever was killed while answering, and is answered alike again."""
    theirs, ours = new_pair(tmp_path, "theirs"), new_pair(tmp_path, "ours")
    environment = {
        "FURLONG_SEAMLESS_PRIVATE_KEY_FILE": str(ours[0]),
        "FURLONG_SEAMLESS_PUBLIC_KEY_FILES": json.dumps([str(theirs[1])]),
        "FURLONG_SEAMLESS_BRANDS": json.dumps({"": BRAND}),
    }
    ports = {name: free_port() for name in SERVERS}
    commands = {name: ("seamless", "serve", f"--listen=127.0.0.1:{ports[name]}") for name in SERVERS}
    mariadb = await _migrated(tmp_path)
    with killed_in(tmp_path / "programs", mariadb, environment, commands) as killed:
        addresses = [f"http://127.0.0.1:{port}" for port in ports.values()]
        for address in addresses:
            eventually(lambda address=address: _answers(f"{address}/health"), "games are served")  # type: ignore[misc]
        async with _opened(mariadb) as wallet, httpx.AsyncClient(timeout=20) as http:
            await MoneyClients(CUSTOMERS).begin(wallet)
            sessions, lasts = Operator.of(wallet, {"": BRAND}).sessions, timedelta(hours=2)
            tokens = {owner: await sessions.open_session(owner, CURRENCY, "g", lasts) for owner in CUSTOMERS}
            players = GamePlayers(addresses, tokens, theirs[0], ours[1], CURRENCY, SEED)
            stopping = asyncio.Event()
            work = [
                asyncio.create_task(players.play(f"g{number}", http, stopping)) for number in range(CLIENTS)
            ]
            kills = killed.chosen(SEED, lambda: bool(players.doubts))
            await killed.kill_while(kills, work, stopping, lambda: players.known, lambda: None)
            known = players.known
            await players.repeat(http)
            assert await prove(wallet.database) == []
            for owner in CUSTOMERS:
                expected = units(CASH + players.expected(owner), CURRENCY)
                assert await players.balance(http, owner) == expected
    assert players.doubts
    _report(pytestconfig, "An aggregator", killed.kills, known, players.doubts.total())


def _arm(books: str, fault: str) -> None:
    """Let the operator's next request fail; not while it is killed."""
    with suppress(httpx.HTTPError):
        httpx.post(f"{books}/faults/{fault}", timeout=5)


def _read(url: str) -> Any:
    return httpx.get(url, timeout=20).raise_for_status().json()


def _answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(url, timeout=5).status_code == httpx.codes.OK
    return False


def _report(config: pytest.Config, what: str, kills: Counter[str], known: int, doubts: int) -> None:
    config.stash.setdefault(REPORTS, []).append(
        f"{what} with seed {SEED}: {dict(kills)}; {known:,} outcomes, {doubts:,} times in doubt"
    )
