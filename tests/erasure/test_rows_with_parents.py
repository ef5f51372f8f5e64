"""Rows that name no customer themselves are erased, kept and exported with their parents' customer."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from backoffice.support.privacy.customer_data import ERASURES
from foundation.storage.cells.division import ByCustomer, ByParent, Parent
from subgraphs.fulfilment import models as fulfilment
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Erasure, ErasureTables, Pseudonyms, deleted, kept
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_rules import TableRule, erasure_rules
from subgraphs.kit.records.tables import StreamTables, erasure_table
from tests.erasure.archive import GONE_AT, Archive, tombstone

METADATA = MetaData()
HOLDER = Table(
    "holder",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("brand_id", String(9)),
    Column("customer_id", String(64)),
)
TRANSFER = Table(
    "transfer",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("debit", Integer),
    Column("credit", Integer),
)
NOTE = Table("note", METADATA, Column("id", Integer, primary_key=True), Column("transfer", Integer))
BOTH = ByParent((Parent("holder", (("debit", "id"),)), Parent("holder", (("credit", "id"),))))
RULES = (
    TableRule(
        NOTE,
        Source.BACKUP,
        rows=ByParent((Parent("transfer", (("transfer", "id"),)),)),
        erasure=(deleted("words"),),
    ),
    TableRule(TRANSFER, Source.BACKUP, rows=BOTH, erasure=(kept("money"),)),
    TableRule(HOLDER, Source.BACKUP, rows=ByCustomer(house=()), erasure=(kept("money"),)),
)
ERASURE = Erasure(
    ErasureTables(erasure_table(METADATA), None, StreamTables.declare(METADATA)),
    erasure_rules(RULES),
    Pseudonyms(b"", 24),
    "sqlite",
)
ANN = Owner("b", "ann")
THEIRS = {"note deleted": 2, "transfer kept under a pseudonym": 2, "holder kept under a pseudonym": 1}


@pytest.fixture
async def connection() -> AsyncIterator[AsyncConnection]:
    """Provide accounts of two customers and the house, transfers between them, and a note of each."""
    engine = create_async_engine("sqlite+aiosqlite://")
    async with engine.begin() as found:
        await found.run_sync(METADATA.create_all)
        rows = [(1, "b", "ann"), (2, "b", "bob"), (3, "b", None), (4, "other", "ann")]
        await found.execute(insert(HOLDER), [dict(zip(HOLDER.c.keys(), row, strict=True)) for row in rows])
        pairs = list(enumerate([(1, 3), (3, 1), (2, 3), (3, 4), (3, 3)]))
        await found.execute(insert(TRANSFER), [{"id": n, "debit": a, "credit": b} for n, (a, b) in pairs])
        await found.execute(insert(NOTE), [{"id": n, "transfer": n} for n, _ in pairs])
        yield found
    await engine.dispose()


async def test_rows_are_erased_by_any_parent_however_far(connection: AsyncConnection) -> None:
    """Ann's are two transfers, which are kept, and their notes, which are not; others keep all."""
    counted = await ERASURE.counts(connection, ANN)
    exported = await ERASURE.export(connection, ANN)
    assert {name: number for name, number in counted.items() if number} == THEIRS
    assert {table: [row["id"] for row in rows] for table, rows in exported.items()} == {
        "note": [0, 1],
        "transfer": [0, 1],
        "holder": [1],
    }
    assert await ERASURE.erase(connection, ANN, GONE_AT, GONE_AT)
    assert list(await connection.scalars(select(NOTE.c.id))) == [2, 3, 4]
    assert len(list(await connection.scalars(select(TRANSFER.c.id)))) == 5
    marker = await ERASURE.last_time(connection, ANN)
    assert marker is not None
    assert {name: number for name, number in marker["found"].items() if number} == THEIRS
    assert not any((await ERASURE.counts(connection, ANN)).values())
    kept_rows = (await ERASURE.export(connection, Owner("b", marker["pseudonym"])))["transfer"]
    assert [row["id"] for row in kept_rows] == [0, 1]


async def test_attempts_are_counted_and_exported_with_their_rewards(archive: Archive) -> None:
    """They are a customer's as the reward is that they were to pay; after an erasure they are still there."""
    await archive.fill("person-1")
    rewards = [fulfilment.FULFILMENT, fulfilment.GOODWILL_CREDIT]
    keys = [row["key"] for table in rewards for row in await archive.rows("fulfilment", table)]
    assert len(keys) == 2
    attempts = [{"key": key, "at": GONE_AT, "step": "credit", "outcome": "credited"} for key in keys]
    await archive.insert("fulfilment", fulfilment.ATTEMPT, *attempts)
    erasure = ERASURES["fulfilment"]("sqlite", Pseudonyms(b"", 24))
    async with archive.databases["fulfilment"].read() as connection:
        exported = await erasure.export(connection, Owner("northbet", "person-1"))
        nobody = await erasure.export(connection, Owner("northbet", "person-2"))
    assert [row["key"] for row in exported["attempt"]] == keys
    assert nobody["attempt"] == []
    await archive.apply(tombstone("person-1"))
    (marker,) = await archive.rows("fulfilment", fulfilment.ERASURE)
    assert marker["found"]["attempt kept under a pseudonym"] == len(keys)
    assert len(await archive.rows("fulfilment", fulfilment.ATTEMPT)) == len(keys)
