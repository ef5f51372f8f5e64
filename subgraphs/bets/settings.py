"""The settings of bets: what is taken where traders have decided nothing else."""

from datetime import timedelta
from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from subgraphs.bets.accepting.acceptance import MAX_LEGS, MAX_STAKE, BetRules, StakeLimits

MAX_DELAY: Final = 60.0


class BetsSettings(BaseSettings):
    """What is taken where traders have decided nothing else."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_BETS_", frozen=True)

    minimum_stake: int = Field(
        default=10, ge=1, le=MAX_STAKE, description="The lowest stake on each line, in minor units"
    )
    maximum_stake: int = Field(
        default=1_000_000, ge=1, le=MAX_STAKE, description="The highest stake of a bet, in minor units"
    )
    maximum_returns: int = Field(
        default=100_000_000, ge=1, description="The most that a bet may return, in minor units"
    )
    max_legs: int = Field(
        default=20, ge=1, le=MAX_LEGS, description="How many selections a multiple may have"
    )
    delay_seconds: float = Field(
        default=5.0,
        ge=0,
        le=MAX_DELAY,
        description="How long a bet on an event that has begun waits before it is looked at again",
    )
    late_starts: dict[str, timedelta] = Field(
        default={"greyhounds": timedelta(minutes=15), "horse-racing": timedelta(minutes=15)},
        description="By sport, as JSON: how long after its advertised start bets are taken on an event that "
        "its provider does not call live, each after the bet delay. Without an entry the start closes",
    )
    jurisdictions: dict[str, frozenset[str]] = Field(
        default={},
        description='Where a brand takes bets, as JSON: {"northbet": ["GB", "IE"]}; a brand without an entry '
        "takes them from all jurisdictions of its scheme",
    )
    elsewhere: frozenset[str] = Field(
        default=frozenset(),
        description='Brands whose bets a betting engine of the operator\'s takes, as JSON: ["southbet"]; the '
        "club reads its messages as ours, and here nothing is taken for them",
    )
    patience: timedelta = Field(
        default=timedelta(seconds=15),
        gt=timedelta(),
        description="After which another process goes on with a bet whose own request was interrupted",
    )

    def rules(self, currency: str) -> BetRules:
        """Return the rules of bets in a currency."""
        limits = StakeLimits(
            minimum=self.minimum_stake, maximum=self.maximum_stake, returns=self.maximum_returns
        )
        return BetRules(
            stakes={currency: limits},
            max_legs=self.max_legs,
            delay_seconds=self.delay_seconds,
            late_starts=self.late_starts,
        )
