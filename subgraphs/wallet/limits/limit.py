"""A customer's limits as values."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self


class LimitKind(StrEnum):
    """What is limited."""

    DEPOSIT_DAY = "DEPOSIT_DAY"
    DEPOSIT_WEEK = "DEPOSIT_WEEK"
    DEPOSIT_MONTH = "DEPOSIT_MONTH"
    LOSS_DAY = "LOSS_DAY"
    STAKE_BET = "STAKE_BET"
    SESSION_MINUTES = "SESSION_MINUTES"


DEPOSITS: Final = (LimitKind.DEPOSIT_DAY, LimitKind.DEPOSIT_WEEK, LimitKind.DEPOSIT_MONTH)
"""The kinds that are called deposit limits: they count what is paid in, and withdrawals take nothing off."""

MAX_LIMIT_MINOR: Final = 10**12
"""A higher limit is none: it is refused, as the Danish authority asks for ones that are illusory."""

MAX_SESSION_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Pending:
    """A raise that was asked for, and takes effect only if it is confirmed in time.

    Attributes:
        amount: The new limit; None to remove the limit.
        currency: That of the amount; empty for minutes.
        due: From when on it can be confirmed.
        lapses: From when on it cannot be confirmed any more.
    """

    amount: int | None
    currency: str
    asked_at: datetime
    due: datetime
    lapses: datetime

    def under(self, cooling: timedelta, confirm_within: timedelta) -> Self:
        """Return the raise under a rule that now holds for the customer: it is never due earlier."""
        due = max(self.due, self.asked_at + cooling)
        return replace(self, due=due, lapses=max(self.lapses, due + confirm_within))


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit in effect.

    Attributes:
        amount: In minor units of the currency, or minutes for sessions.
        currency: ISO 4217; empty for minutes.
        since: When a limit of this kind was first set; its frames begin then, whatever it becomes.
        pending: A raise that is not in effect.
    """

    kind: LimitKind
    amount: int
    currency: str
    since: datetime
    pending: Pending | None = None

    def at(self, instant: datetime) -> Self:
        """Return the limit without a raise that has lapsed."""
        if self.pending is None or instant < self.pending.lapses:
            return self
        return replace(self, pending=None)
