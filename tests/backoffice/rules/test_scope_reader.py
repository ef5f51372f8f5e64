"""What providers tell of the events that a version counts, and what is kept of it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backoffice.rules.scope_reader import ScopeReader
from backoffice.scopes.items import ScopeItem, ScopeKind, named_in
from foundation.storage.database import Database
from subgraphs.club_kit.domain.event_scopes import EventScope
from subgraphs.club_kit.domain.weeks import Calendar
from subgraphs.events.matching.names import normal
from subgraphs.events.models import METADATA as EVENTS
from subgraphs.events.own_ids import competition_id
from tests.backoffice.board_fixture import offer, tell
from tests.support.database_probe import migrated
from tests.support.office.backoffice_fixture import NOW, backoffice_database

CALENDAR = Calendar("Europe/London")
WEEK = CALENDAR.week_at(NOW)
FESTIVAL = competition_id("horse-racing", normal("Cheltenham Festival"))
RACE = {"sport": "horse-racing", "competition": "Cheltenham Festival"}


@dataclass(frozen=True)
class EventsFixture:
    """What is known of events, over a database that tests fill."""

    known: ScopeReader
    events: Database

    async def begins(self, **named: Any) -> bool | None:
        """Return whether anything of a scope begins in the week."""
        return (await self.known.known_scope("northbet", EventScope.of(**named), WEEK)).begins


@pytest.fixture
async def each_events(database_url: str) -> AsyncIterator[EventsFixture]:
    """What is known of events over SQLite, and over MariaDB."""
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(backoffice_database(database_url))
        events = await stack.enter_async_context(migrated(database_url, "events", EVENTS))
        yield EventsFixture(ScopeReader(own, events), events)


async def test_what_a_scope_names_has_the_names_that_providers_tell(each_events: EventsFixture) -> None:
    """A sport has one anyway; what nobody tells of has none, and neither the id for its name."""
    await tell(
        each_events.events,
        offer("gold-cup", "Gold Cup", hours=54, **RACE),
        offer(
            "derby", "", competitors=[{"name": "Everton", "side": "home"}, {"name": "Leeds", "side": "away"}]
        ),
    )
    scope = EventScope.of(
        sports=["horse-racing"], competitions=[FESTIVAL, "c-9"], events=["derby", "gold-cup", "e-9"]
    )
    names = await each_events.known.names("northbet", [scope])
    assert named_in(scope, names) == (
        ScopeItem(ScopeKind.SPORT, "horse-racing", "Horse Racing"),
        ScopeItem(ScopeKind.COMPETITION, "c-9", ""),
        ScopeItem(ScopeKind.COMPETITION, FESTIVAL, "Cheltenham Festival", "Horse Racing"),
        ScopeItem(ScopeKind.EVENT, "e-9", ""),
        ScopeItem(
            *(ScopeKind.EVENT, "derby", "Everton v Leeds", "Football", "Premier League"),
            NOW + timedelta(hours=24),
        ),
        ScopeItem(
            *(ScopeKind.EVENT, "gold-cup", "Gold Cup", "Horse Racing", "Cheltenham Festival"),
            NOW + timedelta(hours=54),
        ),
    )


@pytest.mark.parametrize(
    ("facts", "begins"),
    [
        ({}, True),
        ({"starts_at": WEEK.starts_at}, True),
        ({"starts_at": WEEK.starts_at - timedelta(seconds=1)}, False),
        ({"starts_at": WEEK.ends_at}, False),
        ({"status": "cancelled"}, False),
        ({"is_gone": True}, False),
    ],
    ids=str,
)
async def test_an_event_of_the_week_is_found_by_whatever_names_it(
    each_events: EventsFixture, facts: dict[str, Any], *, begins: bool
) -> None:
    """Its sport, its competition, its id, and the id of the event that it was joined to."""
    joined = {"own_id": "race-2", "sports_event_id": "race-2", "event_id": "gold-cup"}
    await tell(each_events.events, offer("race-2", "Gold Cup", hours=1, **RACE) | joined | facts)
    ways = (
        {"sports": ["horse-racing"]},
        {"competitions": [FESTIVAL]},
        {"events": ["race-2"]},
        {"events": ["gold-cup"]},
    )
    assert [await each_events.begins(**way) for way in ways] == [begins] * 4
    assert await each_events.begins(sports=["golf"], competitions=["c-9"], events=["e-9"]) is False


async def test_rules_are_read_while_the_events_are_away(tmp_path: Path) -> None:
    """The sports have their names; of the rest nothing is said."""
    own_url, nowhere = f"sqlite+aiosqlite:///{tmp_path}", tmp_path / "away"
    nowhere.mkdir()
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(backoffice_database(own_url))
        empty = await stack.enter_async_context(backoffice_database(f"sqlite+aiosqlite:///{nowhere}"))
        scope = EventScope.of(sports=["golf"], events=["e-1"])
        found = await ScopeReader(own, empty).known_scope("northbet", scope, WEEK)
    assert ([item.name for item in found.items], found.begins) == (["Golf", ""], None)
