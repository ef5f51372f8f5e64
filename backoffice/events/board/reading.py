"""Reading a board: what a brand can show, how it is shown now, and what waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require
from backoffice.approvals import repository as proposals
from backoffice.approvals.proposals import Proposal, ProposalStatus
from backoffice.approvals.repository import ProposalFilter
from backoffice.content.workflow.local_time import InvalidLocalTime, Occurrence, instant_of
from backoffice.errors import Invalid, Problem
from backoffice.events.board import repository
from backoffice.events.board.board import entry_of, present_board
from backoffice.events.board.checks import BoardBrand
from backoffice.events.board.editing import KIND
from backoffice.events.board.entries import EntryKey, Placements, Scope
from backoffice.events.board.preview import ShownItem, next_change, shown_item, view_of
from backoffice.events.board.repository import EntryRevision
from backoffice.events.board.resolving import ResolvedBoard, subject_of
from backoffice.events.board.sources import BoardSources
from backoffice.events.board.subjects import (
    BoardSubject,
    Place,
    page_of_subjects,
    place_of,
    subjects,
)
from backoffice.global_events.repository import DecisionRepository
from consumers.messages.global_events.event_states import BoardEntry
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.events.catalogue.brand_view import BrandView
from subgraphs.events.catalogue.catalogue import Wanted
from subgraphs.kit.domain.sports import sport_name

MAX_PENDING: Final = 500
MAX_SEARCH: Final = 100


class BoardFilter(NamedTuple):
    """Which members of a list are asked for.

    Attributes:
        day: As 2026-03-29, in the brand's zone; only events have one.
        territory, locale: Where and in which language it is looked at; empty for none of its own.
        on_board: The entries of the board, also those of what no provider tells of any more.
    """

    scope: Scope
    sport: str | None = None
    search: str | None = None
    day: str | None = None
    territory: str = ""
    locale: str = ""
    on_board: bool = False


class BoardItem(NamedTuple):
    """Something that a brand can show.

    Attributes:
        subject: Under the id of its entry, which may be one that it had before.
        shown: How it is shown now.
        entry: What editors say of it; None if it is shown as its providers tell it.
        changes_at: When it is next shown otherwise, as far as the schedule says.
        pending: Proposals that wait.
        place: Where it is in the list.
    """

    subject: BoardSubject
    shown: ShownItem
    entry: BoardEntry | None
    changes_at: datetime | None
    pending: Sequence[Proposal]
    place: Place


class EntryDetails(NamedTuple):
    """All about one entry, as its form needs it.

    Attributes:
        revision: The number of its last revision; 0 before the first.
        placements: What is in force; none if it is shown as its providers tell it.
    """

    item: BoardItem
    brand: BoardBrand
    revision: int
    placements: Placements


@dataclass(frozen=True, slots=True)
class BoardReading:
    """Reads boards; nothing is changed here.

    Attributes:
        database: The back office's.
    """

    database: Database
    sources: BoardSources
    clock: Clock
    decisions: DecisionRepository = field(default_factory=DecisionRepository)

    async def brand(self, actor: Actor, brand: str) -> BoardBrand:
        """Return what is known of a brand.

        Raises:
            Forbidden: The actor may not see its board.
            NotFound: There is none.
        """
        require(actor, Permission.EVENTS_BOARD, brand)
        async with self.database.read() as connection:
            return await self.sources.brand(connection, brand)

    async def page(
        self, actor: Actor, brand: str, wanted: BoardFilter, first: int, after: Place | None = None
    ) -> list[BoardItem]:
        """Return what a brand can show, or its board's entries, in order: up to `first`, behind a place.

        Raises:
            Forbidden: The actor may not see the board.
            NotFound: There is no such brand.
            Invalid: The day is none, or the search is too long.
        """
        require(actor, Permission.EVENTS_BOARD, brand)
        catalogue = await self.sources.catalogue()
        async with self.database.read() as connection:
            known = await self.sources.brand(connection, brand)
            board = await present_board(connection, self.decisions, brand)
            pending = await self._pending(connection, ProposalFilter(brands=frozenset({brand})))
            ids = {entry.id for entry in (board.entries if board else ())} if wanted.on_board else set()
            last = await repository.newest(connection, brand, ids) if ids else {}
        resolved, asked = ResolvedBoard(catalogue, board), _wanted(wanted, known.time_zone)
        if wanted.on_board:
            found = page_of_subjects(resolved.subjects(wanted.scope, last), asked, after, first)
        else:
            found = subjects(catalogue, wanted.scope, asked, after, first)
        view = view_of(catalogue, resolved.entries, brand, wanted.territory, self.clock.now())
        return [
            _item(resolved, view, EntryKey(brand, one.scope, one.id), one, pending, wanted.locale)
            for one in found
        ]

    async def sports(self, actor: Actor, brand: str) -> list[tuple[str, str]]:
        """Return the sports of which there are events, with their names, by name.

        Raises:
            Forbidden: The actor may not see the board.
        """
        require(actor, Permission.EVENTS_BOARD, brand)
        catalogue = await self.sources.catalogue()
        return sorted(
            ((sport, sport_name(sport)) for sport in catalogue.competitions), key=lambda named: named[1]
        )

    async def find(self, actor: Actor, key: EntryKey) -> EntryDetails:
        """Return all about one entry.

        Raises:
            Forbidden: The actor may not see the board.
            NotFound: There is no such brand, sport, competition or event.
        """
        require(actor, Permission.EVENTS_BOARD, key.brand)
        catalogue = await self.sources.catalogue()
        async with self.database.read() as connection:
            known = await self.sources.brand(connection, key.brand)
            board = await present_board(connection, self.decisions, key.brand)
            resolved = ResolvedBoard(catalogue, board)
            key = resolved.key(key)
            subject = await subject_of(connection, resolved, key)
            last = await repository.revisions(connection, key, 1)
            pending = await self._pending(connection, ProposalFilter(subject=key.subject))
        entry = entry_of(board, key)
        view = view_of(catalogue, resolved.entries, key.brand, "", self.clock.now())
        item = _item(resolved, view, key, subject, pending, "")
        return EntryDetails(
            item, known, last[0].revision if last else 0, repository.placements_in_force(entry, last)
        )

    async def revisions(
        self, actor: Actor, key: EntryKey, first: int, before: int | None = None
    ) -> list[EntryRevision]:
        """Return the revisions of an entry, the newest first.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.EVENTS_BOARD, key.brand)
        catalogue = await self.sources.catalogue()
        async with self.database.read() as connection:
            board = await present_board(connection, self.decisions, key.brand)
            key = ResolvedBoard(catalogue, board).key(key)
            return await repository.revisions(connection, key, first, before)

    async def _pending(
        self, connection: AsyncConnection, wanted: ProposalFilter
    ) -> dict[str, list[Proposal]]:
        waiting = ProposalFilter(wanted.brands, ProposalStatus.PENDING, KIND, subject=wanted.subject)
        by_subject: dict[str, list[Proposal]] = {}
        for proposal in await proposals.newest_first(connection, waiting, MAX_PENDING, None):
            by_subject.setdefault(proposal.subject, []).append(proposal)
        return by_subject


