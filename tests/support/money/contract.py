"""The promises of `subgraphs.kit.funds`, for any wallet: any requests, in any order, beside a model."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, Final, Protocol, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import Correction, Funds, Outcome, Purpose, Reservation, Settlement
from tests.support.money.model import Account, FundsModel

T = TypeVar("T")
CUSTOMERS: Final = (Owner("northbet", "ann"), Owner("northbet", "bob"), Owner("southbet", "ann"))
CURRENCY: Final = "GBP"
CASH: Final = 100
BONUSES: Final = {"bonus-1": 7, "bonus-2": 11}
FREE_BETS: Final = {"free-bet-1": 5}


class Wallet(Protocol):
    """A wallet that a test may look into."""

    @property
    def funds(self) -> Funds:
        """Return what is tested."""
        ...

    async def begin(self) -> None:
        """Give each of `CUSTOMERS` what the constants say."""
        ...

    async def has(self, owner: Owner) -> Account:
        """Return what a customer may use now."""
        ...

    async def house(self) -> int:
        """Return what the house has got from all customers, less what it has paid them."""
        ...

    async def pass_time(self, seconds: int) -> None:
        """Let time pass at the wallet."""
        ...


def reservations() -> st.SearchStrategy[Reservation]:
    """Return reservations with few ids, so that many are asked for again."""
    return st.builds(
        Reservation,
        id=st.sampled_from([f"r{number}" for number in range(5)]),
        owner=st.sampled_from(CUSTOMERS),
        currency=st.sampled_from([CURRENCY] * 9 + ["EUR"]),
        amount=st.sampled_from([1, 5, 12, 18, 19, 30, 119]),
        purpose=st.sampled_from(Purpose),
        seconds=st.sampled_from([30, 90]),
        free_bet=st.sampled_from([""] * 6 + ["free-bet-1", "free-bet-2"]),
    )


class FundsMachine(RuleBasedStateMachine):
    """Requests in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.stack, self.model = asyncio.Runner(), AsyncExitStack(), FundsModel()
        self.asked: list[Reservation] = []
        self.settlements: list[Settlement] = []
        self.wallet = self.run_now(self.opened())

    async def opened(self) -> Wallet:
        """Return a new wallet."""
        raise NotImplementedError

    def run_now(self, step: Coroutine[Any, Any, T]) -> T:
        """Run a step to its end."""
        return self.runner.run(step)

    @initialize()
    def begin(self) -> None:
        """Customers have money."""
        self.run_now(self.wallet.begin())
        for owner in CUSTOMERS:
            self.model.accounts[owner, CURRENCY] = Account(CASH, dict(BONUSES), dict(FREE_BETS))

    @rule(asked=reservations())
    def reserve(self, asked: Reservation) -> None:
        """A block reserves."""
        self.asked.append(asked)
        self.same(self.wallet.funds.reserve(asked), self.model.reserve(asked))

    @rule(data=st.data())
    def reserve_again(self, data: st.DataObject) -> None:
        """A block does not know whether it reserved."""
        asked = self.drawn(data)
        self.same(self.wallet.funds.reserve(asked), self.model.reserve(asked))

    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        """A block asks again before it decides; nothing moves by that."""
        asked = self.drawn(data)
        self.same(self.wallet.funds.confirm(asked), self.model.confirm(asked))

    @rule(data=st.data(), other=reservations(), field=st.sampled_from(Reservation.__struct_fields__))
    def ask_otherwise(self, data: st.DataObject, other: Reservation, field: str) -> None:
        """A block uses an id for something that differs in one thing."""
        asked = replace(self.drawn(data), **{field: getattr(other, field)})
        self.same(self.wallet.funds.reserve(asked), self.model.reserve(asked))
        self.same(self.wallet.funds.release(asked), self.model.release(asked))

    @rule(data=st.data(), number=st.integers(0, 3), returns=st.sampled_from([0, 3, 250]))
    def settle(self, data: st.DataObject, number: int, returns: int) -> None:
        """A block settles, for the first time or again."""
        asked = Settlement(id=f"s{number}", reservation=self.drawn(data), returns=returns)
        self.settlements.append(asked)
        self.same(self.wallet.funds.settle(asked), self.model.settle(asked))

    @rule(data=st.data())
    def settle_again(self, data: st.DataObject) -> None:
        """A block does not know whether it settled."""
        if self.settlements:
            asked = data.draw(st.sampled_from(self.settlements))
            self.same(self.wallet.funds.settle(asked), self.model.settle(asked))

    @rule(data=st.data())
    def settle_otherwise(self, data: st.DataObject) -> None:
        """A block uses the id of a settlement for another reservation."""
        if self.settlements:
            former = data.draw(st.sampled_from(self.settlements))
            asked = replace(former, reservation=self.drawn(data))
            self.same(self.wallet.funds.settle(asked), self.model.settle(asked))

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """A block releases, perhaps before it has reserved."""
        asked = self.drawn(data)
        self.same(self.wallet.funds.release(asked), self.model.release(asked))

    @rule(seconds=st.sampled_from([1, 1, 1, 1, 29, 150]))
    def pass_time(self, seconds: int) -> None:
        """Time passes."""
        self.model.pass_time(seconds)
        self.run_now(self.wallet.pass_time(seconds))

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        """A block asks."""
        asked = self.drawn(data)
        assert self.run_now(self.wallet.funds.ask(asked)) == self.model.ask(asked)

    @invariant()
    def has_what_the_model_has(self) -> None:
        """Nobody has got more or less, and the house has what all customers lack."""
        for (owner, _), account in self.model.accounts.items():
            assert self.run_now(self.wallet.has(owner)) == account
        assert self.run_now(self.wallet.house()) == self.model.house

    def teardown(self) -> None:
        """Close everything."""
        self.run_now(self.stack.aclose())
        self.runner.close()

    def drawn(self, data: st.DataObject) -> Reservation:
        """Return a reservation that was asked for lately, or a new one."""
        return data.draw(st.sampled_from(self.asked[-3:]) if self.asked else reservations())

    def same(self, asking: Coroutine[Any, Any, Outcome], expected: Outcome) -> None:
        """Compare an answer with the model's."""
        assert self.run_now(asking) == expected


class CorrectedFundsMachine(FundsMachine):
    """Requests in any order, and corrections of them at a wallet that may take what it was wrong to pay."""

    def __init__(self) -> None:
        super().__init__()
        self.corrections: list[Correction] = []

    @rule(
        data=st.data(),
        number=st.integers(0, 3),
        amount=st.sampled_from([-300, -30, -7, 0, 5, 40]),
        owed=st.sampled_from([0, 0, 5, 90]),
        releases=st.booleans(),
    )
    def correct(self, data: st.DataObject, number: int, amount: int, owed: int, *, releases: bool) -> None:
        """A block corrects what it has settled or released."""
        asked = Correction(
            id=f"c{number}", reservation=self.drawn(data), amount=amount, owed=owed, releases=releases
        )
        self.corrections.append(asked)
        self.same(self.wallet.funds.correct(asked), self.model.correct(asked))

    @rule(data=st.data())
    def correct_again(self, data: st.DataObject) -> None:
        """A block does not know whether it corrected."""
        if self.corrections:
            asked = data.draw(st.sampled_from(self.corrections))
            self.same(self.wallet.funds.correct(asked), self.model.correct(asked))
