"""Two nodes apply what is decided, a third that starts later too, and the back office knows who has not."""

import asyncio
import gc
import signal
import sys
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client import CollectorRegistry

from backoffice.consumer import create_consumer as create_backoffice
from backoffice.global_events.acknowledgements import NodeMetrics, NodeReport, NodeRepository, unacknowledged
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.repository import GlobalDecision
from backoffice.run_publisher import running_publisher
from cells.claim import claim
from consumers.acknowledgements.settings import NodeSettings
from consumers.club.wiring import create_consumer as create_club
from consumers.rewards.wiring import create_consumer
from consumers.stream.settings import StreamSettings
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import CellSettings, DatabaseSettings
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.install.topics import TOPICS, create_topics
from furlong.settings import TopicSettings
from furlong.topic_plans import KEYED_TOPICS
from subgraphs.club import models as club
from subgraphs.kit.records.global_state import KillSwitches
from subgraphs.rewards import models as rewards
from tests.backoffice.global_events.running_consumers import running, until
from tests.support.database_probe import migrated
from tests.support.office.backoffice_fixture import backoffice_database
from tests.support.office.global_messages import BRAND, switch

KILLED_NODE = Path(__file__).with_name("killed_node.py")


@dataclass
class Installation:
    """A back office, and nodes that share nothing but Kafka."""

    stream: StreamSettings
    fresh_url: Callable[[], str]
    stack: AsyncExitStack
    backoffice: Database
    nodes: dict[str, Database] = field(default_factory=dict)

    async def start_node(self, name: str, url: str | None = None) -> str:
        """Start a node with a database of its own, or with an existing one; return its URL."""
        url = url or self.fresh_url()
        self.nodes[name] = await self.stack.enter_async_context(migrated(url, "rewards", rewards.METADATA))
        node = NodeSettings(name=name, report_seconds=0.5)
        consumer = create_consumer(
            DatabaseSettings(url=url), self.stream, CollectorRegistry(), SystemClock(), node=node
        )
        await self.stack.enter_async_context(running(consumer))
        return url

    async def decide(self, *, off: bool) -> GlobalDecision:
        """Switch the brand off or on."""
        async with self.backoffice.write() as connection:
            decided = await GlobalDecisions().decide(
                connection, BRAND, switch(off=off), by="ann", at=SystemClock().now()
            )
        return decided.decision

    async def reports(self) -> dict[str, NodeReport]:
        """Return the reports of all nodes, by name."""
        async with self.backoffice.read() as connection:
            return {one.name: one for one in await NodeRepository().all(connection)}

    async def is_off(self, name: str) -> bool:
        """Return whether the brand is switched off on a node."""
        async with self.nodes[name].read() as connection:
            return (await KillSwitches(rewards.GLOBAL_STATE).off(connection, BRAND)).whole_brand

    async def acknowledged(self, decision: GlobalDecision, *names: str) -> bool:
        """Return whether nodes have acknowledged a decision."""
        found = await self.reports()
        return all(
            f"{name}/rewards" in found and found[f"{name}/rewards"].has_applied(decision) for name in names
        )


@asynccontextmanager
async def installed(stream: StreamSettings, fresh_url: Callable[[], str]) -> AsyncIterator[Installation]:
    """Run a back office without nodes."""
    url = fresh_url()
    async with AsyncExitStack() as stack:
        backoffice = await stack.enter_async_context(backoffice_database(url))
        await stack.enter_async_context(running_publisher(DatabaseSettings(url=url), stream, SystemClock()))
        consumer = create_backoffice(DatabaseSettings(url=url), stream, CollectorRegistry(), SystemClock())
        await stack.enter_async_context(running(consumer))
        yield Installation(stream, fresh_url, stack, backoffice)


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Collect what aiokafka leaves behind: connections that were being opened when a client was stopped."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(params=["embedded", pytest.param("real", marks=[pytest.mark.kafka, pytest.mark.mariadb])])
async def installation(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Installation]:
    """An installation on embedded parts, and one on Kafka and MariaDB."""
    if request.param == "embedded":
        broker: EmbeddedBroker = request.getfixturevalue("embedded_broker")
        await asyncio.to_thread(broker.create_topics, [plan.name for plan in TOPICS])
        stream = StreamSettings(bootstrap=broker.bootstrap, generation=broker.generation, poll_seconds=0.1)
        async with installed(stream, folders(tmp_path).__next__) as found:
            yield found
        return
    kafka, mariadb = request.getfixturevalue("empty_kafka"), request.getfixturevalue("mariadb")
    await create_topics(kafka.bootstrap, 2, 1, TopicSettings(), TOPICS)
    stream = StreamSettings(bootstrap=kafka.bootstrap, poll_seconds=0.1)
    async with installed(stream, mariadb.fresh_url) as found:
        yield found


def folders(tmp_path: Path) -> Iterator[str]:
    """Yield URLs of SQLite databases."""
    for number in range(9):
        yield f"sqlite+aiosqlite:///{tmp_path / str(number)}"


