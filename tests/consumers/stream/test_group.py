"""Several members of one group, on real Kafka and MariaDB: the embedded broker allows only one."""

import asyncio
from typing import Any

import pytest

from subgraphs.progress.models import CONTRIBUTION, PROGRESS, REFERENCE, STREAM
from tests.support.consumers.sample_messages import bet, scheme

pytestmark = pytest.mark.usefixtures("kafka_installed", "mariadb_installed")
BRAND = "stableyard"
CUSTOMERS, ROUNDS = 12, 30


async def _is_consuming(consumer: Any) -> bool:
    return consumer.health().consuming


async def test_members_that_come_and_go_lose_nothing_and_count_nothing_twice(real_harness: Any) -> None:
    """Bets keep coming while members join and leave, one of them without leaving the group."""
    harness = real_harness
    await harness.send(scheme(brand_id=BRAND))
    members = [await harness.start()]

    async def knows_the_brand() -> bool:
        return any(row[0] == BRAND for row in await harness.rows(REFERENCE.brand))

    await harness.until(knows_the_brand)

    async def produce() -> None:
        for round_ in range(ROUNDS):
            for n in range(CUSTOMERS):
                await harness.send(bet(brand_id=BRAND, bet_id=f"b-{n}-{round_}", customer_id=f"c-{n}"))
            await asyncio.sleep(0.2)

    producing = asyncio.create_task(produce())
    for _ in range(2):
        newcomer = await harness.start()
        members.append(newcomer)
        await harness.until(lambda newcomer=newcomer: _is_consuming(newcomer))
    await harness.stop(members.pop(0))
    lost = harness.tasks.pop(members.pop(0))
    lost.cancel()
    await asyncio.wait({lost})
    await producing

    async def all_there() -> bool:
        return sum(row[0] == BRAND for row in await harness.rows(CONTRIBUTION)) == CUSTOMERS * ROUNDS

    await harness.until(all_there)
    progress = {row[1]: row[3:5] for row in await harness.rows(PROGRESS) if row[0] == BRAND}
    assert progress == {f"c-{n}": (500 * ROUNDS, ROUNDS) for n in range(CUSTOMERS)}
    assert not [row for row in await harness.rows(STREAM.dead_letter) if BRAND.encode() in (row[6] or b"")]
    await harness.stop(members[0])
