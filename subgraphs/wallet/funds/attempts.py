"""What is not known while a database is unavailable, and what is known of a reservation by its state."""

from collections.abc import Awaitable
from typing import Final, TypeVar

from sqlalchemy.exc import DBAPIError

from foundation.storage.errors import is_unavailable
from subgraphs.kit.funds import DONE, IN_DOUBT, Outcome, ReservationState, Why, refused

T = TypeVar("T")
_ENDS: Final = {
    ReservationState.UNKNOWN: Why.UNKNOWN_RESERVATION,
    ReservationState.REFUSED: Why.UNKNOWN_RESERVATION,
    ReservationState.RELEASED: Why.RELEASED,
    ReservationState.EXPIRED: Why.EXPIRED,
}


async def unless_unavailable(asking: Awaitable[T], otherwise: T) -> T:
    """Return what an operation returns, or something else if the database was not available for it."""
    try:
        return await asking
    except OSError:  # a lost connection, or `DatabaseAway`
        return otherwise
    except DBAPIError as error:
        if not is_unavailable(error):
            raise
        return otherwise


def ended_of(state: ReservationState | None) -> Outcome:
    """Return what a reservation is confirmed with where no rules are: refused if it is none, or has ended."""
    if state is None:
        return IN_DOUBT
    why = _ENDS.get(state)
    return DONE if why is None else refused(why)
