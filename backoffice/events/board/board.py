"""A brand's whole board: the last decision about it, and the next one with another entry."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.errors import Conflict
from backoffice.events.board.entries import EntryKey
from backoffice.global_events.repository import DecisionRepository, GlobalDecision
from consumers.messages.global_events.event_states import BoardEntry, BoardState
from consumers.messages.global_events.states import read_state, state_fields
from subgraphs.kit.records.global_state import GlobalKind, board_subject

MAX_ENTRIES: Final = 500
MAX_BYTES: Final = 60_000
"""How long a board may be as JSON: with its message it waits in a column of 64 kB on MariaDB."""

IsOver = Callable[[BoardEntry], bool]
"""Tells whether an entry is about an event that is long over."""


def board_of(decision: GlobalDecision) -> BoardState:
    """Return the board of a decision."""
    state = read_state(GlobalKind.BOARD, decision.brand, decision.subject, dict(decision.state))
    assert isinstance(state, BoardState)  # noqa: S101 - the kind says so
    return state


async def present_board(
    connection: AsyncConnection, repository: DecisionRepository, brand: str
) -> BoardState | None:
    """Return a brand's board as it was last decided; None before the first."""
    decision = await repository.find(connection, board_subject(brand).key)
    return None if decision is None else board_of(decision)


def entries_of(board: BoardState | None) -> dict[tuple[str, str], BoardEntry]:
    """Return the entries of a board by scope and id; none before the first."""
    return {(entry.scope, entry.id): entry for entry in (() if board is None else board.entries)}


def entry_of(board: BoardState | None, key: EntryKey) -> BoardEntry | None:
    """Return the entry of a key on a board; None if it is shown as its providers tell it."""
    return entries_of(board).get((key.scope.value, key.id))


def has_ended(entry: BoardEntry, at: datetime) -> bool:
    """Return whether none of an entry's placements can be in force any more."""
    return all(placement.until is not None and placement.until <= at for placement in entry.placements)


def next_board(
    board: BoardState | None, key: EntryKey, entry: BoardEntry | None, at: datetime, is_over: IsOver
) -> BoardState:
    """Return the board with another entry of a key, or without one.

    Other entries that have ended, and those of events that are long over, leave it.

    Raises:
        Conflict: The entry itself has ended meanwhile, or the board is full.
    """
    if entry is not None and has_ended(entry, at):
        raise Conflict("All of its times are past by now: propose it again with others.")
    kept = [
        one
        for named, one in entries_of(board).items()
        if named != (key.scope.value, key.id) and not has_ended(one, at) and not is_over(one)
    ]
    entries = (*kept, *(() if entry is None else (entry,)))
    ordered = tuple(sorted(entries, key=lambda one: (one.scope, one.id)))
    state = BoardState(revision=1 if board is None else board.revision + 1, entries=ordered[:MAX_ENTRIES])
    is_long = len(json.dumps(state_fields(state))) > MAX_BYTES
    if entry is not None and (len(ordered) > MAX_ENTRIES or is_long):
        raise Conflict(
            f"The board of {key.brand} is full: it has {len(kept)} entries, and at most {MAX_ENTRIES} or "
            f"{MAX_BYTES // 1000} kB. Remove entries that are no longer needed, and have that approved first."
        )
    return state


def left_by_themselves(before: BoardState | None, after: BoardState, key: EntryKey) -> list[str]:
    """Return the other entries that are not on the next board any more, as `event:ID`."""
    kept = {*entries_of(after), (key.scope.value, key.id)}
    return [f"{scope}:{own}" for scope, own in entries_of(before) if (scope, own) not in kept]
