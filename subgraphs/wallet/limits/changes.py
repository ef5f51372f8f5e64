"""How limits change: a lower one holds at once, a higher one after its cooling and a confirmation."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.wallet.limits.limit import (
    DEPOSITS,
    MAX_LIMIT_MINOR,
    MAX_SESSION_MINUTES,
    Limit,
    LimitKind,
    Pending,
)
from subgraphs.wallet.limits.rules import Rules

Limits = Mapping[LimitKind, Limit]


class Outcome(StrEnum):
    """What a request did.

    `SET`: the limit holds from now on; `ASKED`: a raise waits for its cooling and a confirmation; `WAITING`:
    it was asked for again too early, and nothing changed; `CONFIRMED`: a raise holds from now on.
    """

    SET = "SET"
    ASKED = "ASKED"
    WAITING = "WAITING"
    CONFIRMED = "CONFIRMED"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A limit that a customer asks for.

    Attributes:
        amount: In minor units, or minutes for sessions; None to remove the limit.
        currency: That of the amount; empty for minutes.
    """

    kind: LimitKind
    amount: int | None
    currency: str

    @classmethod
    def of(cls, kind: str, amount_minor: int | None, minutes: int | None, currency: str) -> "Wanted":
        """Return what the input of `setLimit` asks for; without an amount, that the limit ends.

        Raises:
            BadInput: No kind that is set by an amount, the wrong unit for it, or an amount that is no limit.
        """
        if kind not in LimitKind.__members__:
            raise BadInput(f"{kind} is no limit that can be set")
        wanted = LimitKind(kind)
        if wanted is LimitKind.SESSION_MINUTES:
            if amount_minor is not None:
                raise BadInput("a session is limited in minutes")
            if minutes is not None and not 1 <= minutes <= MAX_SESSION_MINUTES:
                raise BadInput(f"a session is limited to 1 to {MAX_SESSION_MINUTES} minutes")
            return cls(wanted, minutes, "")
        if minutes is not None:
            raise BadInput("money is limited in minor units")
        if amount_minor is not None and not 0 <= amount_minor <= MAX_LIMIT_MINOR:
            raise BadInput(f"a limit is 0 to {MAX_LIMIT_MINOR} minor units")
        return cls(wanted, amount_minor, currency)


@dataclass(frozen=True, slots=True)
class Change:
    """What a request did, and the limit after it; None if there is none any more."""

    outcome: Outcome
    limit: Limit | None


def change(limits: Limits, wanted: Wanted, *, currency: str, rules: Rules, at: datetime) -> Change | Refusal:
    """Return what a request changes.

    Nothing that a customer asks for in any order makes a limit higher before a raise to that very amount has
    cooled and was confirmed: whatever else is asked for ends the raise.

    Args:
        limits: All limits of the customer, as stored.
        wanted: What is asked for.
        currency: That of the customer's account.
        rules: What is in force where the customer is now.
        at: The current time.
    """
    if wanted.kind is not LimitKind.SESSION_MINUTES and wanted.currency != currency:
        return Refusal("WRONG_CURRENCY", f"Your account is in {currency}.")
    if wanted.amount is None and _needed(limits, wanted.kind, rules):
        return Refusal("NOT_ALLOWED_HERE", f"You need a {rules.deposits.name} where you are.")
    stored = limits.get(wanted.kind)
    if stored is None:
        if wanted.amount is None:
            return Change(Outcome.SET, None)
        return Change(Outcome.SET, Limit(wanted.kind, wanted.amount, wanted.currency, since=at))
    limit = stored.at(at)
    if wanted.amount is not None and _holds_at_once(limit, wanted.amount, wanted.currency):
        return Change(Outcome.SET, replace(limit, amount=wanted.amount, pending=None))
    return _raised(limit, wanted, rules, at)


def _raised(limit: Limit, wanted: Wanted, rules: Rules, at: datetime) -> Change:
    raises, pending = rules.raises, limit.pending
    if pending is not None and (pending.amount, pending.currency) == (wanted.amount, wanted.currency):
        held = pending.under(raises.cooling, raises.confirm_within)
        if at < held.due:
            return Change(Outcome.WAITING, replace(limit, pending=held))
        if wanted.amount is None:
            return Change(Outcome.CONFIRMED, None)
        higher = replace(limit, amount=wanted.amount, currency=wanted.currency, pending=None)
        return Change(Outcome.CONFIRMED, higher)
    due = at + raises.cooling
    asked = Pending(wanted.amount, wanted.currency, at, due, due + raises.confirm_within)
    return Change(Outcome.ASKED, replace(limit, pending=asked))


def _holds_at_once(limit: Limit, amount: int, currency: str) -> bool:
    """Return whether a limit is no looser than the one before; two currencies cannot be compared."""
    return currency == limit.currency and amount <= limit.amount


def _needed(limits: Limits, kind: LimitKind, rules: Rules) -> bool:
    """Return whether a limit may not end, because it is the last of those that the customer must have."""
    others = (other for other in DEPOSITS if other is not kind and other in limits)
    return rules.deposits.required and kind in DEPOSITS and next(others, None) is None
