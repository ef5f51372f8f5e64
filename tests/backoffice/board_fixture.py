"""Boards over a test's own databases: the services, a brand, two sports with events, and people."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import insert, select

from backoffice.access import Actor, Role
from backoffice.approvals import repository as proposals
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.content.known_brands import KnownBrands
from backoffice.errors import Conflict, FourEyes, Stale
from backoffice.events.board.editing import BoardEditing
from backoffice.events.board.entries import EntryKey, Scope, TypedPlacement
from backoffice.events.board.reading import BoardReading
from backoffice.events.board.sources import BoardSources
from backoffice.events.board.trial import BoardTrial
from backoffice.global_events.models import SUBJECT
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from subgraphs.events.catalogue.reader import CatalogueReader
from subgraphs.events.matching.names import normal
from subgraphs.events.models import METADATA as EVENTS
from subgraphs.events.models import OFFER
from subgraphs.events.own_ids import competition_id
from subgraphs.events.records.catalogue_version import raise_version
from subgraphs.rewards.models import METADATA as REWARDS
from subgraphs.rewards.models import REFERENCE
from tests.support.database_probe import migrated
from tests.support.office.backoffice_fixture import NOW, actor, backoffice_database
from tests.support.subgraphs.club_samples import brand_row, make_brand, make_scheme, scheme_row

EDDA, EMIL = actor("edda", Role.EDITOR), actor("emil", Role.EDITOR)
EDDA_TWICE = actor("edda2", Role.EDITOR, Role.APPROVER, person="edda")
ADA, ALF = actor("ada", Role.APPROVER), actor("alf", Role.APPROVER)
SUE = actor("sue", *Role, brand="southbet")
VIC = actor("vic", Role.VIEWER)

CUP: Final = EntryKey("northbet", Scope.EVENT, "cup-final")
DERBY: Final = EntryKey("northbet", Scope.EVENT, "derby")
FOOTBALL: Final = EntryKey("northbet", Scope.SPORT, "football")
LEAGUE: Final = EntryKey("northbet", Scope.COMPETITION, competition_id("football", normal("Premier League")))


def offer(own: str, name: str, *, hours: float = 24, **facts: Any) -> dict[str, Any]:
    """Return the row of an offer that starts in so many hours."""
    return {
        "provider": "feed",
        "sports_event_id": own,
        "own_id": own,
        "event_id": own,
        "revision": 1,
        "sport": "football",
        "category": "",
        "competition": "Premier League",
        "name": name,
        "competitors": [],
        "starts_at": NOW + timedelta(hours=hours),
        "status": "scheduled",
        "score": None,
        "known_since": NOW,
        "occurred_at": NOW,
        "is_gone": False,
        **facts,
    }


OFFERS: Final = (
    offer("cup-final", "Arsenal v Chelsea", hours=54),
    offer("derby", "Everton v Liverpool", hours=30),
    offer("ascot", "Ascot 14:30", sport="horse-racing", competition="Ascot"),
)


async def tell(events: Database, *offers: dict[str, Any]) -> None:
    """Let a provider tell of offers, in place of those that it told before."""
    async with events.write() as connection:
        version = await raise_version(connection)
        for row in offers:
            await connection.execute(OFFER.delete().where(OFFER.c.own_id == row["own_id"]))
            await connection.execute(insert(OFFER).values(**row, version=version))


def named(name: str, **facts: Any) -> TypedPlacement:
    """Return a placement with an English name."""
    return TypedPlacement(names=(("en-GB", name),), **facts)


@dataclass
class BoardFixture:
    """The services of boards."""

    own: Database
    events: Database
    clock: ManualClock
    approvals: Approvals
    editing: BoardEditing
    reading: BoardReading
    trial: BoardTrial

    async def propose(
        self, key: EntryKey, *placements: TypedPlacement, seen: int = 0, who: Actor = EDDA
    ) -> str:
        """Propose how something is shown."""
        return await self.editing.propose(who, key, placements, seen=seen, reason="it is on posters")

    async def approve(self, proposal_id: str, who: Actor = ADA) -> str:
        """Approve a proposal as it is stored; return what came of it."""
        async with self.own.read() as connection:
            found = await proposals.find(connection, proposal_id)
        assert found is not None
        try:
            await self.approvals.approve(who, proposal_id, found.content_hash, self.clock.now())
        except (Conflict, FourEyes, Stale) as refusal:
            return refusal.code
        return "approved"

    async def change(self, key: EntryKey, *placements: TypedPlacement, seen: int = 0) -> None:
        """Propose and approve."""
        assert await self.approve(await self.propose(key, *placements, seen=seen)) == "approved"

    async def board(self) -> dict[str, Any]:
        """Return the board that holds on all nodes."""
        query = select(SUBJECT.c.state).where(SUBJECT.c.key == "northbet:board:facts")
        async with self.own.read() as connection:
            state: dict[str, Any] = (await connection.execute(query)).scalar_one_or_none() or {}
        return state


@asynccontextmanager
async def board_fixture(url: str) -> AsyncIterator[BoardFixture]:
    """Open the services over fresh databases, with Northbet and three events."""
    async with (
        backoffice_database(url) as own,
        migrated(url, "rewards", REWARDS) as rewards,
        migrated(url, "events", EVENTS) as events,
    ):
        async with rewards.read() as connection:
            is_known = (await connection.execute(select(REFERENCE.brand.c.brand_id))).first() is not None
        if not is_known:
            async with rewards.write() as connection:
                brand = make_brand(locales=("en-GB", "de-DE"), jurisdictions=("GB", "DE"))
                await connection.execute(insert(REFERENCE.brand), [brand_row(brand)])
                await connection.execute(insert(REFERENCE.scheme), [scheme_row(make_scheme())])
            await tell(events, *OFFERS)
        clock = ManualClock(NOW)
        audit = AuditLog(clock)
        approvals = Approvals(own, audit, clock)
        sources = BoardSources(CatalogueReader(events, clock, ()), KnownBrands(rewards, clock))
        editing = BoardEditing(own, sources, audit, approvals, clock, "/content/images")
        approvals.register(editing.proposal_kind)
        reading = BoardReading(own, sources, clock)
        trial = BoardTrial(own, sources, clock, "/content/images")
        yield BoardFixture(own, events, clock, approvals, editing, reading, trial)
