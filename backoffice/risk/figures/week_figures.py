"""The figures of one week as values."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from subgraphs.fulfilment.accounting.liability import EXPECTED, EXPIRED, OUTSTANDING, OWED, STOPPED, USED
from subgraphs.kit.domain.weeks import Week

STAGES: Final = (EXPECTED, OWED, OUTSTANDING, USED, EXPIRED, STOPPED)
LIABLE: Final = (EXPECTED, OWED, OUTSTANDING)
"""What may still have to be paid."""

CREDITED: Final = (OUTSTANDING, USED, EXPIRED)
COST: Final = (OWED, OUTSTANDING, USED)
"""What the closed part of a week costs, if everything that is outstanding is used."""

DUE: Final = (EXPECTED, OWED, OUTSTANDING, USED, EXPIRED)
"""What a week's qualifiers earn: what forecasts forecast."""

SET, DEFAULT, NONE = "set", "default", "none"


@dataclass(frozen=True, slots=True)
class RewardFigure:
    """The customers of a week with the same reward in the same stage.

    Attributes:
        source: `set` if their reward is known, `default` if they have chosen nothing, `none` if no reward can
            be paid.
        reward_id: empty if there is none.
        config_version: 0 if there is none.
        value_minor: in minor units of `currency`; spins and boosts without a value add nothing.
        unvalued: how many of the customers have a reward whose value is not money.
    """

    stage: str
    source: str
    reward_id: str
    config_version: int
    kind: str | None
    currency: str
    customers: int
    value_minor: int
    spins: int
    unvalued: int


@dataclass(frozen=True, slots=True)
class MoneyFigure:
    """The counted bets of a week's customers of one currency, in minor units."""

    currency: str
    customers: int
    counted_bets: int
    turnover_minor: int
    member_turnover_minor: int


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """All figures of one week of a brand.

    Attributes:
        seen: who was shown the tracker; None if nobody was recorded, as before this was recorded.
        closed: whether it has closed for all territories, with all qualifications confirmed.
        in_doubt: changes of choice whose outcome is not known.
        currencies: of the brand; a curve is recorded for each, also while it is zero.
        as_of: product time of the count.
        seconds: how long the count took.
    """

    brand: str
    week: Week
    closed: bool
    seen: int | None
    opted_in: int
    qualified: int
    chose: int
    in_doubt: int
    rewards: tuple[RewardFigure, ...]
    money: tuple[MoneyFigure, ...]
    currencies: tuple[str, ...]
    as_of: datetime
    seconds: float = 0.0

    def customers(self, stages: Collection[str]) -> int:
        """Return how many customers have a reward in one of the stages."""
        return sum(one.customers for one in self.rewards if one.stage in stages)

    def due(self) -> dict[str, tuple[int, int]]:
        """Return how many rewards the week's qualifiers earn, and their value, by currency."""
        found = dict.fromkeys(self.currencies, (0, 0))
        for one in self.rewards:
            if one.stage in DUE:
                number, value = found.get(one.currency, (0, 0))
                found[one.currency] = (number + one.customers, value + one.value_minor)
        return found
