"""What a brand offers of a selection now, as far as a bet on it depends on it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum, auto
from typing import Final, Protocol

from msgspec import Struct


class OfferStatus(StrEnum):
    """Whether a selection can be bet on.

    OPEN: It can.
    SUSPENDED: It cannot at present.
    OVER: It never can be again: it is withdrawn, or its market is closed or has results.
    """

    OPEN = auto()
    SUSPENDED = auto()
    OVER = auto()


class Terms(Struct, frozen=True):
    """The place part of a bet each way pays this fraction of the odds, for so many places.

    Attributes:
        places: 0 of bets of versions that did not note it.
    """

    numerator: int
    denominator: int
    places: int = 0

    def are_as_good_as(self, others: "Terms") -> bool:
        """Tell whether they pay no less, and for no fewer places."""
        pays = self.numerator * others.denominator >= others.numerator * self.denominator
        return pays and self.places >= others.places


class Offer(Struct, frozen=True, kw_only=True):
    """A selection as a brand offers it.

    Attributes:
        selection_id: The platform's own, as are the other ids.
        sports_event_id: The event's: no two legs of a multiple are of the same.
        sport: The event's: the platform's name.
        event: What the event is called, as the market and the pick: a bet says itself what was bet on.
        odds_milli: Decimal odds in thousandths; None if none are offered.
        terms: Of the place part of a bet each way; None if there are none.
        market_kind: The platform's name of the market's kind, such as `WIN`; "" if it is not known.
        in_play: Whether the event has begun: its market waits for the bet delay.
        withdrawn: The selections of the market that have been withdrawn: the odds know of them already.
    """

    selection_id: str
    sports_event_id: str
    sport: str
    event: str
    market: str
    pick: str
    starts_at: datetime
    status: OfferStatus
    odds_milli: int | None
    terms: Terms | None = None
    market_kind: str = ""
    in_play: bool = False
    withdrawn: tuple[str, ...] = ()


class Offers(Protocol):
    """Tells what a brand offers: whoever keeps the odds implements it."""

    async def of(
        self, brand: str, territory: str | None, language: str | None, selections: Collection[str]
    ) -> Mapping[str, Offer] | None:
        """Return what a brand offers of selections now, by their ids; None if it cannot be known now.

        Args:
            brand: The brand's id.
            territory: Whose law the customer is under; None if that is not known.
            language: Of the names, as far as the brand has them.
            selections: The platform's own ids, without the brand. What the brand does not show, or nobody
                has, is left out of the answer.
        """
        ...


_OVER: Final = frozenset({"closed", "settled", "cancelled"})
_ENDED: Final = frozenset({"removed", "removed_vacant", "winner", "loser", "placed", "void"})


def offer_status(market: str, runner: str, *, is_believed: bool) -> OfferStatus:
    """Return whether a selection can be bet on.

    Args:
        market: The status of its market, as its provider says it.
        runner: Its own, likewise; words that are not known are taken for suspended.
        is_believed: Whether its provider can be believed now.
    """
    if market in _OVER or runner in _ENDED:
        return OfferStatus.OVER
    is_open = market == "open" and runner == "active" and is_believed
    return OfferStatus.OPEN if is_open else OfferStatus.SUSPENDED
