"""What the traders of a brand have decided, as one state, and the next one with a change."""

import json
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.errors import Conflict
from backoffice.global_events.repository import DecisionRepository, GlobalDecision
from consumers.messages.global_events.states import read_state, state_fields
from consumers.messages.global_events.trading_states import (
    TradingLimit,
    TradingStakes,
    TradingState,
    TradingTarget,
)
from subgraphs.kit.records.global_state import GlobalKind, trading_subject

MAX_ENTRIES: Final = 500
MAX_BYTES: Final = 60_000
"""How long a state may be as JSON: with its message it waits in a column of 64 kB on MariaDB."""

LONG_OVER: Final = timedelta(days=7)
"""How long after its start what is decided about an event, or a part of it, is kept."""

NOTHING: Final = TradingState(
    revision=1, suspended=(), limits=(), stakes=(), max_legs=None, delay_seconds=None
)
Entry: TypeAlias = TradingTarget | TradingLimit


async def present_decision(
    connection: AsyncConnection, repository: DecisionRepository, brand: str
) -> GlobalDecision | None:
    """Return what a brand's traders have last decided; None before the first time."""
    return await repository.find(connection, trading_subject(brand).key)


def state_of(decision: GlobalDecision | None) -> TradingState:
    """Return the state of a decision; None has decided nothing."""
    if decision is None:
        return NOTHING
    state = read_state(GlobalKind.TRADING, decision.brand, decision.subject, dict(decision.state))
    assert isinstance(state, TradingState)  # noqa: S101 - the kind says so
    return state


def with_suspension(state: TradingState, target: TradingTarget, *, suspended: bool) -> TradingState:
    """Return a state in which something takes no bets, or takes them again."""
    others = tuple(one for one in state.suspended if one.key != target.key)
    return replace(state, suspended=(*others, target) if suspended else others)


def with_limit(state: TradingState, limit: TradingLimit) -> TradingState:
    """Return a state with another limit."""
    return replace(without_limit(state, limit.key), limits=(*without_limit(state, limit.key).limits, limit))


def without_limit(state: TradingState, key: tuple[str, ...]) -> TradingState:
    """Return a state without a limit, which is named by what it is about and its currency."""
    return replace(state, limits=tuple(limit for limit in state.limits if limit.key != key))


def with_terms(
    state: TradingState,
    stakes: tuple[TradingStakes, ...],
    max_legs: int | None,
    delay_seconds: float | None,
) -> TradingState:
    """Return a state with other stakes, most selections and bet delay; None as the settings say it."""
    return replace(state, stakes=stakes, max_legs=max_legs, delay_seconds=delay_seconds)


def next_state(before: GlobalDecision | None, changed: TradingState, at: datetime) -> TradingState:
    """Return a changed state as it is decided: under the next number, and without what is long over.

    Raises:
        Conflict: It is full.
    """
    revision = 1 if before is None else state_of(before).revision + 1
    following = replace(
        changed,
        revision=revision,
        suspended=tuple(one for one in changed.suspended if not _is_over(one, at)),
        limits=tuple(limit for limit in changed.limits if not _is_over(limit, at)),
    )
    is_full = max(len(following.suspended), len(following.limits)) > MAX_ENTRIES
    if is_full or len(json.dumps(state_fields(following))) > MAX_BYTES:
        raise Conflict(
            f"There is no room for more: there are {len(following.suspended)} suspensions and "
            f"{len(following.limits)} limits. Remove those that are no longer needed, or decide about a "
            "sport or the whole brand."
        )
    return following


def _is_over(entry: Entry, at: datetime) -> bool:
    return entry.starts_at is not None and entry.starts_at + LONG_OVER < at
