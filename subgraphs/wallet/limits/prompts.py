"""What a customer is asked or told by the calendar, and when a person has to look at a customer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from subgraphs.wallet.limits.changes import Limits
from subgraphs.wallet.limits.frames import after_months
from subgraphs.wallet.limits.limit import DEPOSITS
from subgraphs.wallet.limits.rules import Rules


class Prompt(StrEnum):
    """What is shown on a page, and told on a topic.

    `FIRST_DEPOSIT`: set a deposit limit before you pay in; `REVIEW`: look at what you spent; `NO_LIMIT`: you
    have no limit, do you want one?
    """

    FIRST_DEPOSIT = "FIRST_DEPOSIT"
    REVIEW = "REVIEW"
    NO_LIMIT = "NO_LIMIT"


@dataclass(frozen=True, slots=True)
class Prompted:
    """What was asked and done so far.

    Attributes:
        first_seen: When the customer was first known here; intervals begin then.
        active_at: When the customer last deposited or played; None if never.
        deposited: Whether anything was ever paid in.
        declined_at: When the customer last said that they want no limit; None if never.
        reviewed_at: When a review was last shown; None if never.
        no_limit_at: When the question about having none was last shown; None if never.
    """

    first_seen: datetime
    active_at: datetime | None = None
    deposited: bool = False
    declined_at: datetime | None = None
    reviewed_at: datetime | None = None
    no_limit_at: datetime | None = None


def prompts_due(
    prompted: Prompted, limits: Limits, *, rules: Rules, zone: ZoneInfo, at: datetime
) -> tuple[Prompt, ...]:
    """Return what a customer is to be asked or told now, in the order in which a page shows it."""
    due = []
    has_none = not any(kind in limits for kind in DEPOSITS)
    asks = rules.deposits.prompted and not prompted.deposited
    if has_none and asks and (prompted.declined_at is None or rules.deposits.required):
        due.append(Prompt.FIRST_DEPOSIT)
    active, intervals = prompted.active_at, rules.reminders
    if active is None or after_months(active, intervals.active_months, zone) <= at:
        return tuple(due)
    if after_months(prompted.reviewed_at or prompted.first_seen, intervals.review_months, zone) <= at:
        due.append(Prompt.REVIEW)
    asked = max(
        instant
        for instant in (prompted.first_seen, prompted.declined_at, prompted.no_limit_at)
        if instant is not None
    )
    if not limits and after_months(asked, intervals.no_limit_months, zone) <= at:
        due.append(Prompt.NO_LIMIT)
    return tuple(due)


def needs_check(rules: Rules, net_minor: int) -> bool:
    """Return whether deposits less withdrawals reach what makes a person look at a customer.

    Args:
        rules: What is in force where the customer is.
        net_minor: Of the days of the rule, in minor units of the account's currency. Nothing is converted: an
            account in another currency than the rule's is measured by the same number.
    """
    check = rules.financial_check
    return check is not None and net_minor >= check.net_minor
