"""Whether a slip becomes a bet: a pure decision from the slip, what is offered now, and the rules."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from msgspec import Struct

from subgraphs.bets.accepting.slip import Slip
from subgraphs.bets.settlement.outcomes import MILLI
from subgraphs.bets.settlement.returns import Leg, potential_returns
from subgraphs.kit.domain.bounds import MAX_AMOUNT, MAX_STAKE
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.offers import Offer, OfferStatus, Terms

_C: Final = PlatformErrorCode
MAX_RETURNS: Final = MAX_AMOUNT - MAX_STAKE
"""In minor units: a correction may pay them together with a stake that was given back before."""

MAX_LEGS: Final = 30
"""The most that such a message has."""


class StakeLimits(Struct, frozen=True, kw_only=True):
    """What may be staked in a currency, in minor units.

    Attributes:
        minimum: On each line.
        maximum: In all.
        returns: The most that a bet may return.
    """

    minimum: int = 1
    maximum: int = MAX_STAKE
    returns: int = MAX_RETURNS


class BetRules(Struct, frozen=True, kw_only=True):
    """The rules of a brand.

    Attributes:
        stakes: By currency: bets in others are not taken.
        max_legs: How many a multiple may have.
        delay_seconds: How long a bet waits on an event that has begun, before it is looked at again.
        late_starts: How long after its advertised start an event may be that its provider does not call
            live, by sport; of others the start closes.
    """

    stakes: Mapping[str, StakeLimits]
    max_legs: int = 20
    delay_seconds: float = 5.0
    late_starts: Mapping[str, timedelta] = {}


class TakenLeg(Struct, frozen=True, kw_only=True):
    """A leg as it is bet: the customer gets the odds that are offered, if they take them.

    Attributes:
        sports_event_id: The event's.
        sport: The event's: the platform's name.
        event: What the event was called, as the market and the pick.
        odds_milli: Decimal odds in thousandths.
        terms: Of the place part; None if the bet is not each way.
        withdrawn: The selections of the market that had been withdrawn: nothing is deducted for them.
        market_kind: The platform's name of the market's kind; "" if it is not known.
    """

    selection_id: str
    sports_event_id: str
    sport: str
    event: str
    market: str
    pick: str
    starts_at: datetime
    odds_milli: int
    terms: Terms | None = None
    withdrawn: tuple[str, ...] = ()
    market_kind: str = ""


class Accepted(Struct, frozen=True):
    """The bet may be made.

    Attributes:
        legs: As they are bet.
        delay_seconds: How long the bet has to wait since it was asked for, before it is looked at again.
    """

    legs: tuple[TakenLeg, ...]
    delay_seconds: float = 0.0


class Refused(Struct, frozen=True):
    """The bet may not be made.

    Attributes:
        code: Of PRICE_CHANGED, `changed` says which selections have other odds, or place terms.
        message: For the customer.
    """

    code: PlatformErrorCode
    message: str
    changed: tuple[str, ...] = ()


Acceptance: TypeAlias = Accepted | Refused


def accept(slip: Slip, offers: Mapping[str, Offer], rules: BetRules, at: datetime) -> Acceptance:
    """Decide whether a slip becomes a bet.

    Args:
        slip: What the customer wants.
        offers: What the brand offers now, by the ids of selections.
        rules: The brand's.
        at: Now, by product time, as starts of events are.
    """
    found = [offers.get(leg.selection_id) for leg in slip.legs]
    known = [offer for offer in found if offer is not None]
    if len(known) < len(found):
        return Refused(_C.UNKNOWN_SELECTION, "A selection on your slip isn't offered here. Remove it.")
    refusal = (
        _of_combination(slip, known, rules)
        or _of_stake(slip, rules)
        or _of_offers(known)
        or _of_starts(known, rules, at)
        or _of_places(slip, known)
        or _of_prices(slip, known)
    )
    if refusal is not None:
        return refusal
    legs = tuple(_taken(offer, each_way=slip.each_way) for offer in known)
    if _is_beyond(slip, legs, rules):
        return Refused(_C.STAKE_TOO_HIGH, "This bet could return more than we pay. Choose a lower stake.")
    waits = any(offer.in_play or offer.starts_at <= at for offer in known)
    return Accepted(legs, rules.delay_seconds if waits else 0.0)


def _of_combination(slip: Slip, offers: Sequence[Offer], rules: BetRules) -> Refused | None:
    if not slip.legs:
        return Refused(_C.UNKNOWN_SELECTION, "There's no selection on your slip. Add one.")
    most = min(rules.max_legs, MAX_LEGS)
    if len(slip.legs) > most:
        return Refused(_C.TOO_MANY_SELECTIONS, f"A bet can have at most {most} selections. Remove some.")
    if len({offer.sports_event_id for offer in offers}) < len(offers):
        return Refused(
            _C.RELATED_SELECTIONS, "Two selections of the same event can't be in one bet. Remove one."
        )
    return None


def _of_stake(slip: Slip, rules: BetRules) -> Refused | None:
    limits = rules.stakes.get(slip.currency)
    if limits is None:
        return Refused(_C.WRONG_CURRENCY, "Bets can't be placed in this currency.")
    if slip.stake_minor < limits.minimum:
        return Refused(_C.STAKE_TOO_LOW, "This stake is below the minimum. Raise it.")
    if slip.total_minor > min(limits.maximum, MAX_STAKE):
        return Refused(_C.STAKE_TOO_HIGH, "This stake is above the maximum. Lower it.")
    return None


def _of_offers(offers: Iterable[Offer]) -> Refused | None:
    closed = [offer for offer in offers if offer.status is not OfferStatus.OPEN or not _has_price(offer)]
    if not closed:
        return None
    if over := next((offer for offer in closed if offer.status is OfferStatus.OVER), None):
        return ended(over.pick)
    return Refused(_C.SUSPENDED, f"Betting on {closed[0].pick} is suspended right now.")


def _of_starts(offers: Iterable[Offer], rules: BetRules, at: datetime) -> Refused | None:
    """Return why nothing is taken on an event that should have begun, whatever its provider says."""
    for offer in offers:
        closes_at = offer.starts_at + rules.late_starts.get(offer.sport, timedelta())
        if not offer.in_play and closes_at <= at:
            return ended(offer.pick)
    return None


def ended(pick: str) -> Refused:
    """Return that nothing more is taken on a selection: its event has begun, or its market is decided."""
    return Refused(_C.SUSPENDED, f"Betting on {pick} has ended.")


def _has_price(offer: Offer) -> bool:
    return offer.odds_milli is not None and offer.odds_milli > MILLI


def _of_places(slip: Slip, offers: Iterable[Offer]) -> Refused | None:
    without = next((offer for offer in offers if slip.each_way and offer.terms is None), None)
    if without is None:
        return None
    return Refused(_C.NOT_EACH_WAY, f"{without.pick} can't be bet on each way.")


def _of_prices(slip: Slip, offers: Sequence[Offer]) -> Refused | None:
    changed = tuple(
        leg.selection_id
        for leg, offer in zip(slip.legs, offers, strict=True)
        if not slip.changes.takes(leg.odds_milli, offer.odds_milli or 0)
    )
    if changed:
        return Refused(_C.PRICE_CHANGED, "Odds have changed since you saw them.", changed)
    changed = tuple(
        leg.selection_id
        for leg, offer in zip(slip.legs, offers, strict=True)
        if slip.each_way
        and leg.terms
        and offer.terms
        and not slip.changes.takes_terms(leg.terms, offer.terms)
    )
    if changed:
        return Refused(_C.PRICE_CHANGED, "What a place pays has changed since you saw it.", changed)
    return None


def _taken(offer: Offer, *, each_way: bool) -> TakenLeg:
    return TakenLeg(
        selection_id=offer.selection_id,
        sports_event_id=offer.sports_event_id,
        sport=offer.sport,
        event=offer.event,
        market=offer.market,
        pick=offer.pick,
        starts_at=offer.starts_at,
        odds_milli=offer.odds_milli or 0,
        terms=offer.terms if each_way else None,
        withdrawn=offer.withdrawn,
        market_kind=offer.market_kind,
    )


def _is_beyond(slip: Slip, legs: Sequence[TakenLeg], rules: BetRules) -> bool:
    """Tell whether a bet could return more than the house pays, or more than any wallet can."""
    priced = [Leg(odds_milli=leg.odds_milli, terms=leg.terms) for leg in legs]
    hoped = potential_returns(slip.stake_minor, priced, each_way=slip.each_way, is_free=bool(slip.free_bet))
    return hoped > min(rules.stakes[slip.currency].returns, MAX_RETURNS)
