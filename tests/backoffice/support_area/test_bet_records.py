"""The record of a bet is found on Kafka when somebody asks for it."""

import asyncio
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from backoffice.errors import Conflict, Forbidden, NotFound
from backoffice.support.lookup import bet_records
from backoffice.support.lookup.bet_records import BetRecords
from consumers.stream.settings import StreamSettings
from furlong.demo.embedded_broker import EmbeddedBroker
from subgraphs.club_kit.topics import PROGRESS_TOPIC
from tests.backoffice.support_fixture import FOREIGN, NOW, SAM, SupportFixture
from tests.support.consumers.sample_messages import bet


async def test_the_record_of_the_revision_in_force_is_found(
    support_area: SupportFixture, embedded_broker: EmbeddedBroker
) -> None:
    """Among those of other bets and revisions, in whichever partition; each access is recorded."""
    at = (NOW - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    first, second = ({"bet_id": "b-7", "bet_revision": number, "occurred_at": at} for number in (1, 2))
    away = {"bet_id": "b-8", "occurred_at": at}
    lost = {"bet_id": "b-9", "occurred_at": at}
    await support_area.add_bets(first, second, away, lost)
    await asyncio.to_thread(embedded_broker.create_topics, [PROGRESS_TOPIC])
    stream = StreamSettings(bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation)
    usual = [await _produce(stream, one) for one in ({"bet_id": "b-70"}, first, {}, second)]
    elsewhere = await _produce(stream, away, partition=(usual[0][0] + 1) % 4)
    records = BetRecords(stream, support_area.parts.explanations, seconds=60)

    found = await records.of_bet(SAM, "northbet", "b-7")
    assert ((found.partition, found.offset), found.revision) == (usual[3], 2)
    assert (found.occurred_at, found.arrived_at) == (NOW - timedelta(minutes=5), NOW)
    assert found.event_id == json.loads(bet(**second).value or b"")["event_id"]
    found = await records.of_bet(SAM, "northbet", "b-8")
    assert (found.partition, found.offset) == elsewhere
    with pytest.raises(NotFound, match=r"^Revision 1 of the bet is not among 5 records"):
        await records.of_bet(SAM, "northbet", "b-9")
    with pytest.raises(Forbidden):
        await records.of_bet(FOREIGN, "northbet", "b-7")
    nowhere = BetRecords(StreamSettings(bootstrap="127.0.0.1:1"), support_area.parts.explanations, seconds=2)
    with pytest.raises(Conflict, match="Kafka isn't answering"):
        await nowhere.of_bet(SAM, "northbet", "b-7")
    assert [subject for _, subject in await support_area.audited()].count("bet:northbet:b-7") == 2


@pytest.mark.parametrize(
    ("most", "said"),
    [(0, "Kafka isn't answering"), (1, "Only 1 of the records of .* could be searched in 60 seconds")],
)
async def test_a_search_that_runs_out_of_time_does_not_say_that_there_is_no_record(
    support_area: SupportFixture,
    embedded_broker: EmbeddedBroker,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    said: str,
) -> None:
    """Whether Kafka brought nothing, or more than can be searched."""
    at = (NOW - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    wanted = {"bet_id": "b-7", "occurred_at": at}
    await support_area.add_bets(wanted)
    await asyncio.to_thread(embedded_broker.create_topics, [PROGRESS_TOPIC])
    stream = StreamSettings(bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation)
    for one in ({"bet_id": "b-70"}, wanted):
        await _produce(stream, one)
    read, elapsed = AIOKafkaConsumer.getmany, [0.0]

    async def read_slowly(self: AIOKafkaConsumer, *partitions: Any, timeout_ms: int) -> Any:
        records: Any = {}
        while most and not records:
            records = await read(self, *partitions, timeout_ms=timeout_ms, max_records=most)
        elapsed[0] += 60
        return records

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", read_slowly)
    monkeypatch.setattr(bet_records, "time", SimpleNamespace(monotonic=lambda: elapsed[0]))
    records = BetRecords(stream, support_area.parts.explanations, seconds=60)
    with pytest.raises(Conflict, match=said):
        await records.of_bet(SAM, "northbet", "b-7")


async def _produce(
    stream: StreamSettings, changed: dict[str, Any], partition: int | None = None
) -> tuple[int, int]:
    """Put a bet on the topic, and return its partition and offset."""
    record = bet(**changed)
    producer = AIOKafkaProducer(bootstrap_servers=stream.bootstrap)
    await producer.start()
    try:
        sent = await producer.send_and_wait(
            PROGRESS_TOPIC,
            record.value,
            key=record.key,
            partition=partition,
            timestamp_ms=round(NOW.timestamp() * 1000),
        )
    finally:
        await producer.stop()
    return sent.partition, sent.offset
