"""Processes that are stopped before a cell moves and continue after it, as a stalled machine does."""

import asyncio
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from cells.moving.move import open_move, run
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import SystemClock
from foundation.storage.errors import CellFenced
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.demo.tokens import demo_sessions, make_token
from furlong.install.cell_tables import CELL_TABLES
from furlong.topic_plans import MESSAGES
from tests.support.consumers.sample_messages import account, bet, scheme, week
from tests.support.long_form import LONG_FORM
from tests.support.processes.forked_programs import Program
from tests.support.processes.running_furlong import programs_in
from tools import server_process

from .conftest import PREFIX, CellServer, MovingHarness

pytestmark = [
    pytest.mark.usefixtures("mariadb_installed"),
    pytest.mark.timeout(900),
]
PATIENCE_SECONDS = 300.0
OWN = Cell("c1", 0, 1, 4)
CUSTOMERS = [f"c-{n}" for n in range(60) if OWN.has("northbet", f"c-{n}")]
WORKERS = ["intents", "weeks", "outbox"] if LONG_FORM else ["intents"]
"""Those that pay rewards sleep through a move in `test_unfinished_work.py`."""

OPT_IN = """mutation ($key: ID!) {
  optIn(input: {brand: "northbet", termsVersion: "1", idempotencyKey: $key}) { errors { code } }
}"""
PENDING = '{"data":{"optIn":{"errors":[{"code":"UPSTREAM_PENDING"}]}}}'
"""The answer if the change was written down: there is no upstream that could confirm it."""

SECRET = "a secret of at least 32 bytes, for tests"


def rows_at(place: CellServer) -> dict[str, int]:
    """Count the rows of each table of the cell, as its administrator."""
    tables = place.as_root(
        "SELECT table_schema, table_name FROM information_schema.tables "  # noqa: S608
        f"WHERE table_schema LIKE '{PREFIX}\\_%' ORDER BY 1, 2"
    )
    return {
        f"{schema}.{table}": int(place.as_root(f"SELECT COUNT(*) FROM {schema}.{table}")[0][0])  # noqa: S608
        for schema, table in tables
    }


def sums_at(place: CellServer) -> list[tuple[object, ...]]:
    """Return the checksums of all tables of the cell."""
    return place.as_root(f"CHECKSUM TABLE {', '.join(rows_at(place))}")


async def send(broker: EmbeddedBroker, prefix: str) -> None:
    """Place a bet for each customer of the cell."""
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await producer.start()
    bets = [bet(customer_id=customer, bet_id=f"{prefix}-{customer}") for customer in CUSTOMERS]
    year, number, _ = datetime.now(UTC).isocalendar()
    monday = datetime.fromisocalendar(year, number, 1).replace(tzinfo=UTC)
    ends = {name: f"{monday + timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}" for name in ("ends_at", "locks_at")}
    this_week = week(
        iso_week=f"{year}-W{number:02}",
        starts_at=f"{monday:%Y-%m-%dT%H:%M:%SZ}",
        opened_at=f"{monday:%Y-%m-%dT%H:%M:%SZ}",
        grace_until=f"{monday + timedelta(days=7, hours=1):%Y-%m-%dT%H:%M:%SZ}",
        **ends,
    )
    for record in [scheme(), this_week, *(account(customer_id=customer) for customer in CUSTOMERS), *bets]:
        await producer.send_and_wait(record.topic, record.value, key=record.key)
    await producer.stop()


