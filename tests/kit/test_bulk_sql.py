"""SQL written as text says what bound values would have said, whatever the values are."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, delete, insert, text

from foundation.storage.bulk_sql import (
    KEYS_PER_BATCH,
    JsonRows,
    MultiRow,
    fetch,
    few_at_once,
    json_array,
    listed,
    quote,
    with_keys,
)
from foundation.storage.columns import Identifier, UtcDateTime
from foundation.storage.database import Database
from subgraphs.club.models import METADATA as CLUB
from tests.support.database_probe import contents, migrated

METADATA = MetaData()
THING = Table(
    "thing",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("thing_id", Identifier(128), primary_key=True),
    Column("note", String(64), nullable=True),
    Column("amount", Integer, nullable=False),
    Column("maybe", Integer, nullable=True),
    Column("good", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("later", UtcDateTime, nullable=True),
)
NOW = datetime(2026, 3, 25, 14, 3, 11, 250_000, tzinfo=UTC)
AWKWARD = [
    "plain",
    "o'brien",
    "'; DROP TABLE thing; --",
    "\\",
    "\\'",
    "ends with \\",
    '"',
    "%s %(x)s %%",
    ":bound ?",
    "`thing`",
    "nul\x00in it",
    "line\nbreak\r\ttab\x1a",
    "żółć 日本 🏇",
    "😀'\\😀",
    " x ",
]


class Thing(msgspec.Struct, array_like=True, frozen=True):
    """A row as it is read."""

    brand_id: str
    thing_id: str
    note: str | None
    amount: int
    maybe: int | None
    at: datetime


def row(thing: str, *, note: str | None = None, amount: int = 1, **more: Any) -> tuple[Any, ...]:
    """A row of the table."""
    return (
        more.get("brand", "northbet"),
        thing,
        note,
        amount,
        more.get("maybe"),
        more.get("good", True),
        more.get("at", NOW),
        more.get("later"),
    )


@pytest.fixture
async def database(new_database_url: str) -> AsyncIterator[Database]:
    """A database with the table, on each engine."""
    async with migrated(new_database_url, "club", MetaData(info=CLUB.info)) as database:
        async with database.write() as connection:
            await connection.run_sync(METADATA.create_all)
        yield database


async def stored(database: Database) -> list[tuple[Any, ...]]:
    """All rows, as SQLAlchemy reads them."""
    return (await contents(database, THING))["thing"]


@pytest.mark.parametrize("value", AWKWARD)
async def test_texts_come_back_as_they_went_in(database: Database, value: str) -> None:
    """In a key, in a nullable column, and in a condition; and nothing else happens."""
    written = row(value, note=value)
    async with database.write() as connection:
        await MultiRow.into(database.dialect, THING).execute(connection, [row("other"), written])
        same = f"thing_id={quote(value, database.dialect)}"
        found = await fetch(connection, f"SELECT thing_id FROM thing WHERE {same}")  # noqa: S608 - under test
    assert [one[0] for one in found] == [value]
    assert written in await stored(database)
    assert len(await stored(database)) == 2


async def test_the_backslash_means_itself_under_either_sql_mode(database: Database) -> None:
    """MySQL can be told that a backslash escapes nothing."""
    async with database.write() as connection:
        if database.dialect != "sqlite":
            await connection.execute(text("SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')"))
        await MultiRow.into(database.dialect, THING).execute(connection, [row("a\\'b"), row("c\\")])
    assert [one[1] for one in await stored(database)] == ["a\\'b", "c\\"]


async def test_values_of_every_type_come_back(database: Database) -> None:
    """Nulls, numbers, truth, and instants of any zone to the microsecond."""
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    rows = [
        row("a", amount=-(2**31), maybe=0, good=False, at=elsewhere, later=NOW),
        row("b", note="", amount=2**31 - 1, maybe=2**31 - 1, at=NOW + timedelta(microseconds=1)),
    ]
    async with database.write() as connection:
        await MultiRow.into(database.dialect, THING).execute(connection, rows)
    assert await stored(database) == rows


async def test_rows_in_an_order_of_their_own_land_in_the_right_columns(database: Database) -> None:
    """Also those whose texts need care, and those that are there already."""
    names = [column.name for column in THING.columns]
    order = tuple(reversed(names))
    statement = MultiRow.into(database.dialect, THING, order=order, update=("note",))
    rows = [row("a", note="old"), row("o'brien", note="\\")]
    async with database.write() as connection:
        for some in (rows, [row("a", note="new")]):
            await statement.execute(connection, [tuple(reversed(one)) for one in some])
    assert await stored(database) == [row("a", note="new"), rows[1]]


async def test_a_list_names_each_of_its_texts(database: Database) -> None:
    """Those that need no care, those that do, and both together."""
    async with database.write() as connection:
        await MultiRow.into(database.dialect, THING).execute(connection, [row(value) for value in AWKWARD])
        for wanted in (["plain", " x "], ["o'brien", "\\"], AWKWARD):
            among = listed(wanted, database.dialect)
            found = await fetch(connection, f"SELECT thing_id FROM thing WHERE thing_id IN ({among})")  # noqa: S608 - under test
            assert sorted(one[0] for one in found) == sorted(wanted)


async def test_rows_are_read_by_keys_that_are_exactly_theirs(database: Database) -> None:
    """Also by many, by awkward ones, and by the longest; never by one in another case or with more spaces."""
    longest = "😀" * 128
    names = [*AWKWARD, longest, *(f"bet {number}" for number in range(KEYS_PER_BATCH - 40))]
    near = ["Plain", "plain ", "zolc 日本 🏇", "x", " x", longest[1:], longest + "😀", "bet", "bet 1 "]
    async with database.write() as connection:
        await MultiRow.into(database.dialect, THING).execute(connection, [row(name) for name in names])
        for wanted in ([], ["plain"], [longest], names):
            among = with_keys(database.dialect, "thing", "thing_id", sorted({*wanted, *near}))
            found = await fetch(connection, f"SELECT thing_id FROM {among} AND brand_id='northbet'")  # noqa: S608 - under test
            assert sorted(one[0] for one in found) == sorted(wanted)


async def test_rows_that_are_there_are_changed_as_the_statement_says(database: Database) -> None:
    """One column taken over, one added to, one kept at its greatest."""
    statement = MultiRow.into(database.dialect, THING, update=("note",), add=("amount",), greatest=("at",))
    async with database.write() as connection:
        await statement.execute(connection, [row("a", note="old", amount=5)])
        await statement.execute(connection, [row("a", note="new", amount=7, at=NOW - timedelta(days=1))])
    assert await stored(database) == [row("a", note="new", amount=12)]


async def test_rows_are_read_as_json(database: Database) -> None:
    """One by one or all in one value, with nulls and instants; none is an empty list."""
    array = json_array(database.dialect, ["brand_id", "thing_id", "note", "amount", "maybe", "at"], ["at"])
    rows: JsonRows[Thing] = JsonRows.of(database.dialect, Thing, array)
    async with database.write() as connection:
        await MultiRow.into(database.dialect, THING).execute(
            connection, [row(value, note=value) for value in AWKWARD if "\x00" not in value]
        )
        few = await rows.few(connection, "FROM thing")
        many = await rows.many(connection, "FROM thing")
        none = await rows.few(connection, "FROM thing WHERE amount=99")
    assert sorted(few, key=_id) == sorted(many, key=_id)
    assert {thing.thing_id for thing in few} == {value for value in AWKWARD if "\x00" not in value}
    assert all(thing == Thing("northbet", thing.thing_id, thing.thing_id, 1, None, NOW) for thing in few)
    assert none == []


async def test_any_text_is_read_and_written_alike_by_text_and_by_bound_values(database: Database) -> None:
    """What one writes the other reads."""
    literal = MultiRow.into(database.dialect, THING)
    names = [column.name for column in THING.columns]
    async with database.write() as connection:
        await literal.execute(connection, [row(value) for value in AWKWARD])
    by_text = await stored(database)
    async with database.write() as connection:
        await connection.execute(delete(THING))
        await connection.execute(insert(THING), [dict(zip(names, row(v), strict=True)) for v in AWKWARD])
    assert by_text == await stored(database)


def _id(thing: Thing) -> str:
    return thing.thing_id


@given(st.text(max_size=60))
def test_a_literal_never_ends_early(value: str) -> None:
    """Between its quotes there is neither a quote nor a backslash."""
    value = value.encode("utf-8", "ignore").decode()
    literal = quote(value, "mysql")
    inner = literal.removeprefix("_utf8mb4 x")[1:-1]
    assert not set(inner) & set("'\\\x00")


@given(st.sets(st.tuples(st.sampled_from("ab"), st.text(max_size=3)), max_size=30))
def test_portions_hold_every_pair_once(pairs: set[tuple[str, str]]) -> None:
    """In order, by their first."""
    portions = list(few_at_once(pairs))
    assert [(first, second) for first, seconds in portions for second in seconds] == sorted(pairs)


def test_portions_are_small_enough_for_an_index() -> None:
    """MariaDB reads the whole table for longer lists."""
    sizes = [len(seconds) for _, seconds in few_at_once(("a", str(n)) for n in range(2 * KEYS_PER_BATCH + 1))]
    assert sizes == [KEYS_PER_BATCH, KEYS_PER_BATCH, 1]
