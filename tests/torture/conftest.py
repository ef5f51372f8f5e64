"""Fixtures: real servers that may be killed, members as programs of their own, and the recount."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pymysql
import pytest
from confluent_kafka import Producer
from sqlalchemy import delete, func, select

from consumers.stream.records import Record
from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import upgrade
from foundation.storage.settings import DatabaseSettings
from subgraphs.progress.models import CONTRIBUTION, METADATA, PROGRESS, STREAM
from tests.support.consumers.betting_load import BRAND, Load, recount
from tests.support.consumers.sample_messages import scheme
from tests.support.long_form import LONG_FORM, seed_of_run
from tests.support.processes.forked_programs import Program, start_forked
from tests.support.processes.running_furlong import without_settings
from tools.private_kafka import PrivateKafka, start_kafka
from tools.private_mariadb import PrivateMariadb, start_mariadb
from tools.runner import told_seeds
from tools.server_process import start_process, wait_until_ready

BETS: Final = "club.progress.v1"
TOPICS: Final = (
    "club.scheme.v1",
    "club.week.v1",
    "club.global.v1",
    "club.account-status.v1",
    "wallet.exclusion.v1",
    "club.membership.v1",
    "club.qualification.v1",
    "club.adjustment.v1",
    "club.outcomes.v1",
    "event.offer.v1",
    "event.market.v1",
    BETS,
    f"{BETS}.dlq",
)
LOAD: Final = pytest.StashKey[Load]()
REPORTS: Final = pytest.StashKey[list[str]]()
"""What tests say of themselves at the end."""

SEED: Final = seed_of_run(20)
SESSION_SECONDS: Final = 2.0
PATIENCE_SECONDS: Final = 300.0


@dataclass(frozen=True)
class Scale:
    """How long a test takes and how many faults it causes, for `make test` or for `make torture`."""

    long: bool

    def of(self, short: float, long: float) -> float:
        """Open one of each."""
        return long if self.long else short


@pytest.fixture(scope="session")
def scale() -> Scale:
    """Return the long scale if FURLONG_TORTURE is set."""
    return Scale(LONG_FORM)


@dataclass
class Servers:
    """A broker and a database server of these tests' own, at addresses that outlive their processes."""

    kafka: PrivateKafka
    mariadb: PrivateMariadb

    def kill(self, which: str) -> Callable[[], None]:
        """Kill a server as a power cut would; the result restarts it at the same address.

        Call it in the main thread: the system ends the server with the thread that started it.
        """
        server: PrivateKafka | PrivateMariadb = getattr(self, which)
        process = server.process
        command = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode().strip("\0").split("\0")
        os.kill(process.pid, signal.SIGKILL)
        while process.is_running():
            time.sleep(0.01)

        def start() -> None:
            fresh = start_process(command, process.log.parent, process.log, tied=True)
            again = replace(server, process=fresh)
            wait_until_ready(fresh, again.answers)
            setattr(self, which, again)

        return start

    @contextlib.contextmanager
    def frozen(self, which: str) -> Iterator[None]:
        """Freeze a server: its connections stay open, and nobody gets an answer."""
        process = getattr(self, which).process
        os.kill(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process.pid, signal.SIGCONT)


