"""The state that a customer sees, derived from the facts of the subgraphs.

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

from enum import Enum
from typing import Final

import msgspec

from subgraphs.kit.domain.schemes import WeekState


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
