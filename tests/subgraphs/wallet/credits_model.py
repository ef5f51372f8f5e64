"""Customers' credits in memory, beside the model of their money."""

from dataclasses import dataclass
from typing import Final

from subgraphs.kit.credits import Credit, CreditKind, CreditState
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.kit.funds import PRODUCT_OF, Reservation, ReservationState, Why
from tests.support.money.model import Account, FundsModel

MICROSECONDS: Final = 1_000_000
DAY: Final = 86_400 * MICROSECONDS


@dataclass
class Purse:
    """How a credit may be used.

    Attributes:
        expires: In microseconds of product time; None if never.
        product: The only product whose stakes it pays; None for all.
    """

    expires: int | None
    product: Product | None = None


class CreditsModel(FundsModel):
    """What becomes of money and credits, one request after the other.

    Attributes:
        instant: In microseconds of product time since the beginning.
        purses: How the credits of customers may be used.
        credits: What was asked for by each id: the credit, and whether it was given.
    """

    def __init__(self) -> None:
        super().__init__()
        self.instant = 0
        self.purses: dict[tuple[Owner, str], Purse] = {}
        self.credits: dict[str, tuple[Credit, bool]] = {}

    def give(self, asked: Credit) -> CreditState:
        """Give a credit."""
        if asked.id not in self.credits:
            self.credits[asked.id] = (asked, True)
            account = self.accounts.setdefault((asked.owner, asked.currency), Account())
            self.house -= asked.amount
            if asked.kind is CreditKind.CASH:
                account.cash += asked.amount
            else:
                expires = None if asked.valid_days is None else self.instant + asked.valid_days * DAY
                self.purses[asked.owner, asked.id] = Purse(expires, asked.product)
                _purse(account, asked.kind)[asked.id] = asked.amount
        return self.stands(asked)

    def withhold(self, asked: Credit) -> CreditState:
        """Never give a credit, unless it was given."""
        self.credits.setdefault(asked.id, (asked, False))
        return self.stands(asked)

    def stands(self, asked: Credit) -> CreditState:
        """Return how a credit stands, as far as only its own request says."""
        former, is_given = self.credits.get(asked.id, (asked, None))
        if is_given is None:
            return CreditState.UNKNOWN
        if not is_given:
            return CreditState.WITHHELD
        return CreditState.GIVEN if former == asked else CreditState.REUSED

    def left(self, asked: Credit) -> int:
        """Return what is left of a credit, with what reservations hold."""
        held = sum(
            amount
            for made in self.made.values()
            if made.state is ReservationState.RESERVED
            and made.asked is not None
            and made.asked.owner == asked.owner
            for name, amount in made.taken
            if name == asked.id
        )
        return held + _purse(self.accounts[asked.owner, asked.currency], asked.kind)[asked.id]

    def pass_time(self, seconds: int, *, is_upkept: bool = True) -> None:
        """Let time pass; then reservations end, and the house gets back what is left of expired credits."""
        super().pass_time(seconds)
        self.instant += seconds * MICROSECONDS + 1_000
        if is_upkept:
            self._end_credits()

    def _end_credits(self) -> None:
        for (owner, _), account in self.accounts.items():
            for purses in (account.bonuses, account.free_bets):
                for name in purses:
                    if self._is_expired(owner, name) and not self._is_held(owner, name):
                        self.house += purses[name]
                        purses[name] = 0

    def _is_expired(self, owner: Owner, name: str) -> bool:
        expires = self.purses[owner, name].expires
        return expires is not None and expires <= self.instant

    def _is_held(self, owner: Owner, name: str) -> bool:
        return any(
            made.state is ReservationState.RESERVED
            and made.asked is not None
            and made.asked.owner == owner
            and any(purse == name and amount for purse, amount in made.taken)
            for made in self.made.values()
        )

    def _taken(self, account: Account | None, asked: Reservation) -> tuple[Why | None, list[tuple[str, int]]]:
        """Take from credits that may pay now, the first to expire first."""
        if account is None:
            return super()._taken(account, asked)
        able = {
            name: purse
            for (owner, name), purse in self.purses.items()
            if owner == asked.owner
            and not self._is_expired(owner, name)
            and purse.product in {None, PRODUCT_OF[asked.purpose]}
        }
        if asked.free_bet in account.free_bets and asked.free_bet not in able:
            return Why.INSUFFICIENT_FUNDS, []
        order = sorted(account.bonuses, key=lambda name: _order(able.get(name)))
        bonuses = {name: account.bonuses[name] for name in order if name in able}
        return super()._taken(Account(account.cash, bonuses, account.free_bets), asked)


def _purse(account: Account, kind: CreditKind) -> dict[str, int]:
    return account.bonuses if kind is CreditKind.BONUS else account.free_bets


def _order(purse: Purse | None) -> tuple[bool, int]:
    expires = None if purse is None else purse.expires
    return expires is None, expires or 0
