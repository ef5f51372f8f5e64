"""Two regions, each with its Kafka: MirrorMaker copies what home decides, and the reports of nodes back."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from backoffice.consumer import create_consumer as create_backoffice
from backoffice.global_events.acknowledgements import NodeRepository
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.repository import GlobalDecision
from backoffice.run_publisher import running_publisher
from cells.regions import RegionMap, mirror_properties
from consumers.acknowledgements.settings import NodeSettings
from consumers.rewards.wiring import create_consumer
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.install.topics import TOPICS, create_topics
from furlong.settings import TopicSettings
from furlong.topic_plans import FROM_HOME, MESSAGES, TO_HOME
from subgraphs.kit.records.global_state import KillSwitches
from subgraphs.rewards import models as rewards
from tests.backoffice.global_events.running_consumers import running, until
from tests.support.database_probe import migrated
from tests.support.office.backoffice_fixture import backoffice_database
from tests.support.office.global_messages import BRAND, switch
from tools.private_kafka import PrivateKafka, start_kafka, start_mirror
from tools.server_process import ServerProcess

HOME, ABROAD = "uk", "mt"


def test_every_topic_of_one_partition_is_copied_one_way_or_kept() -> None:
    """A topic that nobody thought of would be missing abroad, or be written in two places."""
    assert [plan.name for plan in MESSAGES if (plan.partitions is None) != (plan.copied is None)] == []


@dataclass
class Regions:
    """Home with a back office, and a region abroad with one node.

    Attributes:
        mirror: Starts MirrorMaker.
        running: The MirrorMaker that runs.
        backoffice: The back office's database.
        nodes: The node's database in each region.
    """

    mirror: Callable[[], ServerProcess]
    running: ServerProcess
    backoffice: Database
    nodes: dict[str, Database]

    async def stop(self) -> None:
        """Stop MirrorMaker."""
        await asyncio.to_thread(self.running.stop)

    async def decide(self, *, off: bool) -> GlobalDecision:
        """Switch the brand off or on."""
        async with self.backoffice.write() as connection:
            decided = await GlobalDecisions().decide(
                connection, BRAND, switch(off=off), by="ann", at=SystemClock().now()
            )
        return decided.decision

    async def is_off(self, region: str) -> bool:
        """Return whether the brand is switched off in a region."""
        async with self.nodes[region].read() as connection:
            return (await KillSwitches(rewards.GLOBAL_STATE).off(connection, BRAND)).whole_brand

    async def acknowledged(self, decision: GlobalDecision) -> set[str]:
        """Return the regions whose node has acknowledged a decision, as the back office knows it."""
        async with self.backoffice.read() as connection:
            reports = await NodeRepository().all(connection)
        return {report.name.removesuffix("/rewards") for report in reports if report.has_applied(decision)}


@pytest.fixture
async def regions(processes: None, tmp_path: Path, empty_kafka: PrivateKafka) -> AsyncIterator[Regions]:
    """Two Kafkas, MirrorMaker between them, and a node in each region."""
    other = await asyncio.to_thread(start_kafka, tmp_path / "kafka")
    brokers = {HOME: empty_kafka.bootstrap, ABROAD: other.bootstrap}
    for bootstrap in brokers.values():
        await create_topics(bootstrap, 2, 1, TopicSettings(), TOPICS)
    described = {name: {"kafka": [bootstrap]} for name, bootstrap in brokers.items()}
    properties = mirror_properties(
        RegionMap.model_validate({"home": HOME, "replication": 1, "regions": described}), FROM_HOME, TO_HOME
    )

    def mirror() -> ServerProcess:
        return start_mirror(tmp_path / "mirror", properties, (HOME, ABROAD))

    url = f"sqlite+aiosqlite:///{tmp_path / 'backoffice'}"
    streams = {name: StreamSettings(bootstrap=each, poll_seconds=0.1) for name, each in brokers.items()}
    settings, clock = DatabaseSettings(url=url), SystemClock()
    async with AsyncExitStack() as stack:
        stack.callback(other.stop)
        backoffice = await stack.enter_async_context(backoffice_database(url))
        await stack.enter_async_context(running_publisher(settings, streams[HOME], clock))
        office = create_backoffice(settings, streams[HOME], CollectorRegistry(), clock)
        await stack.enter_async_context(running(office))
        nodes = {}
        for name, stream in streams.items():
            url = f"sqlite+aiosqlite:///{tmp_path / name}"
            nodes[name] = await stack.enter_async_context(migrated(url, "rewards", rewards.METADATA))
            node = NodeSettings(name=name, report_seconds=0.5)
            consumer = create_consumer(
                DatabaseSettings(url=url), stream, CollectorRegistry(), clock, node=node
            )
            await stack.enter_async_context(running(consumer))
        found = Regions(mirror, mirror(), backoffice, nodes)
        stack.push_async_callback(found.stop)
        yield found


@pytest.mark.slow("two regions with servers of their own, one of them cut off for a while")
async def test_a_region_that_was_cut_off_serves_on_and_catches_up(regions: Regions) -> None:
    """A decision reaches both regions, only home without MirrorMaker, and both with it again; both say so."""

    async def both_off() -> bool:
        return await regions.is_off(HOME) and await regions.is_off(ABROAD)

    async def both_on() -> bool:
        return not (await regions.is_off(HOME) or await regions.is_off(ABROAD))

    first = await regions.decide(off=True)
    await until(both_off)

    async def first_acknowledged() -> bool:
        return await regions.acknowledged(first) == {HOME, ABROAD}

    await until(first_acknowledged)
    os.kill(regions.running.pid, signal.SIGKILL)
    second = await regions.decide(off=False)

    async def home_on() -> bool:
        return not await regions.is_off(HOME) and await regions.acknowledged(second) == {HOME}

    await until(home_on)
    assert await regions.is_off(ABROAD), "abroad, what it knows stays in force"
    third, last = await regions.decide(off=True), await regions.decide(off=False)
    regions.running = regions.mirror()

    async def caught_up() -> bool:
        return await both_on() and await regions.acknowledged(last) == {HOME, ABROAD}

    await until(caught_up)
    assert await regions.acknowledged(third) <= {HOME, ABROAD}
