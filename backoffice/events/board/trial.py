"""Trying a proposal: a list as customers see it before and after, and what is wrong with what was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require
from backoffice.approvals import repository as proposals
from backoffice.content.workflow.local_time import InvalidLocalTime, Occurrence, instant_of
from backoffice.errors import Invalid, NotFound, Problem
from backoffice.events.board.board import present_board
from backoffice.events.board.checks import BoardBrand, checked_placements, never_in_force
from backoffice.events.board.editing import KIND, proposed_entry
from backoffice.events.board.entries import (
    EntryKey,
    Placements,
    StoredPlacement,
    TypedPlacement,
    entry_in_force,
    placements_of,
)
from backoffice.events.board.preview import ShownItem, preview
from backoffice.events.board.reading import BoardFilter
from backoffice.events.board.resolving import ResolvedBoard, subject_of
from backoffice.events.board.sources import BoardSources
from backoffice.global_events.repository import DecisionRepository
from consumers.messages.global_events.event_states import BoardEntry
from foundation.storage.clock import Clock
from foundation.storage.database import Database

AROUND: Final = 8
"""How many members of a list are shown before and behind the one that a proposal is about."""


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
class BoardTrial:
    """Tries proposals; nothing is changed here.

    Attributes:
        database: The back office's.
        images_url: Where browsers of customers find uploaded pictures.
    """

    database: Database
    sources: BoardSources
    clock: Clock
    images_url: str
    decisions: DecisionRepository = field(default_factory=DecisionRepository)

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
        async with self.database.read() as connection:
            board = await present_board(connection, self.decisions, key.brand)
            resolved = ResolvedBoard(catalogue, board)
            key = resolved.key(key)
            subject = await subject_of(connection, resolved, key)
            given = (
                await self._proposed(connection, resolved, key, typed) if isinstance(typed, str) else typed
            )
            images = [placement.image_url.strip() for placement in given]
            known = await self.sources.brand(connection, key.brand, images)
        now = self.clock.now()
        present, named = resolved.entries, (key.scope.value, key.id)
        placements, problems = _checked(given, known)
        begins = placements[0].since if placements else None
        instant = _instant(at, known.time_zone) if at else max(now, begins or now)
        proposed = {entry: one for entry, one in present.items() if entry != named}
        if placements:
            proposed[named] = entry_in_force(key, placements, self.images_url)
        locale = wanted.locale or known.locales[0]

        def shown(of: Mapping[tuple[str, str], BoardEntry]) -> PreviewList:
            like = preview(catalogue, of, key.brand, wanted.territory, subject, locale=locale, at=instant)
            return _around(like, subject.id, key.id)

        before = shown(present)
        after = before if problems else shown(proposed)
        return Tried(before, after, problems, never_in_force(placements, now))

    async def _proposed(
        self, connection: AsyncConnection, board: ResolvedBoard, key: EntryKey, proposal_id: str
    ) -> Placements:
        proposal = await proposals.find(connection, proposal_id)
        if proposal is None or proposal.kind != KIND:
            raise NotFound("There is no such proposal.")
        about, content = proposed_entry(proposal)
        if board.key(about) != key:
            raise NotFound("There is no such proposal.")
        return placements_of(content["placements"])


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


def _around(listed: Sequence[ShownItem], told: str, entry: str) -> PreviewList:
    """Return what is around something that providers tell under one id, and an entry has under another."""
    at = next((at for at, item in enumerate(listed) if item.subject.id == told), None)
    items = [
        item._replace(subject=item.subject._replace(id=entry)) if item.subject.id == told else item
        for item in listed
    ]
    start = max(0, (at or 0) - AROUND)
    return PreviewList(
        items[start : start + 2 * AROUND + 1], None if at is None else at + 1, start + 1, len(items)
    )


def _instant(local: str, zone: str) -> datetime:
    try:
        return instant_of(datetime.fromisoformat(local), zone, Occurrence.EARLIER)
    except InvalidLocalTime as error:
        raise Invalid([Problem("at", str(error))]) from error
    except (ValueError, OverflowError):
        raise Invalid([Problem("at", "Write the time as 2026-03-29T09:00.")]) from None