def _item(  # noqa: PLR0917 - what one row is made of
    board: ResolvedBoard,
    view: BrandView,
    key: EntryKey,
    subject: BoardSubject,
    pending: Mapping[str, Sequence[Proposal]],
    locale: str,
) -> BoardItem:
    key = board.key(key)
    entry = board.entries.get((key.scope.value, key.id))
    told = board.told(subject.scope, subject.id) or subject
    return BoardItem(
        subject=subject._replace(id=key.id),
        shown=shown_item(view, told, entry, locale),
        entry=entry,
        changes_at=next_change(board.that_matter(told), view.at),
        pending=pending.get(key.subject, ()),
        place=place_of(subject),
    )


def _wanted(wanted: BoardFilter, zone: str) -> Wanted:
    if len(wanted.search or "") > MAX_SEARCH:
        raise Invalid([Problem("search", f"A search has at most {MAX_SEARCH} characters.")])
    since = until = None
    if wanted.day:
        try:
            day = date.fromisoformat(wanted.day)
            since, until = (_midnight(day + timedelta(days=more), zone) for more in (0, 1))
        except (ValueError, OverflowError):
            raise Invalid([Problem("day", "Write the day as 2026-03-29.")]) from None
    return Wanted(sport=wanted.sport or None, search=wanted.search, since=since, until=until)


def _midnight(day: date, zone: str) -> datetime:
    """Return when a day begins; where its first hour is skipped, with the next one."""
    try:
        return instant_of(datetime.combine(day, time()), zone, Occurrence.EARLIER)
    except InvalidLocalTime:
        return instant_of(datetime.combine(day, time(1)), zone, Occurrence.EARLIER)