@pytest.fixture(scope="package")
def servers(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Provide servers with sessions so short that a silent member is noticed soon."""
    folder = tmp_path_factory.mktemp("torture")
    mariadb = start_mariadb(folder / "mariadb")
    kafka = start_kafka(folder / "kafka", properties=["group.min.session.timeout.ms=1000"])
    kafka.create_topics(TOPICS, partitions=6)
    running = Servers(kafka, mariadb)
    yield running
    running.kafka.stop()
    running.mariadb.stop()


@dataclass
class Member:
    """A consumer that runs as a program."""

    process: Program
    log: Path

    def logged(self, event: str) -> int:
        """Return how often the member has logged an event."""
        return self.log.read_text(errors="replace").count(f'"event": "{event}"')

    def stands_still(self) -> bool:
        """Return whether the member is stopped by a signal."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return stat[0] == "T"

    def ended(self) -> bool:
        """Return whether the member has ended."""
        return self.process.poll() is not None


@dataclass
class TortureHarness:
    """A fresh database, the one broker, and all that was ever produced to it."""

    servers: Servers
    folder: Path
    settings: DatabaseSettings
    database: Database
    load: Load
    producer: Producer
    members: list[Member] = field(default_factory=list)

    def environment(self, **changes: str) -> dict[str, str]:
        """Return the environment of a member."""
        ours = {
            "FURLONG_DATABASE_URL": self.settings.url,
            "FURLONG_KAFKA_BOOTSTRAP": self.servers.kafka.bootstrap,
            "FURLONG_KAFKA_SESSION_SECONDS": str(SESSION_SECONDS),
            "FURLONG_KAFKA_BATCH_RECORDS": "100",
            "FURLONG_KAFKA_POLL_SECONDS": "0.1",
            "FURLONG_KAFKA_RETRY_SECONDS": "0.1",
            "FURLONG_KAFKA_RETRY_LIMIT_SECONDS": "1",
        }
        return without_settings() | ours | changes

    def start(self, *fault: str, **changes: str) -> Member:
        """Start one more member, with a fault or without: see `faulty_consumer`."""
        script = str(Path(__file__).with_name("faulty_consumer.py"))
        log = self.folder / f"member-{len(self.members)}.log"
        with log.open("wb") as output:
            process = start_forked(
                script, *fault, environment=self.environment(**changes), folder=self.folder, log=output
            )
        self.members.append(Member(process, log))
        return self.members[-1]

    def produce(self, bets: int) -> None:
        """Send more bets to Kafka without waiting."""
        for record in self.load.more(bets):
            self.send(record)

    def send(self, record: Record) -> None:
        """Send a record to Kafka; the producer waits for an unavailable broker."""
        self.producer.produce(record.topic, record.value, record.key)
        self.producer.poll(0)

    async def stream(self, seconds: float, bets_per_second: int) -> None:
        """Keep producing for a while."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self.produce(max(1, bets_per_second // 20))
            await asyncio.sleep(0.05)

    async def reckoning(self) -> None:
        """Wait until everything produced is applied, and compare every bet and total with a recount."""
        assert await asyncio.to_thread(self.producer.flush, PATIENCE_SECONDS) == 0
        await self._all_applied()
        letters = await self._rows(STREAM.dead_letter.c.reason)
        assert len(letters) == self.load.poison, letters
        wanted = recount(self.load.records)
        table = CONTRIBUTION.c
        assert await self._pairs(table.bet_id, table.revision, table.counted_minor) == wanted.bets
        table = PROGRESS.c
        totals = await self._rows(table.customer_id, table.iso_week, table.total_minor, table.counted_bets)
        assert {(one, week): (total, bets) for one, week, total, bets in totals} == wanted.totals

    async def _all_applied(self) -> None:
        """Wait as long as there is progress: how much there is to apply depends on earlier tests."""
        expected, applied, moved_at = len(self.load.records), -1, time.monotonic()
        while applied != expected:
            if (now := await self._applied()) != applied:
                applied, moved_at = now, time.monotonic()
            elif time.monotonic() - moved_at > PATIENCE_SECONDS:
                pytest.fail(f"{applied} of {expected} applied, with seed {self.load.seed}\n{self._logs()}")
            await asyncio.sleep(0.1)

    async def checksum(self) -> list[list[tuple[Any, ...]]]:
        """Return a checksum of everything that the bets have come to."""
        return [await self._rows(*table.c) for table in (CONTRIBUTION, PROGRESS, STREAM.dead_letter)]

    async def start_over(self) -> None:
        """Delete the positions of the bets."""
        async with self.database.write() as connection:
            await connection.execute(delete(STREAM.position).where(STREAM.position.c.topic == BETS))

    def connections(self) -> list[int]:
        """Return the numbers of the members' database connections."""
        name = self.settings.url.rpartition("/")[2]
        with self._cursor() as cursor:
            cursor.execute("SHOW PROCESSLIST")
            return [row[0] for row in cursor.fetchall() if (row[3] or "").startswith(f"{name}_")]

    def kill_connection(self, number: int) -> None:
        """Kill a member's connection."""
        with self._cursor() as cursor, contextlib.suppress(pymysql.err.OperationalError):
            cursor.execute(f"KILL CONNECTION {number}")

    async def until(self, holds: Callable[[], Awaitable[bool] | bool], what: str) -> None:
        """Wait for a condition."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = holds()
            if answer if isinstance(answer, bool) else await answer:
                return
            if time.monotonic() > deadline:
                pytest.fail(f"did not happen, with seed {self.load.seed}: {what}\n{self._logs()}")
            await asyncio.sleep(0.1)

    def stop(self, member: Member, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop a member and wait for it."""
        member.process.send_signal(how)
        member.process.wait(60)

    async def _applied(self) -> int:
        table = STREAM.position.c
        with contextlib.suppress(Exception):
            async with self.database.read() as connection:
                total = select(func.sum(table.next_offset)).where(table.topic == BETS)
                return int((await connection.execute(total)).scalar_one() or 0)
        return -1

    async def _pairs(self, *columns: Any) -> dict[Any, tuple[Any, ...]]:
        return {row[0]: tuple(row[1:]) for row in await self._rows(*columns)}

    async def _rows(self, *columns: Any) -> list[tuple[Any, ...]]:
        async with self.database.read() as connection:
            rows = await connection.execute(select(*columns).order_by(*columns[:3]))
            return [tuple(row) for row in rows]

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[Any]:
        server = self.servers.mariadb
        connection = pymysql.connect(
            host="127.0.0.1", port=server.port, user="furlong", password=server.password, autocommit=True
        )
        with contextlib.closing(connection), connection.cursor() as cursor:
            yield cursor

    def _logs(self) -> str:
        return "\n".join(f"{member.log.name}:\n{member.log.read_text()[-2000:]}" for member in self.members)


@pytest.fixture(scope="session")
def load(pytestconfig: pytest.Config) -> Load:
    """Provide the bets of all these tests: each test's database also gets those of earlier tests."""
    pytestconfig.stash[LOAD] = Load(seed=SEED)
    return pytestconfig.stash[LOAD]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print how many faults were caused; every test of the load has also applied everything before it."""
    for report in config.stash.get(REPORTS, []):
        terminalreporter.write_line(report)
    load = config.stash.get(LOAD, None)
    if load is not None:
        summary = f"{len(load.records):,} records, {load.poison:,} of them poison, with seed {load.seed}"
        terminalreporter.write_line(f"Torture produced {summary}.")


@pytest.fixture
async def harness(
    servers: Servers, load: Load, tmp_path: Path, record_property: Callable[[str, object], None]
) -> AsyncIterator[TortureHarness]:
    """Provide a harness that knows the brand and has some bets."""
    record_property(told_seeds.PROPERTY, load.seed)
    settings = DatabaseSettings(url=servers.mariadb.fresh_url())
    await upgrade(settings, "progress", METADATA)
    producer = Producer({"bootstrap.servers": servers.kafka.bootstrap, "enable.idempotence": True})
    harness = TortureHarness(servers, tmp_path, settings, Database.open(settings, "progress"), load, producer)
    harness.send(scheme(brand_id=BRAND))
    # A bet that arrives before its brand is a dead letter: members start when Kafka has the scheme.
    assert await asyncio.to_thread(producer.flush, PATIENCE_SECONDS) == 0
    harness.produce(300)
    try:
        yield harness
    finally:
        for member in harness.members:
            if not member.ended():
                member.process.send_signal(signal.SIGCONT)
                harness.stop(member, signal.SIGKILL)
        await harness.database.close()
        producer.flush(10)
        producer.close()
    servers.mariadb.drop(settings.url)
