"""Why a change was not made."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a change was not made, in words for the customer.

    Attributes:
        code: One of the block's codes.
        stops_repeats: Whether a change in doubt that is refused so now must not be requested again: recovery
            decides on it.
    """

    code: str
    message: str
    stops_repeats: bool = False
