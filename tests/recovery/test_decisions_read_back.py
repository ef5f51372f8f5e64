"""`furlong recover backoffice` reads back what the back office had decided, before anybody decides anew."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiokafka.consumer.fetcher import Fetcher

from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.kafka_topic import KafkaGlobalTopic
from backoffice.global_events.publisher import LEASE, GlobalPublisher
from backoffice.metadata import NAME
from backoffice.run_publisher import NotPublished, publish_now
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ManualClock, SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.backup.database_recovery import DatabaseRecovery, lines
from furlong.demo.embedded_broker import EmbeddedBroker
from subgraphs.kit.topics import GLOBAL_TOPIC
from tests.support.office.backoffice_fixture import NOW, backoffice_database
from tests.support.office.global_messages import BRAND, budget, switch

DECISIONS = GlobalDecisions()
LATE_SECONDS = 1.0


async def decide(database: Database, state: object) -> int:
    """Take a decision; return its number."""
    async with database.write() as connection:
        decided = await DECISIONS.decide(connection, BRAND, state, by="ann", at=NOW)  # type: ignore[arg-type]
    return decided.decision.order.number


async def known(database: Database) -> dict[str, int]:
    """Return the numbers of decisions, by key."""
    async with database.read() as connection:
        return {one.key: one.order.number for one in await DECISIONS.repository.all(connection)}


async def test_the_topic_is_read_whole_while_its_end_is_still_looked_for(
    embedded_broker: EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a slow broker says about the first position comes after the reading has gone to the beginning."""
    await asyncio.to_thread(embedded_broker.create_topics, [GLOBAL_TOPIC])
    stream = StreamSettings(bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation)
    async with backoffice_database(f"sqlite+aiosqlite:///{tmp_path / 'live'}") as live:
        await decide(live, switch())
        await publish_now(live, stream, SystemClock())
    ask, asked = Fetcher._proc_offset_request, asyncio.Event()

    async def answer_late(self: Fetcher, node: int, topics: Any) -> Any:
        answer = await ask(self, node, topics)
        if not asked.is_set():
            asked.set()
            await asyncio.sleep(LATE_SECONDS)
        return answer

    monkeypatch.setattr(Fetcher, "_proc_offset_request", answer_late)
    async with KafkaGlobalTopic.open(stream) as topic:
        await asked.wait()
        assert list((await topic.read()).last) == ["northbet:switch:brand"]


async def test_a_lost_back_office_knows_what_it_had_decided(
    embedded_broker: EmbeddedBroker, tmp_path: Path
) -> None:
    """And goes on above it; without cells, because each cell has a back office that is not used."""
    await asyncio.to_thread(embedded_broker.create_topics, [GLOBAL_TOPIC])
    stream = StreamSettings(bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation)
    clock = SystemClock()
    async with backoffice_database(f"sqlite+aiosqlite:///{tmp_path / 'live'}") as live:
        last = [await decide(live, state) for state in (switch(), budget(10))][-1]
        await publish_now(live, stream, clock)
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path / 'new'}")
    async with backoffice_database(settings.url) as lost:
        recovery = DatabaseRecovery(settings, stream, clock)
        (found,) = await recovery.recover([NAME], asyncio.Event(), pytest.fail)
        assert "  global_subject               2 rows, from topic (club.global.v1)" in lines(found)
        assert sorted(await known(lost)) == ["northbet:budget:fb-5:every-week", "northbet:switch:brand"]
        before = await known(lost)
        assert await decide(lost, budget(20)) > max(last, *before.values())


async def test_a_lease_of_another_process_does_not_pass_for_a_topic_that_was_read(
    embedded_broker: EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another one may publish, nothing is said to be read; once its lease has run out, it is."""
    await asyncio.to_thread(embedded_broker.create_topics, [GLOBAL_TOPIC])
    stream = StreamSettings(bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation)
    clock = ManualClock(NOW)
    async with backoffice_database(f"sqlite+aiosqlite:///{tmp_path / 'live'}") as live:
        await decide(live, switch())
        await publish_now(live, stream, clock)
    hold, refused = GlobalPublisher._hold_lease, asyncio.Event()

    async def ask(self: GlobalPublisher) -> bool:
        has_it = await hold(self)
        if not has_it:
            refused.set()
        return has_it

    monkeypatch.setattr(GlobalPublisher, "_hold_lease", ask)
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path / 'new'}")
    async with backoffice_database(settings.url) as lost:
        async with lost.write() as connection:
            assert await DECISIONS.repository.outbox.lease("killed").hold(connection, NOW, LEASE)
        with pytest.raises(NotPublished, match="were not read, because another process publishes"):
            await publish_now(lost, stream, clock, 0.1, reads=True)
        refused.clear()
        recovery = DatabaseRecovery(settings, stream, clock)
        recovering = asyncio.create_task(recovery.recover([NAME], asyncio.Event(), pytest.fail))
        await refused.wait()
        clock.advance(LEASE)
        await recovering
        assert list(await known(lost)) == ["northbet:switch:brand"]
