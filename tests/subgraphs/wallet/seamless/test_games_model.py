"""Bets, wins, prizes, rollbacks, replays, an exclusion and the end of a session in any order, beside a model.

Amounts may be parts of a penny, and requests have members that nobody knows.
"""

import asyncio
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec import json

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.aggregator.operator import Operator
from subgraphs.wallet.funds.codes import AccountCode, house_account
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.limits.store import Request
from subgraphs.wallet.models import METADATA
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.seamless.messages import (
    BetRequest,
    RollbackRequest,
    Status,
    WinRequest,
    read_message,
    units,
)
from tests.support.database_probe import migrate
from tests.support.examples import OUTER_LAYER
from tests.support.wallet.money_clients import BRAND, CASH, CURRENCY, MoneyClients

ANN: Final = Owner(BRAND, "ann1")
POUND: Final = 100_000
PENNY: Final = 1_000
UNKNOWN: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"meta": {"supplier_promo_info": {"promo_reference": "p"}}},
    {"is_billable": False, "x": None},
)
"""What Hub88 may add to a request."""


@dataclass(frozen=True)
class Step:
    """What is asked next.

    Attributes:
        number: Of the bet, win or rollback; `reference` of what it pays or takes back.
        unknown: Members that nobody knows.
    """

    kind: str
    number: int
    reference: str
    amount: int
    is_marked: bool = False
    unknown: dict[str, Any] = field(default_factory=dict)


STEPS: Final = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(["bet", "bet", "bet", "win", "win", "rollback", "end", "exclude"]),
        number=st.integers(0, 2),
        reference=st.sampled_from(["bet0", "bet1", "bet2", "bet0", "bet1", "win0", "win1"]),
        amount=st.sampled_from([0, 0, 3 * POUND, 12 * POUND, 123_456, 123_500, 499]),
        is_marked=st.booleans(),
        unknown=st.sampled_from(UNKNOWN),
    ),
    max_size=25,
)


@dataclass
class Win:
    """A win that was paid.

    Attributes:
        amount: In whole pennies.
        is_prize: Whether it is the supplier's money.
    """

    bet: str
    amount: int
    is_prize: bool
    back: Status | None = None


@dataclass
class Model:
    """What an aggregator is answered, and what its customer and the house have.

    Attributes:
        bets: The outcome and the amount of each; None of what was taken back before it came.
        prizes: The bets that only name a prize.
        owed: What suppliers owe for prizes.
    """

    cash: int = units(CASH, CURRENCY)
    has_ended: bool = False
    is_excluded: bool = False
    bets: dict[str, tuple[Status, int | None]] = field(default_factory=dict)
    wins: dict[str, Win] = field(default_factory=dict)
    rollbacks: dict[str, tuple[str, Status]] = field(default_factory=dict)
    prizes: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    owed: int = 0

    def bet(self, name: str, step: Step) -> Status:
        """Return the answer to a bet."""
        if step.amount % PENNY:
            return Status.WRONG_SYNTAX
        is_prize = step.is_marked and not step.amount
        if name in self.bets:
            status, known = self.bets[name]
            if known is not None and known != step.amount:
                return Status.DUPLICATE_TRANSACTION
            is_gone = name in self.gone and status is Status.OK
            return Status.TRANSACTION_DOES_NOT_EXIST if is_gone else status
        if self.has_ended and not is_prize:
            return Status.TOKEN_EXPIRED
        status = Status.OK if step.amount <= self.cash else Status.NOT_ENOUGH_MONEY
        status = Status.USER_DISABLED if self.is_excluded and not is_prize else status
        self.bets[name] = status, step.amount
        self.prizes |= {name} if is_prize else set()
        self.cash -= step.amount if status is Status.OK else 0
        return status

    def win(self, name: str, step: Step) -> Status:
        """Return the answer to a win."""
        amount = (2 * step.amount + PENNY) // (2 * PENNY) * PENNY
        if (known := self.wins.get(name)) is not None:
            is_same = (known.bet, known.amount) == (step.reference, amount)
            return Status.OK if is_same else Status.DUPLICATE_TRANSACTION
        if name in self.gone or step.reference in self.gone:
            return Status.TRANSACTION_DOES_NOT_EXIST
        if self.bets.get(step.reference, (None, 0))[0] is not Status.OK:
            return Status.TRANSACTION_DOES_NOT_EXIST
        self.wins[name] = Win(step.reference, amount, step.is_marked or step.reference in self.prizes)
        self._pay(self.wins[name], amount)
        return Status.OK

    def roll_back(self, name: str, step: Step) -> Status:
        """Return the answer to a rollback."""
        if (known := self.rollbacks.get(name)) is not None:
            return known[1] if known[0] == step.reference else Status.DUPLICATE_TRANSACTION
        if (win := self.wins.get(step.reference)) is not None:
            win.back = win.back or self._reclaimed(win)
            status = win.back
        else:
            self._give_back(step.reference)
            status = Status.OK
        self.gone.add(step.reference)
        self.rollbacks[name] = step.reference, status
        return status

    def _give_back(self, bet: str) -> None:
        status, amount = self.bets.setdefault(bet, (Status.TRANSACTION_DOES_NOT_EXIST, None))
        if status is Status.OK and bet not in self.gone:
            self.cash += amount or 0

    def _reclaimed(self, win: Win) -> Status:
        if win.amount > self.cash:
            return Status.NOT_ENOUGH_MONEY
        self._pay(win, -win.amount)
        return Status.OK

    def _pay(self, win: Win, amount: int) -> None:
        self.cash += amount
        self.owed += amount if win.is_prize else 0


