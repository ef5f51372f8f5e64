"""Breaks and self-exclusions that a customer chose in the wallet, and the account as it counts beside them.

They are only ever added, so any order and repetition of their messages gives the same ones; and none of them
is ever stricter or milder than what an account message says by itself: of both, the stricter holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from subgraphs.club_kit.domain.accounts import Account, IneligibleReason

EXCLUSION: Final = "EXCLUSION"
BREAK: Final = "BREAK"


@dataclass(frozen=True, slots=True)
class ChosenExclusion:
    """A time in which a customer takes a break, or is excluded.

    Attributes:
        kind: BREAK or EXCLUSION.
        product: What a break is of, such as casino; None for everything.
        until: Exclusive.
    """

    kind: str
    product: str | None
    since: datetime
    until: datetime

    @property
    def reason(self) -> IneligibleReason:
        """Return what an account message of the same strictness would be a reason for."""
        return IneligibleReason.SELF_EXCLUDED if self.kind == EXCLUSION else IneligibleReason.RG_RESTRICTED

    def holds(self, at: datetime) -> bool:
        """Return whether it holds at an instant."""
        return self.since <= at < self.until

    def stops(self, product: str | None) -> bool:
        """Return whether it stops what is of a product; what is of none, only one of everything stops."""
        return self.product is None or self.product == product


def account_in_force(account: Account, chosen: Iterable[ChosenExclusion], at: datetime) -> Account:
    """Return an account as it counts at an instant: the stricter of its message and what was chosen.

    An exclusion counts as the message's `self_excluded`, a break of everything as its `restricted`. A break
    of one product is in `on_break`.
    """
    holding = [exclusion for exclusion in chosen if exclusion.holds(at)]
    if not holding:
        return account
    whole = {exclusion.kind for exclusion in holding if exclusion.product is None}
    rg_state = account.rg_state
    if EXCLUSION in whole:
        rg_state = "self_excluded"
    elif whole and rg_state == "none":
        rg_state = "restricted"
    products = {exclusion.product for exclusion in holding if exclusion.product is not None}
    return replace(account, rg_state=rg_state, on_break=tuple(sorted(products)))


def may_change(chosen: Sequence[ChosenExclusion], at: datetime) -> bool:
    """Return whether one of them begins or ends after an instant, without a message that would say so."""
    return any(exclusion.until > at for exclusion in chosen)
