"""The legs of bets in messages, with the ranges of the contract."""

from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta

from consumers.messages.fields import Odds, PlatformId

MAX_BET_LEGS: Final = 30
"""So many legs a message has at most, as the ledger does."""


class BetLeg(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What a part of a bet is on; the last three are of operators whose events are not the platform's.

    Attributes:
        selection_id: The platform's own id, or the operator's if it says what the event is called.
        odds_milli: Decimal odds times 1000; None until the starting price is known.
    """

    selection_id: PlatformId
    odds_milli: Odds | None
    sport: PlatformId | None = None
    competition: PlatformId | None = None
    sports_event_id: PlatformId | None = None


BetLegs: TypeAlias = Annotated[tuple[BetLeg, ...], Meta(max_length=MAX_BET_LEGS)]