async def _play(steps: list[Step], folder: str) -> None:
    database = DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}")
    await migrate(database, "wallet", METADATA)
    wallet = OpenedWallet.of(Database.open(database, "wallet"), SystemClock())
    try:
        await MoneyClients([ANN]).begin(wallet)
        operator, model = Operator.of(wallet, {"": BRAND}), Model()
        token = await operator.sessions.open_session(ANN, CURRENCY, None, timedelta(hours=1))
        for step in steps:
            if step.kind == "end":
                await operator.sessions.end_session(token)
                model.has_ended = True
            elif step.kind == "exclude":
                await _exclude(wallet)
                model.is_excluded = True
            else:
                await _ask(operator, model, token, step)
        assert not await prove(wallet.database)
        assert await _house(wallet, AccountCode.PRIZES) == -model.owed
        games = units(CASH, CURRENCY) - model.cash + model.owed
        assert await _house(wallet, AccountCode.GAMES) == games
    finally:
        await wallet.close()


async def _ask(operator: Operator, model: Model, token: str, step: Step) -> None:
    """See that a request is answered as the model says."""
    name = f"{step.kind}{step.number}"
    members: dict[str, Any] = {"user": ANN.customer, "token": token, "request_uuid": "r"}
    members |= {"transaction_uuid": name, **step.unknown}
    if step.kind != "rollback":
        members |= {"amount": step.amount, "currency": CURRENCY, "is_supplier_promo": step.is_marked}
    if step.kind != "bet":
        members["reference_transaction_uuid"] = step.reference
    body = json.encode(members)
    match step.kind:
        case "bet":
            answer = await operator.transact(read_message(body, BetRequest))
            expected = model.bet(name, step)
        case "win":
            answer = await operator.transact(read_message(body, WinRequest))
            expected = model.win(name, step)
        case _:
            answer = await operator.transact(read_message(body, RollbackRequest))
            expected = model.roll_back(name, step)
    assert answer.status is expected, step
    assert answer.balance in {None, model.cash}


async def _exclude(wallet: OpenedWallet) -> None:
    standing = await wallet.standing_of(ANN)
    async with wallet.database.write() as connection:
        asked = Request(ANN, "key", ANN.customer, wallet.clock.now())
        await wallet.limits.self_exclude(connection, asked, standing, 6)


async def _house(wallet: OpenedWallet, code: AccountCode) -> int:
    """Return what an account of the house has, in 1/100,000."""
    [account] = await wallet.ledger.lookup_accounts([house_account(BRAND, CURRENCY, code)])
    return units(account.credits_posted, CURRENCY) - units(account.debits_posted, CURRENCY)


@settings(max_examples=OUTER_LAYER, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
@example(
    [
        Step("bet", 0, "bet0", 3 * POUND, is_marked=True),
        Step("end", 0, "bet0", 0),
        Step("exclude", 0, "bet0", 0),
        Step("bet", 1, "bet0", 0, is_marked=True, unknown=UNKNOWN[1]),
        Step("win", 0, "bet1", 123_456, is_marked=True, unknown=UNKNOWN[2]),
        Step("win", 1, "bet0", 123_500),
        Step("win", 2, "bet0", 12 * POUND, is_marked=True),
        Step("rollback", 0, "win0", 0),
        Step("rollback", 1, "bet1", 0),
    ]
)
def test_any_requests_in_any_order(steps: list[Step]) -> None:
    """Each answer and balance is the model's, suppliers owe their prizes, and the ledger is conserved."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(steps, folder))
