"""Beancount finds no error in exported closes, and has the balances of the ledger and of its model."""

import ast
import asyncio
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from beancount import loader
from beancount.core.data import Balance, Custom, Open, Transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.closes import DAYS
from subgraphs.wallet.closing.close import Close, CloseDifference, Movement, Position
from subgraphs.wallet.closing.closer import Closer
from subgraphs.wallet.closing.days import ONE_DAY, day_of, span_of
from subgraphs.wallet.closing.export import account_name, exported
from subgraphs.wallet.closing.verification import Verifier
from subgraphs.wallet.funds.codes import HOUSE, AccountCode, house_account
from subgraphs.wallet.funds.customer_accounts import NOT_BELOW_ZERO, CustomerAccount, CustomerAccounts
from subgraphs.wallet.ledger.transfers import Transfer
from subgraphs.wallet.models import CLOSES, CUSTOMER_ACCOUNT
from tests.subgraphs.wallet import requests
from tests.subgraphs.wallet.closing.closed_wallet import FIRST, HOUR, NORTH, SOUTH
from tests.subgraphs.wallet.model import POST, VOID, LedgerModel
from tests.support.examples import examples
from tests.support.wallet.ledgers import StoppedClock, account, opened_database, opened_ledger

ROOT: Final = Path(__file__).parents[4]
AT: Final = datetime(2026, 11, 20, tzinfo=UTC)
SIDES: Final = ("debit_account_id", "credit_account_id")
KINDS: Final = {
    "house": (NORTH, AccountCode.BETS),
    "ann": (NORTH, AccountCode.CASH),
    "bob": (NORTH, AccountCode.PAYMENTS),
    "cat": (SOUTH, AccountCode.FREE_BET),
}
"""What the accounts of generated requests are; the fifth does not exist."""


def balances_of(entries: Iterable[Any]) -> dict[str, int]:
    """Return the balance of each account that has one, as beancount adds it up, in minor units."""
    sums: defaultdict[str, int] = defaultdict(int)
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                assert posting.units is not None
                assert posting.units.number is not None
                sums[posting.account] += int(posting.units.number * 100)
    return {name: amount for name, amount in sums.items() if amount}


async def play(data: st.DataObject, folder: str) -> tuple[list[Close], LedgerModel, dict[str, str]]:
    """Send requests over some days, close each, and return the closes, the model and the accounts."""
    clock, model = StoppedClock(span_of(FIRST).start + HOUR), LedgerModel()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(opened_database(f"sqlite+aiosqlite:///{folder}"))
        ledger = await stack.enter_async_context(opened_ledger(database, clock))
        accounts = CustomerAccounts(database, CUSTOMER_ACCOUNT, ledger)
        credit = CustomerAccount("", "GBP", AccountCode.FREE_BET, "fb-5", None)
        ids = {
            name: house_account(brand, "GBP", code) for name, (brand, code) in KINDS.items() if code in HOUSE
        }
        ids["ann"] = await accounts.open_cash(Owner(NORTH, "ann"), "GBP", AT)
        ids["cat"] = await accounts.open_credit(Owner(SOUTH, "cat"), credit, AT)
        opened = [
            account(ids[name], 0 if code in HOUSE else NOT_BELOW_ZERO, code=int(code))
            for name, (_, code) in KINDS.items()
        ]
        model.create_accounts([asdict(one) for one in opened], clock.now)
        clock.now += HOUR  # later than any of the accounts
        number = 0
        for _ in range(data.draw(st.integers(1, 8))):
            known = requests.Known(
                {id_: _named(one, ids) for id_, one in model.transfers.items()},
                [id_ for id_, how in model.standing.items() if how == "pending"],
                number := number + 10,
            )
            asked = [_with(one, ids) for one in data.draw(requests.transfers(known))]
            results = await ledger.create_transfers(asked)
            expected = model.create_transfers([asdict(one) for one in asked], clock.now)
            assert [(result.timestamp, result.status.value) for result in results] == expected
            clock.now += data.draw(st.sampled_from([1, HOUR, 23 * HOUR, 30 * HOUR]))
        clock.now = span_of(day_of(clock.now)).end
        closer = Closer(database, DAYS, CLOSES, None, clock)
        closes = [(await closer.close(day)).close for day in await closer.due()]
        verification = await Verifier(database, DAYS, CLOSES, {}).verify()
        assert (verification.faults, verification.differences) == ((), ())
    return closes, model, ids


