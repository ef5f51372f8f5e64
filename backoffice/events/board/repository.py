"""SQL over the revisions of boards' entries: decided here for all nodes, or found on the topic."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.errors import Stale
from backoffice.events.board.board import board_of
from backoffice.events.board.entries import (
    EntryKey,
    Placements,
    Scope,
    StoredPlacement,
    placement_fields,
    placements_of,
)
from backoffice.events.board.models import BOARD_REVISION
from backoffice.global_events.repository import GlobalDecision
from consumers.messages.global_events.event_states import BoardEntry, BoardState
from foundation.same_fields import with_fields_of

CHANGED: Final = "Somebody else has changed how this is shown meanwhile: look at it again."


@dataclass(frozen=True, slots=True)
class EntryRevision:
    """What was decided about an entry at one time.

    Attributes:
        name: As its providers told it then; its id if that was not known.
        starts_at: When the event was to begin; None for others.
        placements: Empty if the entry was removed.
        approved_by: None for what was found on the topic.
    """

    key: EntryKey
    revision: int
    name: str
    starts_at: datetime | None
    placements: Placements
    reason: str | None
    proposed_by: str
    approved_by: str | None
    changed_at: datetime


async def revisions(
    connection: AsyncConnection, key: EntryKey, first: int, before: int | None = None
) -> list[EntryRevision]:
    """Return the revisions of an entry, the newest first.

    Args:
        connection: To read with.
        key: The entry.
        first: How many at most.
        before: Only those before this one.
    """
    c = BOARD_REVISION.c
    query = select(BOARD_REVISION).where(_is_of(key)).order_by(c.revision.desc()).limit(first)
    if before is not None:
        query = query.where(c.revision < before)
    return [_revision(row) for row in await connection.execute(query)]


async def present_revision(connection: AsyncConnection, key: EntryKey) -> int:
    """Return the number of an entry's last revision; 0 without one."""
    query = select(func.max(BOARD_REVISION.c.revision)).where(_is_of(key))
    return await connection.scalar(query) or 0


async def newest(
    connection: AsyncConnection, brand: str, ids: Collection[str] | None = None
) -> dict[tuple[Scope, str], EntryRevision]:
    """Return the last revision of each entry that a brand has ever had; `ids`: only of these."""
    c, names = BOARD_REVISION.c, ("brand_id", "scope", "entry_id")
    of_brand = select(*(c[name] for name in names), func.max(c.revision).label("revision"))
    of_brand = of_brand.where(c.brand_id == brand)
    if ids is not None:
        of_brand = of_brand.where(c.entry_id.in_(sorted(ids)))
    last = of_brand.group_by(*(c[name] for name in names)).subquery()
    joined = and_(*(c[name] == last.c[name] for name in (*names, "revision")))
    rows = await connection.execute(select(BOARD_REVISION).join(last, joined))
    found = [_revision(row) for row in rows]
    return {(revision.key.scope, revision.key.id): revision for revision in found}


def placements_in_force(entry: BoardEntry | None, newest_first: Sequence[EntryRevision]) -> Placements:
    """Return what an entry on the board says, as it was approved: with uploaded pictures by their hash."""
    if entry is None:
        return ()
    if newest_first and newest_first[0].placements:
        return newest_first[0].placements
    return tuple(StoredPlacement.of(placement) for placement in entry.placements)


async def add(connection: AsyncConnection, new: Sequence[EntryRevision]) -> None:
    """Store revisions.

    Raises:
        Stale: Another transaction has stored one of the same number.
    """
    rows = [
        {
            "brand_id": revision.key.brand,
            "scope": revision.key.scope.value,
            "entry_id": revision.key.id,
            "revision": revision.revision,
            "name": revision.name[:200],
            "starts_at": revision.starts_at,
            "placements": placement_fields(revision.placements),
            "reason": revision.reason,
            "proposed_by": revision.proposed_by[:200],
            "approved_by": None if revision.approved_by is None else revision.approved_by[:200],
            "changed_at": revision.changed_at,
        }
        for revision in new
    ]
    try:
        await connection.execute(insert(BOARD_REVISION), rows)
    except IntegrityError:
        raise Stale(CHANGED, max(revision.revision for revision in new)) from None


async def take_over(connection: AsyncConnection, decision: GlobalDecision) -> None:
    """Store a board that only the topic has: each entry that differs there continues with a new revision.

    What the topic's board does not have was removed there, or has left by itself. The numbers go beyond that
    of the board, because an entry has no more revisions than its board: none that anybody saw is used again.
    """
    state = board_of(decision)
    known = await newest(connection, decision.brand)
    told = {
        (Scope(entry.scope), entry.id): tuple(StoredPlacement.of(placement) for placement in entry.placements)
        for entry in state.entries
    }
    new = [
        _taken_over(decision, EntryKey(decision.brand, *named), told.get(named, ()), known.get(named), state)
        for named in known.keys() | told.keys()
    ]
    if new:
        await add(connection, new)


def _taken_over(
    decision: GlobalDecision,
    key: EntryKey,
    placements: Placements,
    last: EntryRevision | None,
    board: BoardState,
) -> EntryRevision:
    return EntryRevision(
        key=key,
        revision=max(board.revision, 0 if last is None else last.revision) + 1,
        name=key.id if last is None else last.name,
        starts_at=None if last is None else last.starts_at,
        placements=placements,
        reason=decision.reason,
        proposed_by=decision.decided_by,
        approved_by=None,
        changed_at=decision.decided_at,
    )


def _is_of(key: EntryKey) -> ColumnElement[bool]:
    c = BOARD_REVISION.c
    return and_(c.brand_id == key.brand, c.scope == key.scope.value, c.entry_id == key.id)


def _revision(row: Row[Any]) -> EntryRevision:
    key = EntryKey(row.brand_id, Scope(row.scope), row.entry_id)
    return with_fields_of(EntryRevision, row, key=key, placements=placements_of(row.placements))
