"""A customer's credits of the club in the graph: what is left, until when, and how they pay stakes."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import strawberry
from strawberry import ID, Private

from subgraphs.kit.credits import TERMS, CreditTerms
from subgraphs.kit.domain.products import Product
from subgraphs.kit.graphql.descriptions import described, fields_described
from subgraphs.kit.graphql.money import Money, money
from subgraphs.wallet.customer_record import HeldAccount
from subgraphs.wallet.funds.codes import KIND_OF
from subgraphs.wallet.wallet_state import WalletState

MAX_CREDITS: Final = 100
"""How many credits a customer is shown; those that expire first come first."""


@described
@strawberry.enum
class WalletCreditKind(StrEnum):
    """What a credit of the club is."""

    BONUS = "BONUS"
    FREE_BET = "FREE_BET"


@fields_described
@strawberry.type
class WalletCredit:
    """A credit of the club that a customer may use: a bonus or a free bet, with its terms."""

    held: Private[HeldAccount]
    locale: Private[str]

    @strawberry.field
    def id(self) -> ID:
        """By which a bet names the free bet that pays its stake."""
        return ID(self.held.credit)

    @strawberry.field
    def kind(self) -> WalletCreditKind:
        """A bonus or a free bet."""
        return WalletCreditKind(self.held.code.name)

    @strawberry.field
    def amount(self) -> Money:
        """What is left of it and not reserved."""
        return money(self.held.available, self.held.currency, self.locale)

    @strawberry.field
    def reserved(self) -> Money:
        """What bets reserve of it that are not decided yet."""
        return money(self.held.debits_pending, self.held.currency, self.locale)

    @strawberry.field
    def expires_at(self) -> datetime | None:
        """From when on it pays nothing; null if it never expires."""
        return self.held.expires_at

    @strawberry.field
    def product(self) -> Product | None:
        """The only product whose stakes it pays; null for all."""
        return self.held.product

    @strawberry.field
    def pays_first(self) -> bool:
        """Whether it pays stakes before cash does, as far as it goes."""
        return self._terms.pays_first

    @strawberry.field
    def is_whole(self) -> bool:
        """Whether it pays one stake, alone and whole, if the bet names it."""
        return self._terms.is_whole

    @strawberry.field
    def returns_stake(self) -> bool:
        """Whether what a bet returns contains the stake that it paid."""
        return self._terms.returns_stake

    @property
    def _terms(self) -> CreditTerms:
        return TERMS[KIND_OF[self.held.code]]


def credits_of(seen: WalletState) -> list[WalletCredit]:
    """Return the credits of which something is left or reserved, the first to expire first."""
    return [WalletCredit(held=held, locale=seen.locale) for held in seen.credits[:MAX_CREDITS]]
