"""A break or an exclusion is told to the other blocks in the transaction that stores it."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from subgraphs.kit.domain.products import Product
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.breaks import Break, BreakKind
from subgraphs.wallet.limits.changes import Outcome
from subgraphs.wallet.limits.decision import Decision
from subgraphs.wallet.models import OUTBOX
from tests.subgraphs.wallet.limits.limit_store import (
    BRITISH,
    NOW,
    OWNER,
    TABLES,
    LimitsFixture,
)

DAY = timedelta(days=1)


async def told(limits: LimitsFixture) -> list[dict[str, Any]]:
    """The messages that wait to be published, in their order."""
    async with limits.database.read() as connection:
        rows = await connection.execute(select(OUTBOX.outbox).order_by(OUTBOX.outbox.c.id))
        found = [(row.topic, row.key, json.loads(row.value)) for row in rows]
    assert {(topic, key) for topic, key, _ in found} <= {("wallet.exclusion.v1", "northbet:c-1")}
    return [body for *_, body in found]


async def rest(
    limits: LimitsFixture,
    days: int,
    at: Any = NOW,
    *,
    product: Product | None = None,
    key: str | None = None,
    standing: Any = BRITISH,
) -> Outcome | Refusal:
    """Take a break."""
    async with limits.database.write() as connection:
        request = limits.request(at, key)
        return await limits.store.take_break(connection, request, standing, at + days * DAY, product)


async def exclude(limits: LimitsFixture, months: int, at: Any = NOW) -> Outcome | Refusal:
    """Exclude the customer."""
    async with limits.database.write() as connection:
        return await limits.store.self_exclude(connection, limits.request(at), BRITISH, months)


async def test_each_choice_is_told_with_all_that_has_not_ended(limits: LimitsFixture) -> None:
    """Later messages repeat what holds, and leave out what has ended."""
    await rest(limits, 2, product=Product.CASINO)
    await rest(limits, 7, NOW + DAY)
    await exclude(limits, 6, NOW + 5 * DAY)
    bodies = await told(limits)
    assert [[(one["kind"], one["product"]) for one in body["exclusions"]] for body in bodies] == [
        [("BREAK", "casino")],
        [("BREAK", None), ("BREAK", "casino")],
        [("BREAK", None), ("EXCLUSION", None)],
    ]
    assert bodies[0]["exclusions"][0]["since"] == NOW.isoformat()
    assert bodies[0]["exclusions"][0]["until"] == (NOW + 2 * DAY).isoformat()
    revisions = [body["revision"] for body in bodies]
    assert revisions == sorted(set(revisions))
    assert len({body["event_id"] for body in bodies}) == 3


async def test_what_is_asked_twice_or_refused_is_told_once_or_never(limits: LimitsFixture) -> None:
    """The same key does nothing again; a break that is too short is no break."""
    assert await rest(limits, 2, key="once") is Outcome.SET
    assert await rest(limits, 2, key="once") is Outcome.SET
    assert isinstance(await rest(limits, 100), Refusal)
    assert len(await told(limits)) == 1


async def test_what_is_rolled_back_is_not_told(limits: LimitsFixture) -> None:
    """A break that was not stored is no fact."""

    async def lose() -> None:
        async with limits.database.write() as connection:
            await limits.store.self_exclude(connection, limits.request(NOW), BRITISH, 6)
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await lose()
    assert await told(limits) == []


async def test_no_revision_is_used_again_after_an_older_backup(limits: LimitsFixture) -> None:
    """Two in a second have two; a database that has lost all of them goes on above them."""
    for _ in range(3):
        await rest(limits, 2)
    before = [body["revision"] for body in await told(limits)]
    assert before == sorted(set(before))
    async with limits.database.write() as connection:
        for table in (TABLES.holder, TABLES.chosen_break, TABLES.change):
            await connection.execute(delete(table))
    await rest(limits, 2, NOW + timedelta(minutes=1))
    assert (await told(limits))[-1]["revision"] > max(before)


async def test_an_older_backup_obeys_and_repeats_what_was_told(limits: LimitsFixture) -> None:
    """What only the wallet's own message knows still stops the customer, and is in the next message."""
    known = Break(BreakKind.EXCLUSION, None, NOW - DAY, NOW + 100 * DAY)
    restored = replace(BRITISH, told=(known,))
    decision = await limits.claim(Act.BET, 100, standing=restored)
    assert decision == Decision("SELF_EXCLUDED", until=known.until)
    assert await rest(limits, 2, standing=restored) is Outcome.SET
    (body,) = await told(limits)
    assert [(one["kind"], one["until"]) for one in body["exclusions"]] == [
        ("BREAK", (NOW + 2 * DAY).isoformat()),
        ("EXCLUSION", known.until.isoformat()),
    ]
    assert OWNER.customer == body["customer_id"]
