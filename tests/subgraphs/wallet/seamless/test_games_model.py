"""Bets, wins, rollbacks, replays and the end of a session in any order, beside a model in memory."""

import asyncio
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.aggregator.operator import Operator
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.models import METADATA
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.seamless.messages import BetRequest, RollbackRequest, Status, WinRequest, units
from tests.support.database_probe import migrate
from tests.support.examples import OUTER_LAYER
from tests.support.wallet.money_clients import BRAND, CASH, CURRENCY, MoneyClients

ANN = Owner(BRAND, "ann1")
POUND = 100_000
Step = tuple[str, int, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["bet", "bet", "bet", "win", "win", "rollback", "end"]),
        st.integers(0, 2),
        st.integers(0, 2),
        st.sampled_from([0, 3 * POUND, 12 * POUND]),
    ),
    max_size=25,
)


@dataclass
class Model:
    """What an aggregator is answered, and what its customer has."""

    cash: int = units(CASH, CURRENCY)
    has_ended: bool = False
    bets: dict[int, tuple[Status, int | None]] = field(default_factory=dict)
    others: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def bet(self, number: int, amount: int) -> Status:
        """Return the answer to a bet."""
        if number in self.bets:
            status, known = self.bets[number]
            if known is not None and known != amount:
                return Status.DUPLICATE_TRANSACTION
            is_gone = number in self.gone and status is Status.OK
            return Status.TRANSACTION_DOES_NOT_EXIST if is_gone else status
        if self.has_ended:
            return Status.TOKEN_EXPIRED
        status = Status.OK if amount <= self.cash else Status.NOT_ENOUGH_MONEY
        self.bets[number] = status, amount
        self.cash -= amount if status is Status.OK else 0
        return status

    def win(self, number: int, reference: int, amount: int) -> Status:
        """Return the answer to a win."""
        if (known := self.others.get(("win", number))) is not None:
            return Status.OK if known == (reference, amount) else Status.DUPLICATE_TRANSACTION
        if reference in self.gone or self.bets.get(reference, (None, 0))[0] is not Status.OK:
            return Status.TRANSACTION_DOES_NOT_EXIST
        self.others["win", number] = reference, amount
        self.cash += amount
        return Status.OK

    def roll_back(self, number: int, reference: int) -> Status:
        """Return the answer to a rollback."""
        if (known := self.others.get(("rollback", number))) is not None:
            return Status.OK if known == (reference, 0) else Status.DUPLICATE_TRANSACTION
        self.others["rollback", number] = reference, 0
        status, amount = self.bets.setdefault(reference, (Status.TRANSACTION_DOES_NOT_EXIST, None))
        if status is Status.OK and reference not in self.gone:
            self.cash += amount or 0
        self.gone.add(reference)
        return Status.OK


async def _play(steps: list[Step], folder: str) -> None:
    database = DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}")
    await migrate(database, "wallet", METADATA)
    wallet = OpenedWallet.of(Database.open(database, "wallet"), SystemClock())
    try:
        await MoneyClients([ANN]).begin(wallet)
        operator, model = Operator.of(wallet, {"": BRAND}), Model()
        token = await operator.sessions.open_session(ANN, CURRENCY, None, timedelta(hours=1))
        for kind, number, reference, amount in steps:
            named: dict[str, Any] = {"user": ANN.customer, "token": token, "request_uuid": "r"}
            named |= {"transaction_uuid": f"{kind}{number}"}
            paid: dict[str, Any] = {"amount": amount, "currency": CURRENCY}
            of: dict[str, Any] = {"reference_transaction_uuid": f"bet{reference}"}
            if kind == "bet":
                answer = await operator.transact(BetRequest(**named, **paid))
                expected = model.bet(number, amount)
            elif kind == "win":
                answer = await operator.transact(WinRequest(**named, **paid, **of))
                expected = model.win(number, reference, amount)
            elif kind == "rollback":
                answer = await operator.transact(RollbackRequest(**named, **of))
                expected = model.roll_back(number, reference)
            else:
                await operator.sessions.end_session(token)
                model.has_ended = True
                continue
            assert answer.status is expected
            assert answer.balance in {None, model.cash}
        assert not await prove(wallet.database)
    finally:
        await wallet.close()


@settings(max_examples=OUTER_LAYER, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_any_requests_in_any_order(steps: list[Step]) -> None:
    """Each answer and each balance is the model's, and the ledger is conserved."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(steps, folder))
