"""Closes in the format of beancount 3 (https://beancount.github.io/docs/beancount_language_syntax.html).

Customers are summed: a posting is what one kind of account of a brand has got or paid in a day, for one
reason. No id of a customer, of an account or of a transfer is in it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from subgraphs.wallet.closing.close import Close, Position, amount_in_words
from subgraphs.wallet.closing.days import ONE_DAY

GROUPS: Final = {
    "BETS": "Income",
    "GAMES": "Income",
    "CREDITS": "Expenses",
    "PAYMENTS": "Assets",
    "CORRECTIONS": "Equity",
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
    for currency, positions in _by_currency(closes[0].positions):
        opening = [(account_name(position), -position.opening) for position in positions]
        yield from _transaction(first, OPENING, currency, opening)
    for close in closes:
        yield from _of_day(close)


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


def _by_currency(positions: Iterable[Position]) -> list[tuple[str, list[Position]]]:
    found: defaultdict[str, list[Position]] = defaultdict(list)
    for position in positions:
        found[position.currency].append(position)
    return sorted(found.items())


def _transaction(day: date, reason: str, currency: str, amounts: list[tuple[str, int]]) -> Iterator[str]:
    moved = [(name, amount) for name, amount in amounts if amount]
    if not moved:
        return
    yield f'{day} * "{reason}"'
    for name, amount in moved:
        yield f"  {name}  {amount_in_words(amount, currency)} {currency}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
