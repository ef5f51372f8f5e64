"""Other sessions hold locks, cause deadlocks, kill statements or forbid writes: totals stay exact.

The server also refuses rows that changed under a snapshot, as newer versions do.
"""

import asyncio
import contextlib
import random
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pymysql
import pytest

from tests.support.consumers.betting_harness import BettingHarness, betting_harness
from tests.support.long_form import seed_of_run
from tools.private_mariadb import PrivateMariadb, start_mariadb

SEED = seed_of_run(23)

pytestmark = pytest.mark.usefixtures("mariadb_installed")
DEADLOCK = 1213
ENOUGH = 10


@pytest.fixture(scope="module")
def strict_server(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateMariadb]:
    """Provide a server of these tests' own, whose settings they may change."""
    server = start_mariadb(tmp_path_factory.mktemp("strict"), options=["--innodb-snapshot-isolation=ON"])
    yield server
    server.stop()


@pytest.fixture
async def betting(strict_server: PrivateMariadb) -> AsyncIterator[BettingHarness]:
    """Provide a consumer that has applied some bets."""
    url = strict_server.fresh_url()
    async with betting_harness(url, SEED) as opened:
        opened.send(50)
        opened.start(lock_wait_seconds=1, statement_seconds=1.0)
        await opened.reckoning()
        yield opened
    strict_server.drop(url)


@contextlib.contextmanager
def _session(server: PrivateMariadb, database: str | None = None, *, as_root: bool = False) -> Iterator[Any]:
    """Open a cursor outside the product."""
    by_socket = {"unix_socket": str(server.process.log.parent / "data" / "mariadb.sock"), "user": "root"}
    by_port = {"host": "127.0.0.1", "port": server.port, "user": "furlong", "password": server.password}
    connection: Any = pymysql.connect(**(by_socket if as_root else by_port), database=database)
    with contextlib.closing(connection), connection.cursor() as cursor:
        yield cursor


def _database(betting: BettingHarness) -> str:
    return f"{betting.url.rpartition('/')[2]}_progress"


async def test_a_lock_that_is_held_for_long_is_waited_out(
    betting: BettingHarness, strict_server: PrivateMariadb
) -> None:
    """Each attempt is rolled back after the lock wait timeout; then the partitions back off."""
    with _session(strict_server, _database(betting)) as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM progress FOR UPDATE")
        betting.send(50)
        await betting.until(lambda: betting.metric("retries_total") > 0)
        cursor.execute("ROLLBACK")
    await betting.reckoning()


async def test_deadlocks_are_retried_until_they_end(
    betting: BettingHarness, strict_server: PrivateMariadb
) -> None:
    """Another session keeps locking the ledger's rows in the opposite order."""
    stop, broken = threading.Event(), threading.Event()

    def adversary() -> None:
        with _session(strict_server, _database(betting)) as cursor:
            cursor.execute("SELECT bet_id FROM contribution ORDER BY bet_id DESC")
            bets = [row[0] for row in cursor.fetchall()]
            while not stop.is_set():
                try:
                    cursor.execute("BEGIN")
                    for bet in bets[::5]:
                        cursor.execute(
                            "SELECT 1 FROM contribution WHERE brand_id='northbet' AND bet_id=%s FOR UPDATE",
                            (bet,),
                        )
                except pymysql.err.OperationalError as fault:
                    if fault.args[0] == DEADLOCK:
                        broken.set()
                cursor.execute("ROLLBACK")

    working = [asyncio.create_task(asyncio.to_thread(adversary)) for _ in range(2)]
    records = [record for record in betting.load.records if b"{broken" not in (record.value or b"")]
    try:
        while not (broken.is_set() or betting.metric("retries_total")):
            for record in random.sample(records, 40):
                betting.broker.send(record)
                betting.load.records.append(record)
            betting.send(20)
            await asyncio.sleep(0.05)
    finally:
        stop.set()
        await asyncio.gather(*working)
    await betting.reckoning()


@pytest.mark.parametrize("what", ["QUERY", "CONNECTION"])
async def test_statements_and_connections_are_killed_at_random(
    betting: BettingHarness, strict_server: PrivateMariadb, what: str
) -> None:
    """A killed statement leaves its transaction open: the transaction is rolled back and retried."""
    name, killed = _database(betting), 0
    with _session(strict_server) as cursor:
        while killed < ENOUGH:
            betting.send(10)
            cursor.execute("SHOW PROCESSLIST")
            for victim in [row[0] for row in cursor.fetchall() if row[3] == name and row[4] != "Sleep"]:
                with contextlib.suppress(pymysql.err.OperationalError):
                    cursor.execute(f"KILL {what} {victim}")
                    killed += 1
            await asyncio.sleep(0.003)
    await betting.reckoning()


@pytest.mark.parametrize(
    ("close", "open_"),
    [
        ("SET GLOBAL read_only = 1", "SET GLOBAL read_only = 0"),
        ("FLUSH TABLES WITH READ LOCK", "UNLOCK TABLES"),
    ],
)
async def test_a_read_only_database_is_waited_for(
    betting: BettingHarness, strict_server: PrivateMariadb, close: str, open_: str
) -> None:
    """Fetching pauses meanwhile, and work continues by itself afterwards."""
    with _session(strict_server, as_root=True) as root:
        root.execute(close)
        betting.send(50)
        try:
            await betting.until(lambda: betting.metric("failures_total") > 0)
        finally:
            root.execute(open_)
    await betting.reckoning()


async def test_a_server_with_no_connection_left_is_waited_for(
    betting: BettingHarness, strict_server: PrivateMariadb
) -> None:
    """The member's own connections are gone, and others have taken all that are left."""
    name = _database(betting)
    with _session(strict_server, as_root=True) as root, contextlib.ExitStack() as others:
        root.execute("SET GLOBAL max_connections = 10")
        try:
            root.execute("SHOW PROCESSLIST")
            for row in root.fetchall():
                if row[3] == name:
                    root.execute(f"KILL {row[0]}")
            with contextlib.suppress(pymysql.err.OperationalError):
                while True:
                    others.enter_context(_session(strict_server))
            betting.send(50)
            await betting.until(lambda: betting.metric("failures_total") > 0)
        finally:
            root.execute("SET GLOBAL max_connections = 200")
    await betting.reckoning()
