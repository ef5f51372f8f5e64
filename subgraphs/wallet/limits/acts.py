"""What happens to a customer's money and play, and which of it a break stops: the one table of it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Act(StrEnum):
    """Something that is about to happen for a customer."""

    DEPOSIT = "DEPOSIT"
    BET = "BET"
    GAME = "GAME"
    OFFER = "OFFER"
    MESSAGE = "MESSAGE"
    WITHDRAWAL = "WITHDRAWAL"
    SETTLEMENT = "SETTLEMENT"
    WIN = "WIN"
    ROLLBACK = "ROLLBACK"
    REFUND = "REFUND"


STOPPED: Final[Mapping[Act, bool]] = MappingProxyType(
    {
        Act.DEPOSIT: True,
        Act.BET: True,
        Act.GAME: True,
        Act.OFFER: True,
        Act.MESSAGE: True,
        Act.WITHDRAWAL: False,
        Act.SETTLEMENT: False,
        Act.WIN: False,
        Act.ROLLBACK: False,
        Act.REFUND: False,
    }
)
"""Whether a break, an exclusion or a limit can stop an act.

What is not stopped is money that is the customer's already, or on its way back: it is never refused here,
whatever the customer chose and whatever the account message says."""

PLAYS: Final = frozenset({Act.BET, Act.GAME})
"""The acts that stake money."""

RETURNS: Final = frozenset({Act.SETTLEMENT, Act.WIN})
"""The acts that pay out stakes, and so make a loss smaller."""
