"""Slips, offers and bets for tests."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from subgraphs.bets.accepting.acceptance import BetRules, StakeLimits, TakenLeg
from subgraphs.bets.accepting.slip import PriceChanges, Slip, SlipLeg
from subgraphs.bets.betting.bet import Asked, Bet
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.offers import Offer, OfferStatus, Terms

NOON: Final = datetime(2026, 3, 28, 12, tzinfo=UTC)
RULES: Final = BetRules(stakes={"GBP": StakeLimits(minimum=10, maximum=100_00, returns=10_000_00)})
FIFTH: Final = Terms(1, 5)


def selection(number: int) -> str:
    """Return the id of a selection, each of a market of its own."""
    return f"market{number}-pick"


def offer(number: int = 1, **facts: Any) -> Offer:
    """Return what is offered of a selection, each of an event of its own."""
    usual = Offer(
        selection_id=selection(number),
        sports_event_id=f"event{number}",
        sport="horse-racing",
        event=f"Race {number}",
        market="Win",
        pick=f"Horse {number}",
        starts_at=NOON + timedelta(hours=1),
        status=OfferStatus.OPEN,
        odds_milli=3000,
        terms=FIFTH,
    )
    return replace(usual, **facts)


def offered(*offers: Offer) -> dict[str, Offer]:
    """Return offers by their selections."""
    return {offer.selection_id: offer for offer in offers}


def slip(
    numbers: Iterable[int] = (1,),
    *,
    stake: int = 1000,
    each_way: bool = False,
    currency: str = "GBP",
    seen: int = 3000,
    changes: PriceChanges = PriceChanges.NONE,
) -> Slip:
    """Return a slip of selections that were all seen at the same odds."""
    legs = tuple(SlipLeg(selection(number), seen) for number in numbers)
    return Slip(legs=legs, stake_minor=stake, each_way=each_way, currency=currency, changes=changes)


def bet(asked: Slip | None = None, **facts: Any) -> Bet:
    """Return a bet on what a slip has, at the odds that were seen."""
    asked = asked or slip()
    legs = tuple(
        TakenLeg(
            selection_id=leg.selection_id,
            sports_event_id=f"event of {leg.selection_id}",
            sport="horse-racing",
            event="Race",
            market="Win",
            pick="Horse",
            starts_at=NOON,
            odds_milli=leg.odds_milli,
            terms=FIFTH if asked.each_way else None,
        )
        for leg in asked.legs
    )
    usual = Bet(
        bet_id="b1",
        brand_id="northbet",
        customer_id="ann",
        idempotency_key="k1",
        slip=asked,
        legs=legs,
        placed_at=NOON,
        asked_at=NOON,
        look_at=NOON,
    )
    return replace(usual, **facts)


def asked(wanted: Slip | None = None, **facts: Any) -> Asked:
    """Return what Ann asks for."""
    return Asked(owner=Owner("northbet", "ann"), key="k1", slip=wanted or slip(), **facts, jurisdiction="GB")


def made(asked: Slip | None = None, **facts: Any) -> Bet:
    """Return a bet that is made."""
    return bet(asked, reserved_at=NOON, decided_at=NOON, taken_at=NOON, **facts)
