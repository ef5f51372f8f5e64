"""Closes in the format of beancount 3 (https://beancount.github.io/docs/beancount_language_syntax.html).

Customers are summed: a posting is what one kind of account of a brand has got or paid in a day, for one
reason. No id of a customer, of an account or of a transfer is in it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from subgraphs.wallet.closing.close import Close, Position, amount_in_words
from subgraphs.wallet.closing.days import ONE_DAY

GROUPS: Final = {
    "BETS": "Income",
    "GAMES": "Income",
    "CREDITS": "Expenses",
    "PAYMENTS": "Assets",
    "CORRECTIONS": "Equity",
    "FEES": "Income",
    "CHARGEBACKS": "Expenses",
    "OWED": "Assets",
    "PRIZES": "Assets",
}
"""Where accounts of the house are; those of customers are liabilities."""

OPENING: Final = "Opening balances"
_PLAIN: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def exported(closes: Sequence[Close]) -> Iterator[str]:
    """Yield the lines of consecutive closes, the earliest first.

    Amounts are debits less credits, as beancount has them: what customers hold is negative, and so is what
    the house has won.
    """
    if not closes:
        return
    first = closes[0].day
    yield ";; The wallet's ledger: one transaction for each currency and reason of a day, customers summed."
    yield f'option "title" "Wallet, {first} to {closes[-1].day}"'
    for currency in sorted({position.currency for close in closes for position in close.positions}):
        yield f'option "operating_currency" "{currency}"'
    yield from _opened(closes)
    yield from _began(closes[0], (), OPENING)
    for before, close in pairwise((closes[0], *closes)):
        if close.begins and close is not before:
            yield from _began(close, before.positions, f"{OPENING}: {close.begins}")
        yield from _of_day(close)


def _began(close: Close, before: Sequence[Position], reason: str) -> Iterator[str]:
    """Yield what a close has at its opening, and the one before had not at its end."""
    moved = defaultdict[str, dict[str, int]](dict)
    for position in before:
        moved[position.currency][account_name(position)] = position.closing
    for position in close.positions:
        had = moved[position.currency].get(account_name(position), 0)
        moved[position.currency][account_name(position)] = had - position.opening
    for currency, amounts in sorted(moved.items()):
        yield from _transaction(close.day, reason, currency, list(amounts.items()))


def account_name(position: Position) -> str:
    """Return the name of a position's account, such as `Liabilities:Northbet:GBP:Cash`."""
    group = GROUPS.get(position.account, "Liabilities")
    account = position.account.title().replace("_", "-")
    return f"{group}:{_brand_name(position.brand)}:{position.currency}:{account}"


def _brand_name(brand: str) -> str:
    """Return a part of an account's name that no other brand has."""
    if not brand:
        return "NOBODY"
    return brand.capitalize() if _PLAIN.fullmatch(brand) else f"ID{brand.encode().hex()}"


def _opened(closes: Iterable[Close]) -> Iterator[str]:
    """Open each account on the first day that names it."""
    opened: dict[str, None] = {}
    for close in closes:
        for position in close.positions:
            if (name := account_name(position)) not in opened:
                opened[name] = None
                yield f"{close.day} open {name} {position.currency}"
                yield f'  brand: "{_escaped(position.brand)}"'


def _of_day(close: Close) -> Iterator[str]:
    stated = "signed by " + close.key if close.key else "unsigned"
    yield f'{close.day} custom "close" {close.sequence} "{close.digest}" "{_escaped(stated)}"'
    for difference in close.differences:
        yield f'{close.day} custom "difference" "{_escaped(difference.words)}"'
    moved: defaultdict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for position in close.positions:
        for movement in position.movements:
            amount = movement.debits - movement.credits
            moved[position.currency, movement.code].append((account_name(position), amount))
    for (currency, code), amounts in sorted(moved.items()):
        yield from _transaction(close.day, code.capitalize(), currency, amounts)
    for position in close.positions:
        closing = amount_in_words(-position.closing, position.currency)
        yield f"{close.day + ONE_DAY} balance {account_name(position)} {closing} ~ 0 {position.currency}"


def _transaction(day: date, reason: str, currency: str, amounts: list[tuple[str, int]]) -> Iterator[str]:
    moved = [(name, amount) for name, amount in amounts if amount]
    if not moved:
        return
    yield f'{day} * "{_escaped(reason)}"'
    for name, amount in moved:
        yield f"  {name}  {amount_in_words(amount, currency)} {currency}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
