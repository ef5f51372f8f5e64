"""What accounts and transfers of the wallet are for: the codes of the ledger."""

from enum import IntEnum
from hashlib import blake2b
from typing import Final

from iso4217 import Currency

from subgraphs.kit.credits import CreditKind


class AccountCode(IntEnum):
    """What an account is for. A customer's are below 100, the house's above.

    CASH: what a customer may bet with and withdraw.
    BONUS: a credit of the club that pays stakes before cash does.
    FREE_BET: a credit that pays one stake by itself, and whole.
    BETS: stakes of bets, and what those return.
    GAMES: stakes of games, and what those return.
    PRIZES: what suppliers of games owe for prizes of theirs that customers were paid.
    CREDITS: what credits of the club have cost.
    PAYMENTS: what processors and banks have brought or owe.
    CORRECTIONS: what people have corrected.
    FEES: what customers have paid for payments.
    CHARGEBACKS: what banks have taken back that customers no longer had.
    OWED: what customers owe by corrected results: they no longer had it.
    ERASED: what accounts of erased customers have moved, in place of accounts that are kept no longer.
    """

    CASH = 1
    BONUS = 2
    FREE_BET = 3
    BETS = 101
    GAMES = 102
    CREDITS = 103
    PAYMENTS = 104
    CORRECTIONS = 105
    FEES = 106
    CHARGEBACKS = 107
    OWED = 108
    ERASED = 109
    PRIZES = 110


HOUSE: Final = (
    AccountCode.BETS,
    AccountCode.GAMES,
    AccountCode.CREDITS,
    AccountCode.PAYMENTS,
    AccountCode.CORRECTIONS,
    AccountCode.FEES,
    AccountCode.CHARGEBACKS,
    AccountCode.OWED,
    AccountCode.ERASED,
    AccountCode.PRIZES,
)
"""The house's accounts, of each brand and currency."""


class TransferCode(IntEnum):
    """Why money moves; a customer sees it as the kind of a transaction."""

    DEPOSIT = 1
    WITHDRAWAL = 2
    STAKE = 3
    RETURN = 4
    REFUND = 5
    BONUS = 6
    FREE_BET = 7
    GAME_BET = 8
    GAME_WIN = 9
    ROLLBACK = 10
    FEE = 11
    CORRECTION = 12
    EXPIRY = 13


ACCOUNT_OF: Final = {
    CreditKind.CASH: AccountCode.CASH,
    CreditKind.BONUS: AccountCode.BONUS,
    CreditKind.FREE_BET: AccountCode.FREE_BET,
}
"""Where a credit goes."""

KIND_OF: Final = {code: kind for kind, code in ACCOUNT_OF.items()}
"""What a credit in a customer's account is."""

GIVEN_AS: Final = {
    CreditKind.CASH: TransferCode.BONUS,
    CreditKind.BONUS: TransferCode.BONUS,
    CreditKind.FREE_BET: TransferCode.FREE_BET,
}
"""As what a customer sees a credit."""


def ledger_of(currency: str) -> int:
    """Return the ledger of a currency: its number in ISO 4217.

    Raises:
        ValueError: No such currency.
    """
    return int(Currency(currency).number)


def house_account(brand: str, currency: str, code: AccountCode) -> str:
    """Return the id of an account of the house; a brand's id alone may be as long as an account's."""
    named = f"{brand}\n{currency}\n{int(code)}".encode()
    return f"house-{blake2b(named, digest_size=16).hexdigest()}"


_CURRENCIES: Final = {int(currency.number): currency.code for currency in Currency if currency.number}


def currency_of(ledger: int) -> str:
    """Return the currency of a ledger, by its alphabetic code; the number itself if there is none."""
    return _CURRENCIES.get(ledger, f"{ledger:03}")
