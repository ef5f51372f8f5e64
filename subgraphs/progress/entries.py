"""What the ledger holds: a bet at its newest revision, judged."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from subgraphs.kit.owners import ClubKey, Owner
from subgraphs.progress.rules import BetFacts, ContributionReason, Verdict


class BetKey(NamedTuple):
    """A bet of a brand: the ledger has one row for each."""

    brand: str
    bet_id: str


@dataclass(frozen=True, slots=True)
class Bet:
    """The state of a bet at one revision.

    Attributes:
        occurred_at: when this revision came about.
    """

    key: BetKey
    customer: str
    revision: int
    facts: BetFacts
    occurred_at: datetime

    @property
    def owner(self) -> Owner:
        """The customer who placed it."""
        return Owner(self.key.brand, self.customer)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger: a bet, the week it belongs to and what it counts there."""

    bet: Bet
    iso_week: str
    verdict: Verdict

    @property
    def club(self) -> ClubKey:
        """The customer's club in the week the bet was placed in."""
        return ClubKey(self.bet.key.brand, self.iso_week, self.bet.customer)

    def row(self) -> dict[str, Any]:
        """With the columns of the contribution table."""
        return {
            "brand_id": self.bet.key.brand,
            "bet_id": self.bet.key.bet_id,
            "customer_id": self.bet.customer,
            "iso_week": self.iso_week,
            "revision": self.bet.revision,
            **asdict(self.bet.facts),
            "occurred_at": self.bet.occurred_at,
            "counted_minor": self.verdict.counted_minor,
            "reason": self.verdict.reason.value,
        }

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "Entry":
        """From a row of the contribution table."""
        facts = BetFacts(
            status=row["status"],
            bet_type=row["bet_type"],
            product=row["product"],
            channel=row["channel"],
            stake_minor=row["stake_minor"],
            counting_stake_minor=row["counting_stake_minor"],
            currency=row["currency"],
            stake_source=row["stake_source"],
            odds_milli=row["odds_milli"],
            placed_at=row["placed_at"],
        )
        key = BetKey(row["brand_id"], row["bet_id"])
        bet = Bet(key, row["customer_id"], row["revision"], facts, row["occurred_at"])
        return cls(bet, row["iso_week"], Verdict(row["counted_minor"], ContributionReason(row["reason"])))
