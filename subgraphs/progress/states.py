"""The state the customer sees, worked out from what the subgraphs know.

    NOT_OPTED_IN ──opts in──▶ TRACKING ◀──target reached / void──▶ QUALIFIED
                                 │                                    │
                            week closes                          week closes
                                 ▼                                    ▼
                               MISSED                             CONFIRMED

What follows on CONFIRMED is told by fulfilment: FULFILLING, CREDITED, USED or EXPIRED, or MISSED where the
reward was taken back before its credit.

Whoever may not take part is INELIGIBLE. Opting out leads back to NOT_OPTED_IN, except from QUALIFIED,
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
"""From the credit on nothing is taken back, whatever happens to the customer."""


class Standing(msgspec.Struct, frozen=True, gc=False):
    """What the state follows from.

    Attributes:
        opted_in: membership now, or at the end of a past week.
        reached: whether the target is reached by all bets of the week.
        reached_when_leaving: whether it was reached by the bets placed until the customer left, during
            this week; False for a member, and for somebody who left before the week began.
    """

    eligible: bool
    week: WeekState
    opted_in: bool
    reached: bool
    reached_when_leaving: bool


def club_state(standing: Standing) -> ClubState:
    """The state of a club week."""
    if not standing.eligible:
        return ClubState.INELIGIBLE
    if not (standing.opted_in or standing.reached_when_leaving):
        return ClubState.NOT_OPTED_IN
    reached = standing.reached if standing.opted_in else standing.reached_when_leaving
    if standing.week is WeekState.CLOSED:
        return ClubState.CONFIRMED if reached else ClubState.MISSED
    return ClubState.QUALIFIED if reached else ClubState.TRACKING


def state_after(outcome: ClubState | None, state: ClubState) -> ClubState:
    """The state of a closed week, by what fulfilment told of it as well.

    Args:
        outcome: None where nothing was told.
        state: by what progress itself knows.
    """
    if outcome is None or (state is ClubState.INELIGIBLE and outcome not in PAID):
        return state
    return outcome
