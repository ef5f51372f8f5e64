"""A week that has opened stays as it was: no version, zone or message that arrives later changes it."""

import json
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select

from consumers.messages.schemes import decode_week
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from foundation.storage.clock import ManualClock
from subgraphs.club_kit.reads.brand_rules import BrandRules
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.records.week_definitions import OpenedWeeks
from subgraphs.club_kit.topics import WEEK_TOPIC
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.models import OUTBOX, REFERENCE
from subgraphs.progress.weeks.lifecycle import WeekLifecycle
from tests.support.consumers.progress_reducer import W13, Reducer, opened_reducer, reducer
from tests.support.consumers.sample_messages import BRAND, bet, scheme, week

__all__ = ["reducer"]

CONTRACT = Path(__file__).parents[3] / "contracts" / f"{WEEK_TOPIC}.schema.json"
STARTS = datetime(2026, 3, 23, tzinfo=UTC)
DURING = STARTS + timedelta(days=2)
SET_BACK = {"effective_from": "2026-03-01T00:00:00Z", "issued_at": "2026-03-02T00:00:00Z"}
"""What a message says that claims to have been issued weeks ago."""


def _closing(reducer: Reducer, at: datetime = DURING) -> WeekLifecycle:
    clock = ManualClock(at)
    return WeekLifecycle(reducer.database, ledger_of(reducer.database.dialect, clock), clock)


async def _told(reducer: Reducer) -> list[Record]:
    """Return the unpublished messages about weeks."""
    c = OUTBOX.outbox.c
    async with reducer.database.read() as connection:
        wanted = select(c.key, c.value).where(c.topic == WEEK_TOPIC).order_by(c.id)
        rows = (await connection.execute(wanted)).all()
    return [
        Record(WEEK_TOPIC, 0, number, row.key.encode(), row.value.encode()) for number, row in enumerate(rows)
    ]


async def _opened(reducer: Reducer) -> OpenedWeeks:
    async with reducer.database.read() as connection:
        return (await ReferenceRepository(REFERENCE).opened_weeks(connection, ["northbet"]))["northbet"]


async def test_a_version_whose_issue_is_set_back_does_not_move_an_open_week(reducer: Reducer) -> None:
    """It applies from the next week that has not opened yet."""
    await _closing(reducer).advance()
    await reducer.bets(bet(stake_minor=500, counting_stake_minor=500))
    assert await reducer.counted() == 500
    await reducer.schemes(scheme(version=2, min_stake_minor=1000, **SET_BACK))
    assert await reducer.counted() == 500
    assert (await reducer.reasons()) == ["COUNTED"]
    await reducer.bets(
        bet(bet_id="b-next", placed_at="2026-04-01T12:00:00Z", occurred_at="2026-04-01T12:00:00Z")
    )
    assert (await reducer.reasons()) == ["COUNTED", "BELOW_MIN_STAKE"]


async def test_a_version_that_was_issued_in_time_and_arrives_before_the_opening_holds(
    reducer: Reducer,
) -> None:
    """A week opens with the newest version that was issued by its start."""
    await reducer.schemes(scheme(version=2, min_stake_minor=1000, **SET_BACK))
    await _closing(reducer).advance()
    assert (await _opened(reducer)).version(W13.iso_week, "GB", "GBP") == 2


async def test_the_opening_is_told_once_as_the_contract_says(reducer: Reducer) -> None:
    """Many runs on several nodes publish one message for each jurisdiction and currency."""
    for _ in range(2):
        await _closing(reducer).advance()
    (told,) = await _told(reducer)
    assert told.value is not None
    Draft202012Validator(json.loads(CONTRACT.read_text())).validate(json.loads(told.value))
    definition = decode_week(told).definition()
    assert (definition.scheme_version, definition.starts_at, definition.opened_at) == (1, STARTS, DURING)
    assert definition.week.ends_at == datetime(2026, 3, 29, 23, tzinfo=UTC)
    assert definition.grace_until == datetime(2026, 3, 30, tzinfo=UTC)


async def test_a_lost_database_that_reads_its_weeks_back_judges_as_before(
    reducer: Reducer, database_url_of_another: str
) -> None:
    """This holds even for a version that was backdated after the week had opened."""
    await _closing(reducer).advance()
    late = scheme(version=2, min_stake_minor=1000, **SET_BACK)
    placed = bet(stake_minor=500, counting_stake_minor=500)
    await reducer.schemes(late)
    await reducer.bets(placed)
    async with opened_reducer(database_url_of_another) as rebuilt:
        await rebuilt.schemes(late)
        await rebuilt.bets(placed)
        assert await rebuilt.counted() == 0
        await rebuilt.weeks(*await _told(reducer))
        assert await rebuilt.counted() == await reducer.counted() == 500
        await _closing(rebuilt).advance()
        assert await _told(rebuilt) == [], "what was read back is not told again"


