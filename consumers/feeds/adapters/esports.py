"""E-sports wagers, `esports.wagers.v1`: minor units, odds as numbers, times in milliseconds since 1970."""

from typing import Final, Literal

import msgspec

from consumers.feeds.mapping.feed import Feed
from consumers.feeds.mapping.progress_message import QualifyingBet, Status
from consumers.feeds.mapping.values import EpochMillis, decimal_odds, from_epoch_millis, json_number, milli
from consumers.messages.bet_legs import BetLeg
from consumers.messages.fields import BetType, Currency, Money, Ordinal, PlatformId
from consumers.stream.errors import Poison

BET_TYPES: Final[dict[str, BetType]] = {"SINGLE": "single", "COMBO": "multiple", "SYSTEM": "system"}
STATUSES: Final[dict[str, Status]] = {
    "ACCEPTED": "placed",
    "WON": "settled",
    "LOST": "settled",
    "REFUNDED": "void",
    "REJECTED": "void",
    "CASHED_OUT": "cashed_out",
}


class MatchOn(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a wager is on, or a part of it: a selection of ours, or one of theirs with its event's names."""

    selection_id: PlatformId
    odds: msgspec.Raw
    sport: PlatformId | None = None
    competition: PlatformId | None = None
    sports_event_id: PlatformId | None = None

    def leg(self) -> BetLeg:
        """Return the leg.

        Raises:
            Poison: Its odds are none.
        """
        return BetLeg(
            selection_id=self.selection_id,
            odds_milli=_odds(self.odds),
            sport=self.sport,
            competition=self.competition,
            sports_event_id=self.sports_event_id,
        )


class Wager(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A whole wager.

    Attributes:
        refunded_minor: How much of the stake was refunded because some matches were not played.
        on: What it is on, a leg each; none if the platform does not say it.
    """

    wager_id: Ordinal
    seq: Ordinal
    operator_id: str
    player_id: str
    bet_type: Literal["SINGLE", "COMBO", "SYSTEM"]
    status: Literal["ACCEPTED", "WON", "LOST", "REFUNDED", "REJECTED", "CASHED_OUT"]
    stake_minor: Money
    refunded_minor: Money = 0
    currency: Currency
    bonus: bool
    odds: msgspec.Raw
    created_at: EpochMillis
    updated_at: EpochMillis
    on: tuple[MatchOn, ...] = ()


def _bet(wager: Wager) -> QualifyingBet:
    left = wager.stake_minor - wager.refunded_minor
    if left < 0:
        raise Poison("more was refunded than was staked")
    status = STATUSES[wager.status]
    taken_back = status in {"void", "cashed_out"}
    return QualifyingBet(
        brand_id=wager.operator_id,
        customer_id=wager.player_id,
        bet_id=str(wager.wager_id),
        revision=wager.seq,
        status="partially_void" if wager.refunded_minor and not taken_back else status,
        bet_type=BET_TYPES[wager.bet_type],
        stake_minor=wager.stake_minor,
        counting_stake_minor=0 if taken_back else left,
        currency=wager.currency,
        stake_source="free_bet" if wager.bonus else "cash",
        odds_milli=_odds(wager.odds),
        placed_at=from_epoch_millis(wager.created_at),
        occurred_at=from_epoch_millis(wager.updated_at),
        product="betting",
        channel="esports",
        legs=tuple(on.leg() for on in wager.on),
    )


def _odds(number: msgspec.Raw) -> int:
    return milli(decimal_odds(json_number(number)))


FEED: Final = Feed("esports", "esports.wagers.v1", msgspec.json.Decoder(Wager), _bet)