def until(holds: Callable[[], bool], programs: list[Program]) -> None:
    """Wait for a condition while all programs run."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert all(program.poll() is None for program in programs), "a program has ended"
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def bets_at(place: CellServer) -> int:
    """Count the bets at a place."""
    return rows_at(place)[f"{PREFIX}_progress.contribution"]


def intents_at(place: CellServer) -> list[str]:
    """Return whose changes are written down at a place."""
    rows = place.as_root(f"SELECT customer_id FROM {PREFIX}_club.intent")  # noqa: S608
    return sorted(str(customer) for (customer,) in rows)


def leave_to_publish(place: CellServer) -> None:
    """Leave a fact in an outbox, so that its worker has something to write, too."""
    place.as_root(
        f"INSERT INTO {PREFIX}_club.outbox (topic, `key`, value, headers, written_at) "  # noqa: S608
        f"VALUES ('club.membership.v1', 'northbet:{CUSTOMERS[0]}', '{{}}', '{{}}', NOW())"
    )


def without_refusal(folder: Path) -> list[str]:
    """Return the logs of the processes that were not refused by the fence: each has tried to write."""
    refusals = ("takes no writes here", CellFenced.__name__)
    return [
        log.name
        for log in folder.glob("*.log")
        if not any(refusal in log.read_text() for refusal in refusals)
    ]


@dataclass(frozen=True)
class Gateway:
    """`furlong serve` at a port, and customers who ask it to change something."""

    port: int

    def opt_in(self, customer: str) -> str:
        """Return what a customer who wants to become a member is answered."""
        token = make_token(demo_sessions(SECRET), "northbet", customer, SystemClock().now())
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/graphql",
            json={"query": OPT_IN, "variables": {"key": f"key-of-{customer}"}},
            headers={"authorization": f"Bearer {token}"},
            timeout=PATIENCE_SECONDS,
        )
        return answer.text

    def answers(self) -> bool:
        """Return whether it can be reached."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health").is_success
        except httpx.TransportError:
            return False


def test_processes_that_slept_through_a_move_leave_the_old_place_as_it_is(
    moving: MovingHarness, embedded_broker: EmbeddedBroker, tmp_path: Path
) -> None:
    """SIGSTOP before the fence, SIGCONT after it, bets and a request waiting: no table there changes.

    Neither while its account is locked, nor after somebody has unlocked it by mistake.
    """
    embedded_broker.create_topics([plan.name for plan in MESSAGES])
    sessions = demo_sessions(SECRET)
    environment = {
        "FURLONG_DATABASE_URL": moving.here.settings.url,
        "FURLONG_CELL": "c1",
        "FURLONG_CELL_PARTITIONS": "0-1",
        "FURLONG_CELL_OF": "4",
        "FURLONG_KAFKA_BOOTSTRAP": embedded_broker.bootstrap,
        "FURLONG_KAFKA_GENERATION": embedded_broker.generation,
        "FURLONG_KAFKA_RETRY_LIMIT_SECONDS": "0.5",
        "FURLONG_TOPICS_CHECK": "false",
        "FURLONG_JWT_SECRET": SECRET,
        "FURLONG_JWT_ISSUER": str(sessions.issuer),
        "FURLONG_JWT_AUDIENCE": str(sessions.audience),
    }
    asyncio.run(send(embedded_broker, "before"))
    gateway = Gateway(server_process.free_port())
    with programs_in(tmp_path, environment) as programs, ThreadPoolExecutor() as threads:
        for words in [("consume", "club"), *(("worker", name) for name in WORKERS), ("consume", "progress")]:
            programs.start(*words)
        programs.start("serve", "--listen", f"127.0.0.1:{gateway.port}")
        processes = programs.started
        until(lambda: bets_at(moving.here) == len(CUSTOMERS) and gateway.answers(), processes)
        until(lambda: gateway.opt_in(CUSTOMERS[0]) == PENDING, processes)
        assert intents_at(moving.here) == [CUSTOMERS[0]]
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        try:
            leave_to_publish(moving.here)
            run(open_move(moving.settings(), CELL_TABLES), lambda _step, _says: None)
            before = sums_at(moving.here)
            asyncio.run(send(embedded_broker, "after"))
            late = threads.submit(gateway.opt_in, CUSTOMERS[1])
        finally:
            for process in processes:
                process.send_signal(signal.SIGCONT)
        assert late.result(PATIENCE_SECONDS) != PENDING
        moving.here.as_root("ALTER USER 'furlong'@'127.0.0.1' ACCOUNT UNLOCK")
        assert gateway.opt_in(CUSTOMERS[2]) != PENDING
        until(lambda: not without_refusal(tmp_path), processes)
        assert sums_at(moving.here) == before
    assert bets_at(moving.there) == len(CUSTOMERS)
    assert intents_at(moving.there) == [CUSTOMERS[0]]
