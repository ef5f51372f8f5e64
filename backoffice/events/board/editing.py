"""Changing a board: one person proposes how a brand shows something, another approves it for all nodes."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.audit.reasons import REASON_CHARACTERS
from backoffice.errors import Invalid, NotFound, Problem, Stale
from backoffice.events.board import repository
from backoffice.events.board.board import entry_of, left_by_themselves, next_board, present_board
from backoffice.events.board.checks import checked_placements, placement_problems
from backoffice.events.board.entries import (
    EntryKey,
    Placements,
    Scope,
    TypedPlacement,
    entry_in_force,
    placement_fields,
    placements_of,
)
from backoffice.events.board.repository import CHANGED, EntryRevision
from backoffice.events.board.resolving import ResolvedBoard, subject_of
from backoffice.events.board.sources import BoardSources
from backoffice.global_events.decisions import GlobalDecisions
from consumers.messages.global_events.event_states import BoardEntry, BoardState
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.events.catalogue.catalogue import EMPTY, Catalogue
from subgraphs.events.models import OVER

KIND: Final = "events.board"
LONG_OVER: Final = timedelta(days=7)
"""How long after its start an event that is over, or of which nobody tells any more, stays on a board."""
CATALOGUE_SECONDS: Final = 2.0
"""How long an approval waits for the catalogue, without which entries of old events stay on the board."""


@dataclass(frozen=True, slots=True)
class BoardEditing:
    """Proposes changes of boards' entries, and executes them once they are approved.

    Attributes:
        database: The back office's.
        images_url: Where browsers of customers find uploaded pictures.
    """

    database: Database
    sources: BoardSources
    audit: AuditLog
    approvals: Approvals
    clock: Clock
    images_url: str
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals to change how something is shown."""
        needs = Needs(Permission.EVENTS_EDIT, Permission.EVENTS_APPROVE, Permission.EVENTS_BOARD)
        return ProposalKind(KIND, needs, self._approved, unchanged=self._unchanged)

    async def propose(
        self, actor: Actor, key: EntryKey, typed: Sequence[TypedPlacement], *, seen: int, reason: str
    ) -> ProposalId:
        """Propose how something is shown, which another person approves.

        Args:
            actor: Who proposes it.
            key: What it is about; the id may be that of any of an event's offers.
            typed: The placements, the first that is in force wins.
            seen: The number of the entry's revision that it was made from; 0 before the first.
            reason: Why.

        Raises:
            Forbidden: The actor may not edit the brand's board.
            NotFound: There is no such brand, sport, competition or event.
            Invalid: A rule is broken, nothing would change, or there is no reason.
            Stale: There is a newer revision.
            Conflict: The board is full, or all of the times are past.
        """
        require(actor, Permission.EVENTS_EDIT, key.brand)
        async with self.database.write() as connection:
            images = (placement.image_url.strip() for placement in typed)
            placements = checked_placements(typed, await self.sources.brand(connection, key.brand, images))
            return await self._propose(connection, actor, key, placements, seen=seen, reason=reason)

    async def remove(self, actor: Actor, key: EntryKey, *, seen: int, reason: str) -> ProposalId:
        """Propose to show something as its providers tell it.

        Raises:
            Forbidden, NotFound, Stale: As for `propose`.
            Invalid: It is shown so already, or there is no reason.
        """
        require(actor, Permission.EVENTS_EDIT, key.brand)
        async with self.database.write() as connection:
            return await self._propose(connection, actor, key, (), seen=seen, reason=reason)

    async def roll_back(
        self, actor: Actor, key: EntryKey, revision: int, *, seen: int, reason: str
    ) -> ProposalId:
        """Propose an earlier revision again, as a new one.

        Raises:
            Forbidden, Stale, Conflict: As for `propose`.
            NotFound: There is no such revision.
            Invalid: It breaks today's rules, nothing would change, or there is no reason.
        """
        require(actor, Permission.EVENTS_EDIT, key.brand)
        async with self.database.write() as connection:
            key = (await self._resolved(connection, key.brand)).key(key)
            earlier = await repository.revisions(connection, key, 1, revision + 1)
            if not earlier or earlier[0].revision != revision:
                raise NotFound("There is no such revision.")
            placements = earlier[0].placements
            images = (placement.image_url for placement in placements)
            brand = await self.sources.brand(connection, key.brand, images)
            if problems := placement_problems(placements, brand):
                raise Invalid(problems)
            return await self._propose(connection, actor, key, placements, seen=seen, reason=reason)

    async def _propose(
        self,
        connection: AsyncConnection,
        actor: Actor,
        key: EntryKey,
        placements: Placements,
        *,
        seen: int,
        reason: str,
    ) -> ProposalId:
        resolved = await self._resolved(connection, key.brand)
        board, catalogue, key = resolved.board, resolved.catalogue, resolved.key(key)
        subject = await subject_of(connection, resolved, key)
        last = await repository.revisions(connection, key, 1)
        present = last[0].revision if last else 0
        if present != seen:
            raise Stale(CHANGED, present)
        before, entry = entry_of(board, key), self._entry(key, placements)
        if before == entry:
            raise Invalid([Problem("placements", "It is shown so already: nothing would change.")])
        at = await self.clock.at(connection)
        next_board(board, key, entry, at, await self._is_over(connection, key.brand, board, catalogue, at))
        shown = repository.placements_in_force(before, last)
        return await self.approvals.propose(
            connection,
            actor,
            KIND,
            brand=key.brand,
            subject=key.subject,
            content={
                "scope": key.scope.value,
                "id": key.id,
                "name": subject.name,
                "competition": subject.competition,
                "starts_at": None if subject.starts_at is None else subject.starts_at.isoformat(),
                "seen": seen,
                "before": placement_fields(shown),
                "placements": placement_fields(placements),
            },
            reason=reason.strip()[:REASON_CHARACTERS],
        )

    async def _resolved(self, connection: AsyncConnection, brand: str) -> ResolvedBoard:
        catalogue = await self.sources.catalogue()
        return ResolvedBoard(catalogue, await present_board(connection, self.decisions.repository, brand))

    def _entry(self, key: EntryKey, placements: Placements) -> BoardEntry | None:
        return entry_in_force(key, placements, self.images_url) if placements else None

    async def _is_over(
        self,
        connection: AsyncConnection,
        brand: str,
        board: BoardState | None,
        catalogue: Catalogue,
        at: datetime,
    ) -> Callable[[BoardEntry], bool]:
        """Return what tells whether an entry is about an event that is long over."""
        events = [entry.id for entry in (board.entries if board else ()) if entry.scope == Scope.EVENT.value]
        known = await repository.newest(connection, brand, events)

        def is_over(entry: BoardEntry) -> bool:
            event, last = catalogue.find(entry.id), known.get((Scope.EVENT, entry.id))
            if entry.scope != Scope.EVENT.value or catalogue is EMPTY:
                return False
            if event is not None:
                return event.status in OVER and event.starts_at + LONG_OVER < at
            return last is not None and (last.starts_at or last.changed_at) + LONG_OVER < at

        return is_over

    async def _unchanged(self, connection: AsyncConnection, proposal: Proposal) -> bool:
        key, content = proposed_entry(proposal)
        return await repository.present_revision(connection, key) == int(content["seen"])

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Execute an approval: store the entry's revision, and decide the brand's whole board."""
        key, content = proposed_entry(proposal)
        at = await self.clock.at(connection)
        # Read before the lock, for which kill switches and budgets wait, too.
        catalogue = await self._catalogue()
        # Locked before the board is read: another entry of it may be approved at the same time.
        await self.decisions.repository.lock_sequence(connection, at)
        if await repository.present_revision(connection, key) != content["seen"]:
            raise Stale(CHANGED)
        board = await present_board(connection, self.decisions.repository, key.brand)
        placements = placements_of(content["placements"])
        is_over = await self._is_over(connection, key.brand, board, catalogue, at)
        following = next_board(board, key, self._entry(key, placements), at, is_over)
        revision = EntryRevision(
            key=key,
            revision=content["seen"] + 1,
            name=content["name"],
            starts_at=None if content["starts_at"] is None else datetime.fromisoformat(content["starts_at"]),
            placements=placements,
            reason=proposal.reason,
            proposed_by=proposal.proposer_name,
            approved_by=actor.name,
            changed_at=at,
        )
        await repository.add(connection, [revision])
        decided = await self.decisions.decide(
            connection, key.brand, following, by=actor.name, at=at, reason=proposal.reason
        )
        await self.audit.record(
            connection,
            actor,
            "events.change_board",
            brand=key.brand,
            subject=key.subject,
            before={"revision": content["seen"], "placements": content["before"]},
            after={
                "revision": revision.revision,
                "placements": content["placements"],
                "board": following.revision,
                "left": left_by_themselves(board, following, key),
            },
            reason=proposal.reason,
        )
        return {
            "revision": revision.revision,
            "board": following.revision,
            "number": decided.decision.order.number,
        }

    async def _catalogue(self) -> Catalogue:
        """Return the catalogue; an empty one while its database is unavailable: approvals do not need it."""
        try:
            async with asyncio.timeout(CATALOGUE_SECONDS):
                return await self.sources.catalogue()
        except (SQLAlchemyError, OSError):
            return EMPTY


def proposed_entry(proposal: Proposal) -> tuple[EntryKey, Any]:
    """Return which entry a proposal changes, and its content."""
    content: Any = proposal.content
    return EntryKey(str(proposal.brand), Scope(content["scope"]), str(content["id"])), content
