"""Reading a board: what a brand can show, how it is shown now, and what a proposal would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require
from backoffice.approvals import repository as proposals
from backoffice.approvals.proposals import Proposal, ProposalStatus
from backoffice.approvals.repository import ProposalFilter
from backoffice.content.workflow.local_time import InvalidLocalTime, Occurrence, instant_of
from backoffice.errors import Invalid, NotFound, Problem
from backoffice.events.board import repository
from backoffice.events.board.board import entries_of, entry_of, present_board
from backoffice.events.board.checks import BoardBrand, checked_placements, never_in_force
from backoffice.events.board.editing import KIND
from backoffice.events.board.entries import (
    EntryKey,
    Placements,
    Scope,
    StoredPlacement,
    TypedPlacement,
    entry_in_force,
    placements_of,
)
from backoffice.events.board.preview import ShownItem, preview, shown_item
from backoffice.events.board.repository import EntryRevision
from backoffice.events.board.sources import BoardSources
from backoffice.events.board.subjects import BoardSubject, find_subject, sport_name, subjects
from backoffice.global_events.repository import DecisionRepository
from consumers.messages.global_events.states import BoardEntry
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.events.catalogue.catalogue import Wanted

MAX_PENDING: Final = 500
MAX_SEARCH: Final = 100
AROUND: Final = 8
"""How many members of a list are shown before and behind the one that a proposal is about."""


class BoardFilter(NamedTuple):
    """Which members of a list are asked for.

    Attributes:
        day: As 2026-03-29, in the brand's zone; only events have one.
        territory, locale: Where and in which language it is looked at; empty for none of its own.
    """

    scope: Scope
    sport: str | None = None
    search: str | None = None
    day: str | None = None
    territory: str = ""
    locale: str = ""


class BoardItem(NamedTuple):
    """Something that a brand can show.

    Attributes:
        shown: How it is shown now.
        entry: What editors say of it; None if it is shown as its providers tell it.
        changes_at: When it is next shown otherwise, as far as the schedule says.
        pending: Proposals that wait.
    """

    subject: BoardSubject
    shown: ShownItem
    entry: BoardEntry | None
    changes_at: datetime | None
    pending: Sequence[Proposal]


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


class PreviewList(NamedTuple):
    """A part of a list as customers see it.

    Attributes:
        place: The place, from 1, of what the proposal is about; None if it is not shown.
        first: The place of the first item here.
        total: How many the whole list has.
    """

    items: Sequence[ShownItem]
    place: int | None
    first: int
    total: int


class Tried(NamedTuple):
    """What a proposal would change; with problems, it is as before."""

    before: PreviewList
    after: PreviewList
    problems: Sequence[Problem]
    warnings: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class BoardReading:
    """Reads boards; nothing is changed here.

    Attributes:
        database: The back office's.
        images_url: Where the screens find uploaded pictures.
    """

    database: Database
    sources: BoardSources
    clock: Clock
    images_url: str
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
        self, actor: Actor, brand: str, wanted: BoardFilter, first: int, after: str = ""
    ) -> list[BoardItem]:
        """Return what a brand can show, in order of names, or of time: up to `first`, behind an id.

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
        found = subjects(catalogue, wanted.scope, _wanted(wanted, known.time_zone), after, first)
        entries = entries_of(board)
        return [
            self._item(EntryKey(brand, one.scope, one.id), one, entries, pending, wanted) for one in found
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
        subject = find_subject(catalogue, key.scope, key.id)
        key = key if subject is None else key._replace(id=subject.id)
        async with self.database.read() as connection:
            known = await self.sources.brand(connection, key.brand)
            last = await repository.revisions(connection, key, 1)
            board = await present_board(connection, self.decisions, key.brand)
            pending = await self._pending(connection, ProposalFilter(subject=key.subject))
        if subject is None:
            if not last:
                raise NotFound(f"There is no {key.scope.value} {key.id[:64]!r}.")
            subject = BoardSubject(key.scope, key.id, last[0].name, "", starts_at=last[0].starts_at)
        entry = entry_of(board, key)
        item = self._item(key, subject, entries_of(board), pending, BoardFilter(key.scope))
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
        async with self.database.read() as connection:
            return await repository.revisions(connection, key, first, before)

    async def try_entry(
        self,
        actor: Actor,
        key: EntryKey,
        typed: Sequence[TypedPlacement] | str,
        wanted: BoardFilter,
        at: str = "",
    ) -> Tried:
        """Return what a list looks like before and after a proposal; nothing of it is kept.

        Args:
            actor: Who asks.
            key: What the proposal is about.
            typed: The placements, none to show it as its providers tell it; or the id of a proposal about it.
            wanted: Where and in which language.
            at: When, in the brand's time; empty for now, or once the first placement begins.

        Raises:
            Forbidden: The actor may not see the board.
            NotFound: There is no such brand, sport, competition, event or proposal.
            Invalid: The instant is none.
        """
        require(actor, Permission.EVENTS_BOARD, key.brand)
        catalogue = await self.sources.catalogue()
        subject = find_subject(catalogue, key.scope, key.id)
        if subject is None:
            raise NotFound(f"There is no {key.scope.value} {key.id[:64]!r}.")
        key = key._replace(id=subject.id)
        async with self.database.read() as connection:
            given = await self._proposed(connection, key, typed) if isinstance(typed, str) else typed
            images = [placement.image_url.strip() for placement in given]
            known = await self.sources.brand(connection, key.brand, images)
            board = await present_board(connection, self.decisions, key.brand)
        now = self.clock.now()
        present, named = entries_of(board), (key.scope.value, key.id)
        placements, problems = _checked(given, known)
        begins = placements[0].since if placements else None
        instant = _instant(at, known.time_zone) if at else max(now, begins or now)
        proposed = {entry: one for entry, one in present.items() if entry != named}
        if placements:
            proposed[named] = entry_in_force(key, placements, self.images_url)
        locale = wanted.locale or known.locales[0]

        def shown(of: Mapping[tuple[str, str], BoardEntry]) -> PreviewList:
            lists = preview(catalogue, of, key.brand, wanted.territory, locale=locale, at=instant)
            like = [one for one in lists.of(key.scope) if key.scope is Scope.SPORT or _same(one, subject)]
            return _around(like, key.id)

        before = shown(present)
        after = before if problems else shown(proposed)
        return Tried(before, after, problems, never_in_force(placements, now))

    async def _proposed(self, connection: AsyncConnection, key: EntryKey, proposal_id: str) -> Placements:
        proposal = await proposals.find(connection, proposal_id)
        if proposal is None or (proposal.kind, proposal.subject) != (KIND, key.subject):
            raise NotFound("There is no such proposal.")
        content: Any = proposal.content
        return placements_of(content["placements"])

    def _item(
        self,
        key: EntryKey,
        subject: BoardSubject,
        entries: Mapping[tuple[str, str], BoardEntry],
        pending: Mapping[str, Sequence[Proposal]],
        wanted: BoardFilter,
    ) -> BoardItem:
        entry, now = entries.get((key.scope.value, key.id)), self.clock.now()
        shown = shown_item(subject, entry, wanted.territory, wanted.locale, now)
        instants = [
            instant
            for placement in (entry.placements if entry else ())
            for instant in (placement.since, placement.until)
            if instant is not None and instant > now
        ]
        return BoardItem(subject, shown, entry, min(instants, default=None), pending.get(key.subject, ()))

    async def _pending(
        self, connection: AsyncConnection, wanted: ProposalFilter
    ) -> dict[str, list[Proposal]]:
        waiting = ProposalFilter(wanted.brands, ProposalStatus.PENDING, KIND, subject=wanted.subject)
        by_subject: dict[str, list[Proposal]] = {}
        for proposal in await proposals.newest_first(connection, waiting, MAX_PENDING, None):
            by_subject.setdefault(proposal.subject, []).append(proposal)
        return by_subject


def _checked(
    typed: Sequence[TypedPlacement] | Placements, brand: BoardBrand
) -> tuple[Placements, Sequence[Problem]]:
    stored = tuple(one for one in typed if isinstance(one, StoredPlacement))
    if stored or not typed:
        return stored, ()
    try:
        return checked_placements([one for one in typed if isinstance(one, TypedPlacement)], brand), ()
    except Invalid as refusal:
        return (), refusal.problems


def _same(item: ShownItem, subject: BoardSubject) -> bool:
    return item.subject.sport == subject.sport


def _around(items: Sequence[ShownItem], own: str) -> PreviewList:
    at = next((at for at, item in enumerate(items) if item.subject.id == own), None)
    start = max(0, (at or 0) - AROUND)
    return PreviewList(
        items[start : start + 2 * AROUND + 1], None if at is None else at + 1, start + 1, len(items)
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


def _instant(local: str, zone: str) -> datetime:
    try:
        return instant_of(datetime.fromisoformat(local), zone, Occurrence.EARLIER)
    except InvalidLocalTime as error:
        raise Invalid([Problem("at", str(error))]) from error
    except (ValueError, OverflowError):
        raise Invalid([Problem("at", "Write the time as 2026-03-29T09:00.")]) from None
