"""What rules of safer gambling say, and which are in force where and when.

Each row of `rule_rows` has its jurisdiction, its date and the public source that was opened. A jurisdiction
without rows is no gap: the platform's own rules hold there, which claim no law.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Self

from subgraphs.kit.domain.sources import Source
from subgraphs.wallet.limits.frames import CalendarDay, Fixed, Frame
from subgraphs.wallet.limits.limit import LimitKind


@dataclass(frozen=True, slots=True)
class Raises:
    """How a limit becomes higher, or ends.

    Attributes:
        cooling: How long it takes from the request until it can be confirmed.
        confirm_within: How long it can be confirmed after that; then it lapses. The platform's own choice.
    """

    cooling: timedelta
    confirm_within: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DepositLimits:
    """Which deposit limits there are.

    Attributes:
        frames: What each kind counts in.
        name: What a customer is told that they are called. No other limit may have the name.
        required: Whether nothing may be deposited or played before one of them is set.
        prompted: Whether a customer without any is asked for one before the first deposit.
    """

    frames: Mapping[LimitKind, Frame]
    name: str = "deposit limit"
    required: bool = False
    prompted: bool = True


@dataclass(frozen=True, slots=True)
class Reminders:
    """When customers are told to look at what they spend.

    Attributes:
        review_months: After how many months they are asked to review account and transactions.
        active_months: Only those are asked who did something in so many months.
        no_limit_months: After how many months without any limit they are asked to set one.
    """

    review_months: int
    active_months: int
    no_limit_months: int


@dataclass(frozen=True, slots=True)
class BreakLengths:
    """How long a break may be; a longest of None is the technical one alone."""

    shortest: timedelta
    longest: timedelta | None


@dataclass(frozen=True, slots=True)
class ExclusionLengths:
    """How long a self-exclusion is at least: so many calendar months, and so many days."""

    months: int = 1
    days: int = 0


@dataclass(frozen=True, slots=True)
class StakeCap:
    """What one game of an online slot may cost a customer from an age on; data alone, games enforce it."""

    from_age: int
    max_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class FinancialCheck:
    """When a person has to look whether a customer is financially vulnerable.

    Attributes:
        net_minor: Deposits less withdrawals that reach it, in minor units of the currency.
        days: In so many days, which roll.
    """

    net_minor: int
    currency: str
    days: int


Saying = (
    Raises
    | DepositLimits
    | Reminders
    | BreakLengths
    | ExclusionLengths
    | tuple[StakeCap, ...]
    | FinancialCheck
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in force from an instant on, until a newer one of the same jurisdiction and topic.

    Attributes:
        topic: The field of `Rules` that it fills.
    """

    topic: str
    jurisdiction: str
    since: datetime
    sources: tuple[Source, ...]
    says: Saying


_DAY: Final = timedelta(days=1)
_OWN_FRAMES: Final = MappingProxyType(
    {
        LimitKind.DEPOSIT_DAY: Fixed(_DAY),
        LimitKind.DEPOSIT_WEEK: Fixed(7 * _DAY),
        LimitKind.DEPOSIT_MONTH: Fixed(30 * _DAY),
    }
)


@dataclass(frozen=True, slots=True)
class Rules:
    """All that holds for a customer; the defaults are the platform's own rules."""

    raises: Raises = Raises(_DAY)
    deposits: DepositLimits = DepositLimits(_OWN_FRAMES)
    reminders: Reminders = Reminders(review_months=6, active_months=12, no_limit_months=12)
    breaks: BreakLengths = BreakLengths(_DAY, None)
    exclusions: ExclusionLengths = ExclusionLengths()
    slot_stakes: tuple[StakeCap, ...] = ()
    financial_check: FinancialCheck | None = None

    @classmethod
    def of(cls, rows: tuple[Rule, ...], jurisdiction: str, at: datetime) -> Self:
        """Return what is in force in a jurisdiction at an instant; of each topic the newest row."""
        due = [row for row in rows if row.jurisdiction == jurisdiction and row.since <= at]
        newest = {row.topic: row.says for row in sorted(due, key=lambda row: row.since)}
        return cls(**newest)  # type: ignore[arg-type]  # tests look that each row's value is its topic's

    def frame(self, kind: LimitKind) -> Frame | None:
        """Return the frames in which a kind of limit counts; None if it counts nothing up."""
        return CalendarDay() if kind is LimitKind.LOSS_DAY else self.deposits.frames.get(kind)


TOPICS: Final = frozenset(field.name for field in fields(Rules))
