"""Rounds of casino games, `casino.rounds.v1`: whole rounds, counted by their wallet transactions."""

from typing import Final, Literal

import msgspec

from consumers.feeds.mapping.feed import Feed
from consumers.feeds.mapping.progress_message import QualifyingBet, Status
from consumers.feeds.mapping.values import utc
from consumers.messages.fields import Currency, Instant, Money, Ordinal

STATUSES: Final[dict[str, Status]] = {"OPEN": "placed", "CLOSED": "settled", "ROLLED_BACK": "void"}


class Wagered(msgspec.Struct, frozen=True):
    """What was wagered in the round so far, by source, in minor units."""

    cash: Money
    bonus: Money


class Round(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A whole round.

    Attributes:
        transactions: How many wallet transactions the round has had; each state comes with another one.
    """

    round_id: str
    operator: str
    player: str
    transactions: Ordinal
    status: Literal["OPEN", "CLOSED", "ROLLED_BACK"]
    wagered: Wagered
    currency: Currency
    started_at: Instant
    updated_at: Instant


def _bet(round_: Round) -> QualifyingBet:
    status = STATUSES[round_.status]
    return QualifyingBet(
        brand_id=round_.operator,
        customer_id=round_.player,
        bet_id=round_.round_id,
        revision=round_.transactions,
        status=status,
        bet_type=None,
        stake_minor=round_.wagered.cash + round_.wagered.bonus,
        counting_stake_minor=0 if status == "void" else round_.wagered.cash,
        currency=round_.currency,
        stake_source="cash" if round_.wagered.cash else "free_bet",
        odds_milli=None,
        placed_at=utc(round_.started_at),
        occurred_at=utc(round_.updated_at),
        product="casino",
    )


FEED: Final = Feed("casino", "casino.rounds.v1", msgspec.json.Decoder(Round), _bet)
