"""Everything that runs on the two cores: MariaDB, Kafka, `furlong serve`, `furlong consume progress`."""

import asyncio
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from sqlalchemy import delete

from bench.fixtures.club import FAST_DRIVER, MARIADB_OPTIONS, Club, fill, new_sessions
from bench.harness.cores import TICKS, Cores, cpu_seconds, raise_priority, resident_bytes
from bench.harness.servers import (
    Server,
    ServiceFailedError,
    free_port,
    furlong,
    running_servers,
    start_mariadb,
)
from bench.harness.standstill import wait_for
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.install.topics import create_topics
from furlong.settings import TopicSettings
from subgraphs.club_kit.topics import PROGRESS_TOPIC
from subgraphs.progress.models import PROGRESS
from tools.private_kafka import start_kafka

PARTITIONS: Final = 8
GLANCE_SECONDS: Final = 0.1
STANDSTILL_SECONDS: Final = 60
_APPLIED: Final = re.compile(
    rf'^furlong_consumer_records_total{{topic="{PROGRESS_TOPIC}"}} (\S+)$', re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class TestBed:
    """The measured programs, and the servers they use.

    Attributes:
        bootstrap: Kafka's address.
        sessions: Session ids by program name; a session contains all processes of a program.
    """

    club: Club
    bootstrap: str
    serve: Server
    consume: Server
    sessions: dict[str, int]

    def cpu_seconds(self) -> dict[str, float]:
        """Return the processor time of each program, of this process (`load`) and of `others`."""
        used = {name: cpu_seconds(session) for name, session in self.sessions.items()}
        used["load"] = time.process_time()
        return used | {"others": busy_seconds() - sum(used.values())}

    def memory(self) -> dict[str, float]:
        """Return the memory of our two programs in megabytes."""
        ours = {"serve": self.serve, "consume": self.consume}
        return {name: resident_bytes(server.process.pid) / 1e6 for name, server in ours.items()}

    async def applied(self) -> int:
        """Return how many bet messages the consumer has committed, by its own metrics."""
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.get(f"http://127.0.0.1:{self.consume.port}/metrics")
        match = _APPLIED.search(answer.text)
        return int(float(match[1])) if match else 0

    async def wait_until_applied(self, messages: int) -> None:
        """Wait until a number of messages is committed.

        Raises:
            ServiceFailedError: The consumer makes no progress.
        """
        last, moved_at = await self.applied(), time.monotonic()
        while last < messages:
            await asyncio.sleep(GLANCE_SECONDS)
            now = await self.applied()
            if now > last:
                last, moved_at = now, time.monotonic()
            elif time.monotonic() > moved_at + STANDSTILL_SECONDS:
                details = self.consume.process.log_tail()
                raise ServiceFailedError(f"the consumer stopped at {last} of {messages} records:\n{details}")

    def drift(self) -> int:
        """Return the number of totals that `furlong reconcile progress` finds wrong.

        Raises:
            ServiceFailedError: The command failed.
        """
        clean = {name: value for name, value in os.environ.items() if not name.startswith("FURLONG_")}
        ended = subprocess.run(  # noqa: S603 - the product's own command
            furlong("reconcile", "progress"),
            env=clean | self.club.settings(),
            check=False,
            capture_output=True,
            text=True,
        )
        lines = [line for line in ended.stdout.splitlines() if line.startswith("drift")]
        if ended.returncode not in {0, 1} or (ended.returncode == 1 and not lines):
            raise ServiceFailedError(f"furlong reconcile progress: {ended.stderr[-2000:]}")
        print("\n".join(lines[:5]), end="\n" if lines else "")
        return len(lines)


def busy_seconds(stat: Path = Path("/proc/stat")) -> float:
    """Return the time since boot that processors were busy or taken by the host."""
    user, nice, system, _idle, _waiting, *interrupts_and_stolen = map(int, stat.read_text().split()[1:9])
    return (user + nice + system + sum(interrupts_and_stolen)) / TICKS


@contextmanager
def open_testbed(
    folder: Path,
    customers: int,
    further: Mapping[str, str] | None = None,
    other_consumers: Sequence[str] = (),
) -> Iterator[TestBed]:
    """Start everything on the same two cores, and stop it at the end of the block.

    The customers have no bets yet: every total will result from messages.

    Args:
        folder: For files.
        customers: Number of customers in the database.
        further: Settings of our programs beside the usual ones.
        other_consumers: The subgraphs whose consumers run beside that of progress, as `consume_NAME`.
    """
    cores = Cores.choose()
    os.sched_setaffinity(0, {cores.server, cores.rest})
    with ExitStack() as stack:
        wait_for("MariaDB to start")
        mariadb = start_mariadb(folder / "mariadb", options=MARIADB_OPTIONS)
        stack.callback(mariadb.stop)
        wait_for("Kafka to start")
        kafka = start_kafka(folder / "kafka")
        stack.callback(kafka.stop)
        for process in (mariadb.process, kafka.process):
            raise_priority(process.pid)
        print(f"filling MariaDB with {customers:,} customers", flush=True)
        club = Club(DatabaseSettings(url=mariadb.url), new_sessions(), customers)
        wait_for("the tables", mariadb.process.log)
        asyncio.run(_prepare(club, kafka.bootstrap))
        servers = stack.enter_context(running_servers(folder))
        started = {}
        programs = {"serve": ("serve",), "consume": ("consume", "progress")}
        programs |= {f"consume_{consumer}": ("consume", consumer) for consumer in other_consumers}
        for name, words in programs.items():
            port = free_port()
            command = furlong(*words, "--listen", f"127.0.0.1:{port}")
            driver = club.settings(FAST_DRIVER) if name == "serve" else club.settings()
            settings = driver | {"FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap} | dict(further or {})
            started[name] = servers.start(name, command, port, settings)
        sessions = {name: server.process.pid for name, server in started.items()}
        sessions |= {"mariadb": mariadb.process.pid, "kafka": kafka.process.pid}
        yield TestBed(club, kafka.bootstrap, started["serve"], started["consume"], sessions)


async def _prepare(club: Club, bootstrap: str) -> None:
    await fill(club.database, club.customers)
    database = Database.open(club.database, "progress")
    async with database.write() as connection:
        await connection.execute(delete(PROGRESS))
    await database.close()
    wait_for("topics to be created")
    await create_topics(bootstrap, PARTITIONS, 1, TopicSettings())
