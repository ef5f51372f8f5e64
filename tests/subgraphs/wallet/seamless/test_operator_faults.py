"""Whatever operators, networks and processes do: books, journal and what blocks were told say the same."""

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from simulator.seamless.faults import NAMES
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import (
    DONE,
    IN_DOUBT,
    Outcome,
    Purpose,
    Reservation,
    ReservationState,
    Settlement,
    Status,
)
from subgraphs.wallet.models import OPERATORS
from subgraphs.wallet.seamless.operator_client import OperatorClient
from tests.subgraphs.wallet.seamless.cut_network import CUTS, Cut, Killed
from tests.subgraphs.wallet.seamless.operators import (
    BRANDS,
    UNITS_OF_ONE,
    OperatorWallet,
    client_of,
    operators_of,
)
from tests.support.examples import OUTER_LAYER
from tests.support.money.contract import CASH, CUSTOMERS
from tests.support.wallet.ledgers import opened_database

T = TypeVar("T")
SECONDS: Final = 60
LONG: Final = 3_600
"""Longer than any pause, lease or reservation."""


FAULTS: Final = tuple(name for name in NAMES if not name.startswith("timeout"))
"""Those of the operator itself; silence is the network's here."""


class FaultMachine(RuleBasedStateMachine):
    """Blocks reserve, settle and release; the operator, the network and processes fail."""

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.stack = asyncio.Runner(), AsyncExitStack()
        self.wallet = self.runner.run(self._opened())
        self.asked: dict[str, Reservation] = {}
        self.told: dict[tuple[str, str], Outcome] = {}
        self.won: dict[str, Settlement] = {}

    async def _opened(self) -> OperatorWallet:
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        database = await self.stack.enter_async_context(opened_database(f"sqlite+aiosqlite:///{folder}"))
        wallet = self.stack.enter_context(operators_of(database, Path(folder)))
        self.cuts = {brand: Cut.of(api) for brand, api in wallet.apis.items()}
        clients: dict[str, OperatorClient] = {
            brand: client_of(api, self.cuts[brand]) for brand, api in wallet.apis.items()
        }
        return OperatorWallet(database, wallet.apis, clients, wallet.clock)

    def run_now(self, step: Coroutine[Any, Any, T]) -> T | None:
        """Run a step to its end, or until its process is killed."""
        try:
            return self.runner.run(step)
        except Killed:
            return None

    @initialize()
    def begin(self) -> None:
        """Customers have cash."""
        self.run_now(self.wallet.begin())

    @rule(brand=st.sampled_from(BRANDS), name=st.sampled_from(FAULTS), times=st.integers(1, 3))
    def operator_fails(self, brand: str, name: Any, times: int) -> None:
        """An operator fails some times from now on."""
        self.wallet.apis[brand].faults.arm(name, times)

    @rule(brand=st.sampled_from(BRANDS), cuts=st.lists(st.sampled_from(CUTS), min_size=1, max_size=3))
    def network_fails(self, brand: str, cuts: list[str]) -> None:
        """The network loses requests or answers, or the process that waits for one is killed."""
        self.cuts[brand].next += cuts

    @rule(id_=st.sampled_from("abcd"), owner=st.sampled_from(CUSTOMERS), amount=st.sampled_from([1, 40, 99]))
    def reserve(self, id_: str, owner: Owner, amount: int) -> None:
        """A block reserves, or repeats what it asked before."""
        new = Reservation(
            id=id_, owner=owner, currency="GBP", amount=amount, purpose=Purpose.BET, seconds=SECONDS
        )
        asked = self.asked.setdefault(id_, new)
        self._tell("reserve", id_, self.run_now(self.wallet.funds.reserve(asked)))

    @rule(data=st.data(), returns=st.sampled_from([0, 7, 250]))
    def settle(self, data: st.DataObject, returns: int) -> None:
        """A block settles, for the first time or again."""
        if self.asked:
            asked = self.asked[data.draw(st.sampled_from(sorted(self.asked)))]
            id_ = f"{asked.id}-{returns}"
            settlement = self.won.setdefault(id_, Settlement(id=id_, reservation=asked, returns=returns))
            self._tell("settle", id_, self.run_now(self.wallet.funds.settle(settlement)))

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """A block releases."""
        if self.asked:
            asked = self.asked[data.draw(st.sampled_from(sorted(self.asked)))]
            self._tell("release", asked.id, self.run_now(self.wallet.funds.release(asked)))

    @rule(seconds=st.sampled_from([1, 20, 70]))
    def time_passes(self, seconds: int) -> None:
        """Time passes, and the worker makes a round, in which it may be killed."""
        self.run_now(self.wallet.pass_time(seconds))

    @invariant()
    def nobody_has_less_than_nothing(self) -> None:
        """An operator never gives more than a customer has."""
        for api in self.wallet.apis.values():
            assert all(balance >= 0 for balance in api.books.balances().values())

    def teardown(self) -> None:
        """In the end all is well again: everything that was asked is decided, and all books agree."""
        try:
            if self.asked:
                self._heal()
                self._compare()
        finally:
            self.runner.run(self.stack.aclose())
            self.runner.close()

    def _tell(self, what: str, id_: str, outcome: Outcome | None) -> None:
        """Note what a block was told: once it is decided, it stays so until something ends it."""
        if outcome is None or outcome == IN_DOUBT:
            return
        before = self.told.get((what, id_))
        if before is not None and before.status is Status.REFUSED:
            assert outcome == before
        self.told[what, id_] = outcome

    def _heal(self) -> None:
        for brand in BRANDS:
            self.cuts[brand].next.clear()
            self.wallet.apis[brand].faults.clear()
        for _ in range(3):
            self.run_now(self.wallet.pass_time(LONG))

    def _compare(self) -> None:
        bets = self._rows(OPERATORS.bet)
        wins = [row for row in self._rows(OPERATORS.win) if row.returns_minor]
        assert {row.state for row in wins} <= {"paid"}
        expected = dict.fromkeys(CUSTOMERS, CASH)
        for row in bets:
            asked = self.asked[row.reservation_id]
            state = self.runner.run(self.wallet.funds.ask(asked))
            assert state is not None
            if state is ReservationState.SETTLED:
                expected[asked.owner] -= row.amount_minor
            assert state is not ReservationState.RESERVED
            assert self.told.get(("release", asked.id)) != DONE or state is not ReservationState.SETTLED
        for row in wins:
            expected[Owner(row.brand_id, row.customer_id)] += row.returns_minor
        for owner, cash in expected.items():
            books = self.wallet.apis[owner.brand].books
            assert books.balances()[owner.customer] == cash * UNITS_OF_ONE
        paid = {row.settlement_id for row in wins}
        for (what, id_), outcome in self.told.items():
            if what == "settle" and self.won[id_].returns:
                assert (outcome == DONE) <= (id_ in paid)
                assert (outcome.status is Status.REFUSED) <= (id_ not in paid)

    def _rows(self, table: Any) -> list[Any]:
        async def read() -> list[Any]:
            async with self.wallet.database.read() as connection:
                return list(await connection.execute(select(table)))

        return self.runner.run(read())


def test_nothing_is_lost_and_nothing_is_done_twice() -> None:
    """Any requests, faults and kills in any order."""
    run_state_machine_as_test(
        FaultMachine,
        settings=settings(
            max_examples=OUTER_LAYER,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