@pytest.fixture
async def database_url_of_another(database_url: str, tmp_path: Path) -> str:
    """A second database, of SQLite beside either kind: what is compared does not depend on it."""
    del database_url
    folder = tmp_path / "another"
    folder.mkdir()
    return f"sqlite+aiosqlite:///{folder}"


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_the_definition_that_opened_first_holds_in_any_order(
    reducer: Reducer, order: tuple[int, ...]
) -> None:
    """Two nodes may have opened a week with different versions; the later ones are conflicts."""
    told = [
        week(scheme_version=2, opened_at="2026-03-23T00:00:07Z"),
        week(scheme_version=1, opened_at="2026-03-23T00:00:05Z"),
        week(scheme_version=3, opened_at="2026-03-23T00:00:05Z"),
    ]
    conflicts = 0
    for place in order:
        conflicts += len((await reducer.weeks(told[place])).conflicts)
    assert (await _opened(reducer)).version("2026-W13", "GB", "GBP") == 1
    again = await reducer.weeks(*told)
    assert len(again.conflicts) == 2
    assert conflicts <= 2


async def test_boundaries_stay_as_they_were_when_the_week_opened(reducer: Reducer) -> None:
    """A later time zone database may differ; here the week was an hour longer."""
    await reducer.weeks(week(ends_at="2026-03-30T00:00:00Z", grace_until="2026-03-30T01:00:00Z"))
    late = {"placed_at": "2026-03-29T23:30:00Z", "occurred_at": "2026-03-29T23:30:00Z"}
    await reducer.bets(bet(stake_minor=500, counting_stake_minor=500, **late))
    assert await reducer.counted(W13) == 500


async def test_a_week_that_ended_early_changes_again_soon(reducer: Reducer) -> None:
    """Until the zone's midnight the week that is over is the present one: nobody knows what comes."""
    early = {"locks_at": "2026-03-29T21:00:00Z", "ends_at": "2026-03-29T22:00:00Z"}
    await reducer.weeks(week(**early, grace_until="2026-03-29T22:30:00Z"))
    async with reducer.database.read() as connection:
        repository = ReferenceRepository(REFERENCE)
        brand = (await repository.brands(connection, ["northbet"]))["northbet"]
        schemes = tuple((await repository.schemes(connection, ["northbet"]))["northbet"])
    rules = BrandRules(brand, schemes, await _opened(reducer))
    after = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)
    assert rules.week_at(after).ends_at < after < rules.next_change(after)


async def test_the_other_subgraphs_play_by_what_they_are_told(reducer: Reducer) -> None:
    """The customer's page reads the same rules: a scheme that arrived late does not apply."""
    await reducer.schemes(scheme(version=2, target_minor=9900, **SET_BACK))
    async with reducer.database.read() as connection:
        repository = ReferenceRepository(REFERENCE)
        brand = (await repository.brands(connection, ["northbet"]))["northbet"]
        schemes = tuple((await repository.schemes(connection, ["northbet"]))["northbet"])
    before = BrandRules(brand, schemes)
    found = before.scheme("GB", "GBP", before.week_at(DURING))
    assert found is not None
    assert found.version == 2
    await reducer.weeks(week())
    rules = BrandRules(brand, schemes, await _opened(reducer))
    found = rules.scheme("GB", "GBP", rules.week_at(DURING))
    assert found is not None
    assert found.version == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": "2026-03-22T00:00:00Z"},
        {"grace_until": "2026-03-29T22:00:00Z"},
        {"opened_at": "2026-03-23T00:00:05+01:00"},
        {"scheme_version": 0},
    ],
    ids=str,
)
def test_a_week_that_cannot_be_is_a_dead_letter(wrong: dict[str, object]) -> None:
    """Its end precedes its start, its grace its end, an instant is not UTC, or it has no version."""
    with pytest.raises(Poison):
        decode_week(week(**wrong))


def test_the_brand_of_the_samples_is_in_the_zone_of_the_week() -> None:
    """Otherwise the tests above would compare weeks of different zones."""
    assert BRAND["time_zone"] == "Europe/London"