def _with(asked: Transfer, ids: dict[str, str]) -> Transfer:
    """Return a request between accounts of the wallet."""
    sides = {side: ids.get(getattr(asked, side), getattr(asked, side)) for side in SIDES}
    return replace(asked, **sides)


def _named(record: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    names = {id_: name for name, id_ in ids.items()}
    return record | {side: names.get(record[side], record[side]) for side in SIDES}


@settings(max_examples=examples(20), suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_ledger_model_and_beancount_agree(data: st.DataObject) -> None:
    """For any requests, chains, holds and refusals, over any days: on each of them."""
    with tempfile.TemporaryDirectory() as folder:
        closes, model, ids = asyncio.run(play(data, folder))
    assert all(close.differences == () for close in closes)
    entries, errors, _ = loader.load_string("\n".join(exported(closes)))
    assert errors == []
    names = {id_: account_name(Position(*_place(name), 0, 0)) for name, id_ in ids.items()}
    assert balances_of(entries) == _sums(model, names, None)
    for close in closes:
        until = [entry for entry in entries if entry.date <= close.day]
        assert balances_of(until) == _sums(model, names, close.day)


def _place(name: str) -> tuple[str, str, str]:
    brand, code = KINDS[name]
    return brand, "GBP", code.name


def _sums(model: LedgerModel, names: dict[str, str], until: date | None) -> dict[str, int]:
    """Return debits less credits of each account, as the model has them at the end of a day."""
    sums: defaultdict[str, int] = defaultdict(int)
    for transfer in model.transfers.values():
        is_posted = not transfer["flags"] & (1 << 1 | VOID) or transfer["flags"] & POST
        if is_posted and (until is None or day_of(transfer["timestamp"]) <= until):
            sums[names[transfer["debit_account_id"]]] += transfer["amount"]
            sums[names[transfer["credit_account_id"]]] -= transfer["amount"]
    return {name: amount for name, amount in sums.items() if amount}


def position(brand: str, account: str, opening: int, *moved: Movement, currency: str = "GBP") -> Position:
    """Return a position."""
    closing = opening + sum(one.credits - one.debits for one in moved)
    return Position(brand, currency, account, opening, closing, moved)


def close_of(*positions: Position, day: date = FIRST, differences: tuple[CloseDifference, ...] = ()) -> Close:
    """Return a close."""
    return Close(1, day, AT, "0" * 64, "", 0, "", 3, "ab" * 32, positions, differences)


def test_an_export_reads_like_this() -> None:
    """Opening balances, one transaction for each reason, and what each account has at the end."""
    stake = Movement("GAME_BET", 250, 0, 2)
    close = close_of(
        position("northbet", "CASH", 1000, stake),
        position("northbet", "PAYMENTS", -1000),
        position("northbet", "GAMES", 0, Movement("GAME_BET", 0, 250, 2)),
        differences=(CloseDifference("GBP", "a", 'a "difference"', "", 1, 2),),
    )
    assert (
        "\n".join(exported([close]))
        == """\
;; The wallet's ledger: one transaction for each currency and reason of a day, customers summed.
option "title" "Wallet, 2026-11-20 to 2026-11-20"
option "operating_currency" "GBP"
2026-11-20 open Liabilities:Northbet:GBP:Cash GBP
  brand: "northbet"
2026-11-20 open Assets:Northbet:GBP:Payments GBP
  brand: "northbet"
2026-11-20 open Income:Northbet:GBP:Games GBP
  brand: "northbet"
2026-11-20 * "Opening balances"
  Liabilities:Northbet:GBP:Cash  -10.00 GBP
  Assets:Northbet:GBP:Payments  10.00 GBP
2026-11-20 custom "close" 1 "abababababababababababababababababababababababababababababababab" "unsigned"
2026-11-20 custom "difference" "Account a, GBP: a \\"difference\\": 0.01 is recorded, 0.02 follows."
2026-11-20 * "Game_bet"
  Liabilities:Northbet:GBP:Cash  2.50 GBP
  Income:Northbet:GBP:Games  -2.50 GBP
2026-11-21 balance Liabilities:Northbet:GBP:Cash -7.50 ~ 0 GBP
2026-11-21 balance Assets:Northbet:GBP:Payments 10.00 ~ 0 GBP
2026-11-21 balance Income:Northbet:GBP:Games -2.50 ~ 0 GBP"""
    )


def test_nothing_to_export_is_nothing() -> None:
    """No close, no line."""
    assert list(exported([])) == []


@settings(max_examples=examples(60))
@given(
    brands=st.lists(st.text(min_size=0, max_size=12), min_size=1, max_size=5, unique=True),
    currency=st.sampled_from(["GBP", "JPY", "KWD"]),
    amount=st.integers(1, 2**53),
)
def test_any_brand_has_accounts_of_its_own(brands: list[str], currency: str, amount: int) -> None:
    """Whatever it is called, and whatever decimals its currency has."""
    close = close_of(
        *(
            position(brand, account, 0, Movement("DEPOSIT", *sides, 1), currency=currency)
            for brand in brands
            for account, sides in (("CASH", (0, amount)), ("PAYMENTS", (amount, 0)))
        )
    )
    entries, errors, _ = loader.load_string("\n".join(exported([close])))
    assert errors == []
    assert len({entry.account for entry in entries if isinstance(entry, Open)}) == 2 * len(brands)
    assert sum(isinstance(entry, Balance) for entry in entries) == 2 * len(brands)


def test_a_wrong_close_is_an_error_of_beancount() -> None:
    """What does not add up is not balanced silently."""
    lost = close_of(position("northbet", "CASH", 0, Movement("DEPOSIT", 0, 5, 1)))
    _, errors, _ = loader.load_string("\n".join(exported([lost])))
    assert errors
    moved = position("northbet", "CASH", 0, Movement("DEPOSIT", 0, 5, 1))
    other = position("northbet", "PAYMENTS", 0, Movement("DEPOSIT", 5, 0, 1))
    wrong = close_of(Position("northbet", "GBP", "CASH", 0, 6, moved.movements), other)
    entries, errors, _ = loader.load_string("\n".join(exported([wrong])))
    assert ["Balance failed" in error.message for error in errors] == [True]
    assert sum(isinstance(entry, Custom) for entry in entries) == 1


def test_the_product_never_imports_beancount() -> None:
    """It is under the GPL: a tool of the tests, which the product does not ask for either."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = declared["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    imported = {
        name
        for package in packages
        for file in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in _imported(node)
    }
    assert "sqlalchemy" in imported
    assert "beancount" not in imported
    extras = declared["project"]["optional-dependencies"]
    asked = {
        *declared["project"]["dependencies"],
        *(one for name in extras if name != "dev" for one in extras[name]),
    }
    assert not any(one.startswith("beancount") for one in asked)
    for lock in ("requirements.lock", "requirements-analytics.lock"):
        assert "beancount" not in (ROOT / lock).read_text(encoding="utf-8")


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    return [(node.module or "").partition(".")[0]] if isinstance(node, ast.ImportFrom) else []


def test_a_close_that_begins_anew_brings_what_its_openings_say() -> None:
    """Beancount finds no error after rows were moved, and shows what changed behind the days, and why."""
    first = close_of(
        position(NORTH, "CASH", 0, Movement("DEPOSIT", 0, 900, 2)),
        position(NORTH, "PAYMENTS", 0, Movement("DEPOSIT", 900, 0, 2)),
        position(NORTH, "CASH", 0, Movement("DEPOSIT", 0, 5, 1), currency="EUR"),
        position(NORTH, "PAYMENTS", 0, Movement("DEPOSIT", 5, 0, 1), currency="EUR"),
    )
    second = close_of(
        position(NORTH, "CASH", 500, Movement("STAKE", 100, 0, 1)),
        position(NORTH, "BETS", 0, Movement("STAKE", 0, 100, 1)),
        position(NORTH, "PAYMENTS", -500),
        day=FIRST + ONE_DAY,
    )
    closes = [first, replace(second, sequence=2, begins='a "backup"')]
    entries, errors, _ = loader.load_string("\n".join(exported(closes)))
    assert errors == []
    assert balances_of(entries) == {
        "Liabilities:Northbet:GBP:Cash": -400,
        "Income:Northbet:GBP:Bets": -100,
        "Assets:Northbet:GBP:Payments": 500,
    }
    began = [
        entry.narration
        for entry in entries
        if isinstance(entry, Transaction) and entry.narration and entry.narration.startswith("Opening")
    ]
    assert began == ['Opening balances: a "backup"'] * 2
