"""The figures of what the club owes: by stage, and for each reward."""

from dataclasses import dataclass

EXPECTED, OWED, OUTSTANDING = "expected", "owed", "outstanding"
USED, EXPIRED, STOPPED = "used", "expired", "stopped"


@dataclass(frozen=True, slots=True)
class LiabilityLine:
    """Rewards of one week, kind and stage.

    Attributes:
        stage: Expected (qualified, and the week is not closed), owed (confirmed, not credited), outstanding
            (credited, not used yet; cash never is), used, expired or stopped. Before the week is closed,
            stopped counts the customers who could not take part when it ended, or since.
        kind: None if the reward is not chosen yet.
        value_minor: Their value in minor units of the currency; spins and boosts without a value add nothing.
    """

    brand: str
    iso_week: str
    currency: str
    stage: str
    kind: str | None
    customers: int
    value_minor: int
    spins: int


@dataclass(frozen=True, slots=True)
class RewardCounts:
    """For how many customers a week's reward is expected, owed or credited (including used and expired)."""

    brand: str
    iso_week: str
    reward_id: str
    expected: int
    owed: int
    credited: int
