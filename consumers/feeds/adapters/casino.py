"""Rounds of casino games, `casino.rounds.v1`: the whole round, with how many times the wallet was asked."""

from typing import Final, Literal

import msgspec

from consumers.feeds.feed import Feed
from consumers.feeds.instants import utc
from consumers.feeds.progress import QualifyingBet, Status
from consumers.reference.fields import Currency, Instant, Money, Ordinal

STATUSES: Final[dict[str, Status]] = {"OPEN": "placed", "CLOSED": "settled", "ROLLED_BACK": "void"}


class Wagered(msgspec.Struct, frozen=True):
    """What was wagered in the round so far, by whose money it was, in minor units."""

    cash: Money
    bonus: Money


class Round(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A round, whole.

    Attributes:
        transactions: calls to the wallet so far; each state of a round comes with one more.
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


def _bet(told: Round) -> QualifyingBet:
    status = STATUSES[told.status]
    return QualifyingBet(
        brand_id=told.operator,
        customer_id=told.player,
        bet_id=told.round_id,
        revision=told.transactions,
        status=status,
        bet_type=None,
        stake_minor=told.wagered.cash + told.wagered.bonus,
        counting_stake_minor=0 if status == "void" else told.wagered.cash,
        currency=told.currency,
        stake_source="cash" if told.wagered.cash else "free_bet",
        odds_milli=None,
        placed_at=utc(told.started_at),
        occurred_at=utc(told.updated_at),
        product="casino",
    )


FEED: Final = Feed("casino", "casino.rounds.v1", msgspec.json.Decoder(Round), _bet)
