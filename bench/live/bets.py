"""Generate messages about bets of random customers: all are placed, some are decided later."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, NamedTuple
from uuid import UUID

import orjson

from bench.fixtures.customers import BRAND

DECIDED_SHARE: Final = 0.3
REMEMBERED: Final = 50_000
"""Maximum number of open bets that may still be decided, so that memory stays bounded."""
STAKES: Final = (50, 100, 200, 500, 1000, 2000)
PRICES: Final = (1200, 1500, 2000, 3500, None)
"""Prices in milli-odds; None: the starting price, which the decision contains."""
DECISIONS: Final = ("settled", "settled", "settled", "partially_void", "void", "cashed_out")


class OutgoingMessage(NamedTuple):
    """A message ready to be sent; its key decides the partition."""

    key: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Bet:
    """A bet at one revision."""

    customer: str
    number: int
    stake: int
    odds: int | None
    source: str
    placed_at: str
    revision: int = 1
    status: str = "placed"
    counting: int | None = None

    def message(self, now: str) -> OutgoingMessage:
        """Return the message about a change that occurred at an instant."""
        message = {
            "schema": "club.progress/1",
            "event_id": str(UUID(int=self.number << 8 | self.revision)),
            "brand_id": BRAND,
            "customer_id": self.customer,
            "bet_id": f"b-{self.number:010}",
            "bet_revision": self.revision,
            "status": self.status,
            "bet_type": "single",
            "stake_minor": self.stake,
            "counting_stake_minor": self.stake if self.counting is None else self.counting,
            "currency": "GBP",
            "stake_source": self.source,
            "odds_milli": self.odds,
            "placed_at": self.placed_at,
            "occurred_at": now,
            "product": "betting",
        }
        return OutgoingMessage(f"{BRAND}:{self.customer}".encode(), orjson.dumps(message))


@dataclass(slots=True)
class BetGenerator:
    """Generates changes to bets, one per call; the same in every run."""

    customers: Sequence[str]
    _number: int = 0
    _open: list[Bet] = field(default_factory=list)
    _pick: random.Random = field(default_factory=lambda: random.Random(5))  # noqa: S311 - no secret

    def next_message(self, now: str) -> OutgoingMessage:
        """Return the message of a random customer's new bet, or of a decision on an open one."""
        if self._open and self._pick.random() < DECIDED_SHARE:
            return self._decided().message(now)
        source = "free_bet" if self._pick.random() < 0.03 else "cash"  # noqa: PLR2004 - some do not count
        customer, stake = self._pick.choice(self.customers), self._pick.choice(STAKES)
        bet = Bet(customer, self._next(), stake, self._pick.choice(PRICES), source, now)
        self._remember(bet)
        return bet.message(now)

    def counting_bet(self, customer: str, now: str) -> OutgoingMessage:
        """Return the message of a customer's bet that counts and never changes."""
        return Bet(customer, self._next(), 500, 2000, "cash", now).message(now)

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _remember(self, bet: Bet) -> None:
        if len(self._open) < REMEMBERED:
            self._open.append(bet)
        else:
            self._open[self._pick.randrange(REMEMBERED)] = bet

    def _decided(self) -> Bet:
        place = self._pick.randrange(len(self._open))
        self._open[place], self._open[-1] = self._open[-1], self._open[place]
        bet, status = self._open.pop(), self._pick.choice(DECISIONS)
        counting = bet.stake // 2 if status == "partially_void" else bet.stake
        return replace(bet, revision=2, status=status, counting=counting, odds=bet.odds or 2000)


def instant() -> str:
    """Return the current time in the messages' format."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
