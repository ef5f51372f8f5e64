"""Errors for operators of the progress subgraph, and what to do about each."""


class CannotOpen(Exception):
    """The week has not begun, is over, or has no club; the message says which. Open another week."""


class CannotClose(Exception):
    """The week may still change, or had no club; the message says which. Try again once its grace is over."""


class Unconfirmed(CannotClose):
    """Some customers of a closed week could not be confirmed: look at what is postponed, and try again."""

    def __init__(self, brand: str, iso_week: str, number: int) -> None:
        super().__init__(f"{iso_week} of {brand}: {number} customers could not be confirmed, the others are")


class NothingToDecide(Exception):
    """The review queue does not hold that revision of the bet; the message says why. List the queue again."""


class NoSuchClaim(Exception):
    """The bet is not disputed, or not claimed by that customer; the message says which. List the disputes."""


class AlreadyDecided(Exception):
    """A person has assigned the bet before; the message says who, and to whom. The decision is final."""
