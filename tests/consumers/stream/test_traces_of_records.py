"""A trace continues from a record to the facts that it causes, from topic to topic."""

import asyncio
import json
from dataclasses import replace
from typing import Any

from aiokafka import AIOKafkaConsumer

from foundation.storage.migrations.upgrade import upgrade
from furlong.workers.outbox_worker import running_outbox_worker
from subgraphs.club.models import METADATA as CLUB
from subgraphs.fulfilment.models import METADATA as FULFILMENT
from subgraphs.progress.models import OUTBOX
from subgraphs.rewards.models import METADATA as REWARDS
from tests.support.consumers.sample_messages import bet, membership, scheme

TRACES = [f"00-{'a' * 31}{number}-{'b' * 16}-01" for number in range(3)]


def _of(trace: str, customer: str, **changes: object) -> Any:
    """Return a bet that reaches the target, with a trace."""
    record = bet(customer_id=customer, bet_id=f"b-{customer}", **changes)
    return replace(record, headers=(*record.headers, ("traceparent", trace.encode())))


async def test_facts_caused_by_a_record_belong_to_its_trace(harness: Any) -> None:
    """Each qualification has the trace of the customer's own bet, even if one batch applies several."""
    customers = [f"c-{number}" for number in range(3)]
    await harness.send(scheme(), *(membership(customer_id=customer) for customer in customers))
    big = {"stake_minor": 3000, "counting_stake_minor": 3000}
    await harness.send(
        *(_of(trace, customer, **big) for trace, customer in zip(TRACES, customers, strict=True))
    )
    consumer = await harness.start()

    async def all_told() -> bool:
        return len(await harness.rows(OUTBOX.outbox)) == len(customers)

    await harness.until(all_told)
    columns = [column.name for column in OUTBOX.outbox.columns]
    facts = [dict(zip(columns, row, strict=True)) for row in await harness.rows(OUTBOX.outbox)]
    assert {row["key"]: row["headers"]["traceparent"] for row in facts} == {
        f"northbet:{customer}": trace for trace, customer in zip(TRACES, customers, strict=True)
    }
    await harness.stop(consumer)


async def test_the_trace_reaches_the_topic(harness: Any, embedded_broker: Any) -> None:
    """The relay publishes the headers stored in the outbox."""
    for name, metadata in (("club", CLUB), ("rewards", REWARDS), ("fulfilment", FULFILMENT)):
        await upgrade(harness.database_settings, name, metadata)
    await harness.send(scheme(), membership())
    await harness.send(_of(TRACES[1], "c-1", stake_minor=3000, counting_stake_minor=3000))
    consumer = await harness.start()
    reader = AIOKafkaConsumer(
        "club.qualification.v1", bootstrap_servers=harness.bootstrap, auto_offset_reset="earliest"
    )
    await asyncio.to_thread(embedded_broker.create_topics, ["club.qualification.v1"])
    await reader.start()
    try:
        async with running_outbox_worker(harness.database_settings, harness.settings()):
            record = await asyncio.wait_for(reader.getone(), 60)
    finally:
        await reader.stop()
    assert json.loads(record.value)["customer_id"] == "c-1"
    assert dict(record.headers)["traceparent"] == TRACES[1].encode()
    await harness.stop(consumer)