async def test_each_node_applies_and_acknowledges_also_one_that_starts_later(
    installation: Installation, record_property: Callable[[str, object], None]
) -> None:
    """A kill switch is in force on two nodes, and on a third that starts later; metrics name who lacks it."""
    await installation.start_node("a")
    await installation.start_node("b")
    off = await installation.decide(off=True)

    async def in_force() -> bool:
        return await installation.is_off("a") and await installation.is_off("b")

    in_force_after = await until(in_force)
    acknowledged_after = in_force_after + await until(lambda: installation.acknowledged(off, "a", "b"))
    record_property("seconds_until_in_force", in_force_after)
    record_property("seconds_until_acknowledged", acknowledged_after)
    shown = (
        f"in force on two nodes after {in_force_after:.2f} s, acknowledged after {acknowledged_after:.2f} s"
    )
    sys.stdout.write(f"{shown}\n")
    on = await installation.decide(off=False)
    await until(lambda: installation.acknowledged(on, "a", "b"))
    assert not await installation.is_off("a")
    again = await installation.decide(off=True)
    await installation.start_node("late")
    late_after = await until(lambda: installation.is_off("late"))
    sys.stdout.write(f"in force on a node that starts later {late_after:.2f} s after its start\n")
    await until(lambda: installation.acknowledged(again, "a", "b", "late"))
    assert await installation.is_off("late")
    await _refused_by_all(installation)


async def _refused_by_all(installation: Installation) -> None:
    """Send a message that cannot be applied: it is a dead letter on each node, and not acknowledged."""
    async with AIOKafkaProducer(bootstrap_servers=installation.stream.bootstrap) as producer:
        await producer.send_and_wait(
            "club.global.v1", b'{"schema":"club.global/1"}', key=b"northbet:switch:brand", partition=0
        )

    async def refused() -> bool:
        return all(report.refused for report in (await installation.reports()).values())

    await until(refused)
    async with installation.backoffice.read() as connection:
        (decision,) = await GlobalDecisions().repository.all(connection)
    reports = await installation.reports()
    assert not any(report.has_applied(decision) for report in reports.values())
    assert all("required field" in (report.refusal(decision) or "") for report in reports.values())
    registry = CollectorRegistry()
    await NodeMetrics.of(installation.backoffice, SystemClock(), registry).update()
    labels = {"node": "late", "part": "rewards"}
    assert registry.get_sample_value("furlong_global_unacknowledged", labels) == 1


PARTS = {"rewards": (create_consumer, rewards.METADATA), "club": (create_club, club.METADATA)}


@asynccontextmanager
async def cell_part(installation: Installation, url: str, cell: Cell, part: str) -> AsyncIterator[None]:
    """Run one consumer of a cell for the duration of the block."""
    create, metadata = PARTS[part]
    own = CellSettings(cell=cell.name, cell_partitions=cell.partitions, cell_of=cell.of)
    settings = DatabaseSettings(url=url, cell=own)
    async with migrated(url, part, metadata):
        await claim(settings, [part], KEYED_TOPICS)
        async with running(create(settings, installation.stream, CollectorRegistry(), SystemClock())):
            yield


@pytest.mark.parametrize("installation", ["embedded"], indirect=True)
async def test_each_part_of_two_cells_acknowledges_a_switch_and_who_has_not_is_named(
    installation: Installation, record_property: Callable[[str, object], None]
) -> None:
    """A cell is a node of its name. One consumer is stopped: it alone is missing, until it is back."""
    cells = (Cell("c0", 0, 1, 4), Cell("c1", 2, 3, 4))
    urls = [installation.fresh_url() for _ in cells]

    async def missing(decision: GlobalDecision) -> set[str]:
        found = unacknowledged([decision], list((await installation.reports()).values()))
        return {name for name, lacking in found.items() if lacking}

    async def is_missing(decision: GlobalDecision, *names: str) -> bool:
        return len(await installation.reports()) == 4 and await missing(decision) == set(names)

    async with AsyncExitStack() as stack:
        for url, cell in zip(urls, cells, strict=True):
            await stack.enter_async_context(cell_part(installation, url, cell, "club"))
        await stack.enter_async_context(cell_part(installation, urls[0], cells[0], "rewards"))
        async with cell_part(installation, urls[1], cells[1], "rewards"):
            first = await installation.decide(off=True)
            await until(lambda: is_missing(first))
            on = await installation.decide(off=False)
            record_property("seconds_until_acknowledged", await until(lambda: is_missing(on)))
        off = await installation.decide(off=True)
        await until(lambda: is_missing(off, "c1/rewards"))
        async with cell_part(installation, urls[1], cells[1], "rewards"):
            await until(lambda: is_missing(off))


@pytest.mark.parametrize("installation", ["real"], indirect=True)
@pytest.mark.usefixtures("kafka_installed", "mariadb_installed")
async def test_a_node_that_is_killed_before_it_acknowledges_does_so_when_it_is_back(
    installation: Installation,
) -> None:
    """Applied and committed, then killed: it is not acknowledged, until the node is started again."""
    url = installation.fresh_url()
    async with migrated(url, "rewards", rewards.METADATA) as database:
        off = await installation.decide(off=True)
        bootstrap = installation.stream.bootstrap
        killed = await asyncio.create_subprocess_exec(
            sys.executable, str(KILLED_NODE), url, bootstrap, "killed", off.event_id
        )
        assert await killed.wait() == -signal.SIGKILL
        installation.nodes["killed"] = database
        assert await installation.is_off("killed")
        assert not await installation.acknowledged(off, "killed")
        await installation.start_node("killed", url)
        await until(lambda: installation.acknowledged(off, "killed"))
