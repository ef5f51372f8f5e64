"""Column types and the upsert mean the same on each engine."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from foundation.storage.columns import upsert
from foundation.storage.database import Database
from subgraphs.club.models import REFERENCE, STREAM
from subgraphs.progress.models import PROGRESS
from tests.support.subgraphs.club_fixture import ClubFixture
from tests.support.subgraphs.club_samples import make_brand

AT = datetime(2026, 3, 25, 12, 30, 15, 123457, tzinfo=UTC)
POSITION = STREAM.position
DEAD_LETTER = STREAM.dead_letter


@pytest.fixture
def club(each_club: ClubFixture) -> Database:
    """The club's database on each engine."""
    return each_club.club.database


@pytest.fixture
def progress(each_club: ClubFixture) -> Database:
    """The database of progress on each engine."""
    return each_club.progress.database


def position(topic: str = "t", **changes: Any) -> dict[str, Any]:
    """A row of the position table."""
    return {"topic": topic, "partition": 0, "generation": "g", "next_offset": 1, "updated_at": AT} | changes


def total(customer: str, minor: int, bets: int, as_of: datetime) -> dict[str, Any]:
    """A row of the progress table."""
    key = {"brand_id": "northbet", "customer_id": customer, "iso_week": "2026-W13"}
    return key | {"total_minor": minor, "counted_bets": bets, "as_of": as_of}


async def totals(database: Database) -> dict[str, tuple[int, int, datetime]]:
    """The progress table by customer."""
    async with database.read() as connection:
        rows = await connection.execute(select(PROGRESS))
        return {row.customer_id: (row.total_minor, row.counted_bets, row.as_of) for row in rows}


@pytest.mark.parametrize(
    "instant", [AT, AT.astimezone(timezone(timedelta(hours=5, minutes=30))), AT.replace(microsecond=0)]
)
async def test_instants_keep_their_microseconds(club: Database, instant: datetime) -> None:
    """An instant comes back as the same one, in UTC, to the microsecond, whatever zone it was told in."""
    async with club.write() as connection:
        await connection.execute(insert(POSITION).values(position(updated_at=instant)))
        stored = await connection.scalar(select(POSITION.c.updated_at))
    assert stored == instant
    assert stored is not None
    assert stored.utcoffset() == timedelta(0)


async def test_instants_are_compared_to_the_microsecond(club: Database) -> None:
    """A condition tells two instants apart that lie a microsecond from one another."""
    async with club.write() as connection:
        await connection.execute(insert(POSITION).values(position()))
        later = select(POSITION.c.topic).where(POSITION.c.updated_at < AT + timedelta(microseconds=1))
        same = select(POSITION.c.topic).where(POSITION.c.updated_at < AT)
        assert (await connection.scalar(later), await connection.scalar(same)) == ("t", None)


@pytest.mark.parametrize(("one", "other"), [("abc", "ABC"), ("e", "é"), ("ss", "ß"), ("a", "ａ")])  # noqa: RUF001 - a full-width letter is meant
async def test_identifiers_are_told_apart_letter_by_letter(club: Database, one: str, other: str) -> None:
    """Ids that differ in case, accent or width are different keys, and a lookup finds its own only."""
    async with club.write() as connection:
        await connection.execute(insert(POSITION), [position(one), position(other)])
        result = await connection.execute(select(POSITION.c.topic).where(POSITION.c.topic == one))
        assert list(result.scalars()) == [one]


async def test_the_same_identifier_twice_is_refused(club: Database) -> None:
    """A key is unique."""
    async with club.write() as connection:
        await connection.execute(insert(POSITION).values(position("twice")))
    with pytest.raises(IntegrityError):
        async with club.write() as connection:
            await connection.execute(insert(POSITION).values(position("twice")))


async def test_bytes_come_back_as_they_went_in(club: Database) -> None:
    """Large values of any bytes survive, and so does their absence."""
    value = bytes(range(256)) * 4000
    row = {
        "topic": "t",
        "partition": 0,
        "offset": 2**40,
        "generation": "g",
        "reason": "r",
        "key": None,
        "value": value,
        "headers": [["a", "b"]],
        "stored_at": AT,
    }
    async with club.write() as connection:
        await connection.execute(insert(DEAD_LETTER).values(row))
        stored = (await connection.execute(select(DEAD_LETTER))).one()
    assert (stored.key, stored.value, stored.offset, stored.headers) == (None, value, 2**40, [["a", "b"]])


async def test_text_of_any_script_survives(each_club: ClubFixture) -> None:
    """Names with emoji and other scripts come back as they went in."""
    await each_club.add_brand(make_brand(name="Nörthbet 🏇 北"))
    async with each_club.club.database.read() as connection:
        assert await connection.scalar(select(REFERENCE.brand.c.name)) == "Nörthbet 🏇 北"


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"update": ["total_minor", "counted_bets", "as_of"]}, (30, 3, AT - timedelta(seconds=1))),
        ({"add": ["total_minor", "counted_bets"], "greatest": ["as_of"]}, (130, 5, AT)),
        ({"greatest": ["total_minor", "counted_bets", "as_of"]}, (100, 3, AT)),
        ({}, (100, 2, AT)),
    ],
    ids=["update", "add", "greatest", "nothing"],
)
async def test_an_upsert_changes_what_is_there_and_adds_what_is_not(
    progress: Database, how: Mapping[str, Any], expected: tuple[int, int, datetime]
) -> None:
    """One statement of several rows adds new ones, and takes, adds, or keeps the greater of known ones."""
    rows = [total("known", 30, 3, AT - timedelta(seconds=1)), total("new", 7, 1, AT)]
    async with progress.write() as connection:
        await connection.execute(insert(PROGRESS).values(total("known", 100, 2, AT)))
        await connection.execute(upsert(progress.dialect, PROGRESS, rows, **how))
    assert await totals(progress) == {"known": expected, "new": (7, 1, AT)}
