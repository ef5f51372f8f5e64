"""The figures of one week as values."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta

from subgraphs.club_kit.domain.weeks import Week
from subgraphs.fulfilment.accounting.stage_sql import EXPECTED, EXPIRED, OUTSTANDING, OWED, STOPPED, USED

STAGES: Final = (EXPECTED, OWED, OUTSTANDING, USED, EXPIRED, STOPPED)
LIABLE: Final = (EXPECTED, OWED, OUTSTANDING)
"""What may still have to be paid."""

CREDITED: Final = (OUTSTANDING, USED, EXPIRED)
COST: Final = (OWED, OUTSTANDING, USED)
"""What the closed part of a week costs, if everything that is outstanding is used."""

DUE: Final = (EXPECTED, OWED, OUTSTANDING, USED, EXPIRED)
"""What a week's qualifiers earn, which the forecast estimates."""

Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Source = Annotated[str, Meta(pattern=r"\A(set|default|none)\Z")]
SET, DEFAULT, NONE = "set", "default", "none"


@dataclass(frozen=True, slots=True)
class RewardFigure:
    """The customers of a week with the same reward in the same stage.

    Attributes:
        source: `set` if their reward is known, `default` if they have chosen nothing, `none` if no reward can
            be paid.
        reward_id: Empty if there is none.
        config_version: 0 if there is none.
        value_minor: In minor units of `currency`; spins and boosts without a value add nothing.
        unvalued: How many of the customers have a reward whose value is not money.
    """

    stage: str
    source: Source
    reward_id: str
    config_version: Number
    kind: str | None
    currency: str
    customers: Number
    value_minor: Number
    spins: Number
    unvalued: Number

    @property
    def key(self) -> tuple[str, str, str, int, str]:
        """Return what distinguishes the figures of one week."""
        return self.stage, self.source, self.reward_id, self.config_version, self.currency

    def __add__(self, other: "RewardFigure") -> "RewardFigure":
        return replace(
            self,
            customers=self.customers + other.customers,
            value_minor=self.value_minor + other.value_minor,
            spins=self.spins + other.spins,
            unvalued=self.unvalued + other.unvalued,
        )


@dataclass(frozen=True, slots=True)
class MoneyFigure:
    """The counted bets of a week's customers of one currency, in minor units."""

    currency: str
    customers: Number
    counted_bets: Number
    turnover_minor: Number
    member_turnover_minor: Number

    def __add__(self, other: "MoneyFigure") -> "MoneyFigure":
        return replace(
            self,
            customers=self.customers + other.customers,
            counted_bets=self.counted_bets + other.counted_bets,
            turnover_minor=self.turnover_minor + other.turnover_minor,
            member_turnover_minor=self.member_turnover_minor + other.member_turnover_minor,
        )


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """All figures of one week of a brand.

    Attributes:
        seen: Who was shown the tracker; None if nobody was recorded, as before this was recorded.
        closed: Whether it has closed for all territories, with all qualifications confirmed.
        in_doubt: Changes of choice whose outcome is not known.
        currencies: Of the brand; a curve is recorded for each, also while it is zero.
        as_of: Product time of the count.
        seconds: How long the count took.
    """

    brand: str
    week: Week
    closed: bool
    seen: Number | None
    opted_in: Number
    qualified: Number
    chose: Number
    in_doubt: Number
    rewards: tuple[RewardFigure, ...]
    money: tuple[MoneyFigure, ...]
    currencies: tuple[str, ...]
    as_of: datetime
    seconds: float = 0.0

    def customers(self, stages: Collection[str]) -> int:
        """Return how many customers have a reward in one of the stages."""
        return sum(reward.customers for reward in self.rewards if reward.stage in stages)

    def due(self) -> dict[str, tuple[int, int]]:
        """Return how many rewards the week's qualifiers earn, and their value, by currency."""
        sums = dict.fromkeys(self.currencies, (0, 0))
        for reward in self.rewards:
            if reward.stage in DUE:
                number, value = sums.get(reward.currency, (0, 0))
                sums[reward.currency] = (number + reward.customers, value + reward.value_minor)
        return sums


def sum_rewards(figures: Iterable[RewardFigure]) -> tuple[RewardFigure, ...]:
    """Return one figure for each reward, stage and source, in the order of their keys."""
    sums: dict[tuple[str, str, str, int, str], RewardFigure] = {}
    for figure in figures:
        sums[figure.key] = sums[figure.key] + figure if figure.key in sums else figure
    return tuple(sums[key] for key in sorted(sums))


def sum_money(figures: Iterable[MoneyFigure]) -> tuple[MoneyFigure, ...]:
    """Return one figure for each currency, in the order of their names."""
    sums: dict[str, MoneyFigure] = {}
    for figure in figures:
        sums[figure.currency] = sums[figure.currency] + figure if figure.currency in sums else figure
    return tuple(sums[currency] for currency in sorted(sums))
