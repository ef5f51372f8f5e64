"""The state that a customer sees, derived from the facts of the subgraphs, with fulfilment's outcomes.

    NOT_OPTED_IN ──opts in──▶ TRACKING ◀──target reached / void──▶ QUALIFIED
                                 │                                    │
                            week closes                          week closes
                                 ▼                                    ▼
                               MISSED                             CONFIRMED

What comes after CONFIRMED is published by fulfilment: FULFILLING, CREDITED, then USED or EXPIRED; or MISSED
if the reward was revoked before its credit.

A customer who may not take part is INELIGIBLE. Opting out leads back to NOT_OPTED_IN, except from QUALIFIED,
which is kept for that week.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from typing import Any, Final

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import few_at_once
from foundation.storage.columns import upsert
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.schemes import WeekState
from subgraphs.progress.models import OUTCOME


class ClubState(Enum):
    """Where a customer stands in a club week."""

    NOT_OPTED_IN = "NOT_OPTED_IN"
    TRACKING = "TRACKING"
    QUALIFIED = "QUALIFIED"
    CONFIRMED = "CONFIRMED"
    FULFILLING = "FULFILLING"
    CREDITED = "CREDITED"
    USED = "USED"
    EXPIRED = "EXPIRED"
    MISSED = "MISSED"
    INELIGIBLE = "INELIGIBLE"


PAID: Final = frozenset({ClubState.CREDITED, ClubState.USED, ClubState.EXPIRED})
"""The states from the credit on: nothing is taken back then, whatever happens to the customer."""


class StateFacts(msgspec.Struct, frozen=True, gc=False):
    """The facts that the state follows from.

    Attributes:
        eligible: Whether the customer may take part.
        opted_in: Whether the customer is a member now, or was at the end of a past week.
        reached: Whether all bets of the week together reach the target.
        reached_when_leaving: Whether the target was reached by the bets placed before the customer opted out
            during this week; False for a member, and for a customer who opted out before the week began.
    """

    eligible: bool
    week: WeekState
    opted_in: bool
    reached: bool
    reached_when_leaving: bool


def club_state(facts: StateFacts) -> ClubState:
    """Return the state of a club week."""
    if not facts.eligible:
        return ClubState.INELIGIBLE
    if not (facts.opted_in or facts.reached_when_leaving):
        return ClubState.NOT_OPTED_IN
    reached = facts.reached if facts.opted_in else facts.reached_when_leaving
    if facts.week is WeekState.CLOSED:
        return ClubState.CONFIRMED if reached else ClubState.MISSED
    return ClubState.QUALIFIED if reached else ClubState.TRACKING


def state_with_outcome(outcome: ClubState | None, state: ClubState) -> ClubState:
    """Return the state of a closed week, including what fulfilment has published about it.

    Args:
        outcome: The outcome that fulfilment has published, if any.
        state: The state according to progress' own facts.
    """
    if outcome is None or (state is ClubState.INELIGIBLE and outcome not in PAID):
        return state
    return outcome


async def read_outcomes(connection: AsyncConnection, clubs: Collection[ClubKey]) -> dict[ClubKey, ClubState]:
    """Return the outcomes of clubs' rewards; clubs without an outcome are absent."""
    c = OUTCOME.c
    states: dict[ClubKey, ClubState] = {}
    for brand, customers in few_at_once({(club.brand, club.customer) for club in clubs}):
        rows = await connection.execute(
            select(c.customer_id, c.iso_week, c.state).where(
                c.brand_id == brand, c.customer_id.in_(customers)
            )
        )
        states |= {ClubKey(brand, row.iso_week, row.customer_id): ClubState(row.state) for row in rows}
    return {club: states[club] for club in clubs if club in states}


async def store_outcomes(connection: AsyncConnection, dialect: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Store the outcome of the highest revision of each week; of equal revisions the first.

    Args:
        connection: In a write transaction.
        dialect: `mysql`, `mariadb` or `sqlite`.
        rows: With the columns of the outcome table.

    Returns:
        How many weeks have changed.
    """
    newest: dict[ClubKey, Mapping[str, Any]] = {}
    for row in rows:
        club = ClubKey(row["brand_id"], row["iso_week"], row["customer_id"])
        if club not in newest or row["revision"] > newest[club]["revision"]:
            newest[club] = row
    stored = await _revisions(connection, newest)
    fresh = [newest[club] for club in sorted(newest) if newest[club]["revision"] > stored.get(club, 0)]
    if fresh:
        await connection.execute(upsert(dialect, OUTCOME, fresh, update=["revision", "state"]))
    return len(fresh)


async def _revisions(connection: AsyncConnection, clubs: Collection[ClubKey]) -> dict[ClubKey, int]:
    c = OUTCOME.c
    revisions: dict[ClubKey, int] = {}
    for brand, customers in few_at_once({(club.brand, club.customer) for club in clubs}):
        rows = await connection.execute(
            select(c.customer_id, c.iso_week, c.revision)
            .where(c.brand_id == brand, c.customer_id.in_(customers))
            .with_for_update()
        )
        revisions |= {ClubKey(brand, row.iso_week, row.customer_id): row.revision for row in rows}
    return revisions
