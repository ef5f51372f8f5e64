"""Customers' money moves while database, Kafka and processes are killed: then everything reconciles to zero.

`FURLONG_TORTURE=1` does so for ten minutes; otherwise one part is killed, which the seed chooses.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.models import METADATA
from subgraphs.wallet.opened import OpenedWallet
from tests.support.database_probe import migrate
from tests.support.long_form import seed_of_run
from tests.support.processes.forked_programs import Program
from tests.support.processes.killed_servers import kafka_after_kill, mariadb_after_kill
from tests.support.wallet.money_clients import BRAND, MoneyClients
from tests.support.wallet.served_funds import ServedFunds, served_funds
from tests.torture.chosen_kills import PATIENCE_SECONDS, chosen, progressed
from tests.torture.conftest import REPORTS, TOPICS
from tools.private_kafka import PrivateKafka, start_kafka
from tools.private_mariadb import PrivateMariadb, start_mariadb

SEED: Final = seed_of_run(8)
CLIENTS: Final = 6
CUSTOMERS: Final = tuple(Owner(BRAND, f"c-{number}") for number in range(4))
pytestmark = [
    pytest.mark.kafka,
    pytest.mark.usefixtures("processes"),
    pytest.mark.slow("a database server of its own is killed and started again"),
    pytest.mark.timeout(1800),
]


@dataclass
class Killed:
    """The running parts, each of which can be killed."""

    mariadb: PrivateMariadb
    kafka: PrivateKafka
    served: ServedFunds
    workers: dict[str, Program] = field(default_factory=dict)

    @property
    def kills(self) -> dict[str, Callable[[], None]]:
        """What can be killed, and how."""
        first, second = self.served.ports
        return {
            "MariaDB": self._kill_mariadb,
            "Kafka": self._kill_kafka,
            "first server": lambda: self.served.restart(first),
            "second server": lambda: self.served.restart(second),
            "upkeep": lambda: self.restart("upkeep"),
            "consumer": lambda: self.restart("consumer"),
        }

    def restart(self, part: str) -> None:
        """Start a worker, after it was killed if it ran."""
        if part in self.workers:
            self.workers[part].kill()
            self.workers[part].wait()
        words = ("worker", "wallet-upkeep") if part == "upkeep" else ("consume", "wallet")
        self.workers[part] = self.served.programs.start(*words)

    def _kill_mariadb(self) -> None:
        self.mariadb = mariadb_after_kill(self.mariadb)

    def _kill_kafka(self) -> None:
        self.kafka = kafka_after_kill(self.kafka)


async def test_whatever_is_killed_the_ledger_is_what_clients_know(
    tmp_path: Path, free_port: Callable[[], int], pytestconfig: pytest.Config
) -> None:
    """Each client repeats until it knows; then all outcomes are the ledger's, and both sides are equal."""
    clients, kills = MoneyClients(CUSTOMERS, SEED), Counter[str]()
    with ExitStack() as servers:
        for name in ("mariadb", "kafka", "programs"):
            (tmp_path / name).mkdir()
        mariadb = start_mariadb(tmp_path / "mariadb", options=["--innodb-flush-log-at-trx-commit=1"])
        kafka = start_kafka(tmp_path / "kafka", properties=["group.min.session.timeout.ms=1000"])
        settings = DatabaseSettings(url=mariadb.url)
        await migrate(settings, "wallet", METADATA)
        async with AsyncExitStack() as stack:
            wallet = OpenedWallet.of(Database.open(settings, "wallet"), SystemClock())
            stack.push_async_callback(wallet.close)
            await clients.begin(wallet)
            kafka.create_topics(TOPICS, partitions=2)
            environment = {
                "FURLONG_DATABASE_URL": settings.url,
                "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap,
                "FURLONG_KAFKA_SESSION_SECONDS": "2",
                "FURLONG_TOPICS_CHECK": "false",
            }
            served = servers.enter_context(served_funds(tmp_path / "programs", environment, free_port, 2))
            killed = Killed(mariadb, kafka, served)
            servers.callback(lambda: (killed.mariadb.stop(), killed.kafka.stop()))
            for part in ("upkeep", "consumer"):
                killed.restart(part)
            await _spend(killed, clients, settings, kills)
            assert all(program.poll() is None for program in served.running.values()), served.programs.logs()
            async with served.client(served.ports[0], settings) as funds:
                await clients.repeat(funds, 1.0)
            await clients.check(wallet)
    assert clients.doubts
    pytestconfig.stash.setdefault(REPORTS, []).append(
        f"Money with seed {SEED}: {dict(kills)}; {len(clients.stands):,} reservations, "
        f"{clients.doubts:,} in doubt"
    )


async def _spend(
    killed: Killed, clients: MoneyClients, settings: DatabaseSettings, kills: Counter[str]
) -> None:
    """Let clients spend at both servers while parts are killed; return when none is in doubt."""
    stopping = asyncio.Event()
    async with AsyncExitStack() as stack:
        work = []
        for number in range(CLIENTS):
            port = killed.served.ports[number % 2]
            funds = await stack.enter_async_context(killed.served.client(port, settings))
            work.append(asyncio.create_task(clients.spend(f"k{number}", funds, stopping)))
        try:
            for part, pause in chosen(sorted(killed.kills), SEED, 0.2, enough=lambda: clients.doubts > 0):
                await progressed(lambda: len(clients.stands), 2 * CLIENTS, work)
                await asyncio.to_thread(killed.kills[part])
                kills[part] += 1
                await asyncio.sleep(pause)
            await progressed(lambda: len(clients.stands), 2 * CLIENTS, work)
        finally:
            stopping.set()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.gather(*work)
