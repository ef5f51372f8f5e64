"""Breaks and self-exclusion: whatever is chosen, in any order, stops a customer until the last ends.

Nothing shortens one: a shorter one of its kind that is chosen later changes nothing, a longer one lengthens
it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.products import Product
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.wallet.limits.acts import STOPPED, Act
from subgraphs.wallet.limits.frames import after_months
from subgraphs.wallet.limits.rules import Rules

MAX_BREAK: Final = timedelta(days=366)
"""The longest break where the rules say none; who wants longer excludes themselves."""

MAX_EXCLUSION_MONTHS: Final = 50 * 12
HOURS_ARE_SAID: Final = timedelta(days=3)
ON_THE_WAY: Final = timedelta(minutes=5)
"""By how much an end may miss the shortest or longest break: pages reckon it by clocks of their own."""


class BreakKind(StrEnum):
    """How a customer stopped."""

    BREAK = "BREAK"
    EXCLUSION = "EXCLUSION"


@dataclass(frozen=True, slots=True)
class Break:
    """A break or a self-exclusion, as it was chosen.

    Attributes:
        product: What it is of; None for everything. What serves no one product, such as a deposit, is
            stopped only by a break of everything.
        until: Exclusive.
    """

    kind: BreakKind
    product: Product | None
    since: datetime
    until: datetime

    def stops(self, act: Act, product: Product | None, at: datetime) -> bool:
        """Return whether it stops an act of a product at an instant."""
        concerns = self.product is None or self.product is product
        return STOPPED[act] and concerns and self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class AccountState:
    """What the newest account message says of a customer.

    Attributes:
        status: Active, suspended or closed.
        rg_state: Safer gambling: none, restricted or self_excluded.
    """

    status: str = "active"
    rg_state: str = "none"


ACTIVE: Final = AccountState()


@dataclass(frozen=True, slots=True)
class Stop:
    """What stops an act now.

    Attributes:
        code: SELF_EXCLUDED, COOLING_OFF or ACCOUNT_SUSPENDED.
        until: When it ends; None if an account message says it, which knows no end.
    """

    code: str
    until: datetime | None


def stop_of(
    breaks: Iterable[Break], account: AccountState, act: Act, product: Product | None, at: datetime
) -> Stop | None:
    """Return what stops an act: the stricter of what was chosen here and what the account message says.

    An exclusion is stricter than a break, and one without an end than one with an end.
    """
    if not STOPPED[act]:
        return None
    if account.rg_state == "self_excluded":
        return Stop("SELF_EXCLUDED", None)
    stopping = [chosen for chosen in breaks if chosen.stops(act, product, at)]
    exclusions = [chosen.until for chosen in stopping if chosen.kind is BreakKind.EXCLUSION]
    if exclusions:
        return Stop("SELF_EXCLUDED", max(exclusions))
    if account.status != "active":
        return Stop("ACCOUNT_SUSPENDED", None)
    if account.rg_state != "none":
        return Stop("COOLING_OFF", None)
    return Stop("COOLING_OFF", max(chosen.until for chosen in stopping)) if stopping else None


def take_break(until: datetime, product: Product | None, *, rules: Rules, at: datetime) -> Break | Refusal:
    """Return a break from now on, of at least and at most what the rules say."""
    shortest, longest = rules.breaks.shortest, rules.breaks.longest or MAX_BREAK
    if until - at < shortest - ON_THE_WAY:
        return Refusal("NOT_ALLOWED_HERE", f"A break lasts {_words(shortest)} or longer.")
    if until - at > longest + ON_THE_WAY:
        why = f"A break lasts {_words(longest)} at most. To stop for longer, exclude yourself."
        return Refusal("NOT_ALLOWED_HERE", why)
    return Break(BreakKind.BREAK, product, at, min(max(until, at + shortest), at + longest))


def exclude(months: int, *, rules: Rules, zone: ZoneInfo, at: datetime) -> Break | Refusal:
    """Return a self-exclusion from everything, from now on, for calendar months in the brand's zone.

    Raises:
        BadInput: No number of months that an exclusion can have.
    """
    if not 1 <= months <= MAX_EXCLUSION_MONTHS:
        raise BadInput(f"an exclusion is 1 to {MAX_EXCLUSION_MONTHS} months")
    shortest = rules.exclusions
    if months < shortest.months:
        return Refusal("NOT_ALLOWED_HERE", f"A self-exclusion lasts {shortest.months} months or longer.")
    until = max(after_months(at, months, zone), at + timedelta(days=shortest.days))
    return Break(BreakKind.EXCLUSION, None, at, until)


def _words(length: timedelta) -> str:
    hours = length // timedelta(hours=1)
    return f"{hours} hours" if length < HOURS_ARE_SAID else f"{length.days} days"
