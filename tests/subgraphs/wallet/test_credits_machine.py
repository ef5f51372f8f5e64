"""Credits, reservations, settlements, releases, expiry and kills in any order, beside a model."""

import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from msgspec.structs import replace

from subgraphs.kit.credits import Credit, CreditAnswer, CreditKind, CreditState
from subgraphs.kit.domain.products import Product
from subgraphs.kit.funds import IN_DOUBT, MAX_HOLD_SECONDS, Outcome, Reservation, Settlement
from tests.subgraphs.wallet.credits_model import DAY, CreditsModel, Purse
from tests.subgraphs.wallet.credits_wallet import SURE, CreditsWallet, opened_dying
from tests.support.examples import OUTER_LAYER
from tests.support.money.contract import (
    BONUSES,
    CURRENCY,
    CUSTOMERS,
    FREE_BETS,
    FundsMachine,
    reservations,
)
from tests.support.wallet.ledgers import StoppedClock, opened_ledger

ENDED: Final = {CreditState.USED, CreditState.EXPIRED}
DAYS: Final = {"credit-0": 1, "credit-1": 2, "credit-2": 5, "credit-3": None}
"""No two credits expire at the same instant, so that their order is known."""


def credits_() -> st.SearchStrategy[Credit]:
    """Return credits with few ids, so that many are asked for again."""

    def made(name: str, kind: CreditKind, product: Product | None, amount: int, whose: int) -> Credit:
        is_cash = kind is CreditKind.CASH
        return Credit(
            id=name,
            owner=CUSTOMERS[whose],
            currency=CURRENCY,
            amount=amount,
            kind=kind,
            product=None if is_cash else product,
            valid_days=None if is_cash else DAYS[name],
        )

    return st.builds(
        made,
        st.sampled_from(sorted(DAYS)),
        st.sampled_from(CreditKind),
        st.sampled_from([None, None, Product.BETTING, Product.CASINO]),
        st.sampled_from([5, 12, 30]),
        st.sampled_from([0, 0, 1, 2]),
    )


class CreditsMachine(FundsMachine):
    """Requests of our own wallet, some of which are cut off and repeated."""

    model: CreditsModel
    wallet: CreditsWallet

    def __init__(self) -> None:
        super().__init__()
        self.model = CreditsModel()
        self.given: list[Credit] = []

    async def opened(self) -> CreditsWallet:
        """Return a wallet on a database of its own."""
        folder, clock = self.stack.enter_context(tempfile.TemporaryDirectory()), StoppedClock()
        database = await self.stack.enter_async_context(opened_dying(f"sqlite+aiosqlite:///{folder}"))
        ledger = await self.stack.enter_async_context(opened_ledger(database, clock))
        self.database = database
        return CreditsWallet(database, ledger, clock)

    @initialize()
    def begin(self) -> None:
        """Customers have money, and credits that expire on the next days."""
        super().begin()
        for owner in CUSTOMERS:
            for number, name in enumerate(BONUSES | FREE_BETS):
                self.model.purses[owner, name] = Purse((1 + number) * DAY)
        self.pass_time(1)  # what is given from now on expires at another instant

    @rule(writes=st.integers(0, 3), is_written=st.booleans())
    def kill(self, writes: int, is_written: bool) -> None:  # noqa: FBT001 - Hypothesis passes names
        """One of the next writes is cut off."""
        self.database.writes, self.database.is_written = writes, is_written

    @rule(asked=credits_())
    def give(self, asked: Credit) -> None:
        """A block gives a credit."""
        self.given.append(asked)
        self.stands(asked, lambda: self.wallet.credits.give(asked), self.model.give(asked))

    @rule(data=st.data(), other=credits_(), field=st.sampled_from(Credit.__struct_fields__))
    def give_otherwise(self, data: st.DataObject, other: Credit, field: str) -> None:
        """A block uses an id for a credit that differs in one thing."""
        asked = replace(self.drawn_credit(data), **{field: getattr(other, field)})
        if asked.kind is CreditKind.CASH:
            asked = replace(asked, product=None, valid_days=None)
        else:
            asked = replace(asked, valid_days=DAYS[asked.id])
        self.stands(asked, lambda: self.wallet.credits.give(asked), self.model.give(asked))

    @rule(data=st.data())
    def withhold(self, data: st.DataObject) -> None:
        """A block withholds a credit, perhaps too late."""
        asked = self.drawn_credit(data)
        self.stands(asked, lambda: self.wallet.credits.withhold(asked), self.model.withhold(asked))

    @rule(data=st.data())
    def ask_about_a_credit(self, data: st.DataObject) -> None:
        """A block asks."""
        asked = self.drawn_credit(data)
        self.stands(asked, lambda: self.wallet.credits.ask(asked), self.model.stands(asked))

    @rule(asked=reservations(), data=st.data())
    def reserve_for_long(self, asked: Reservation, data: st.DataObject) -> None:
        """A block reserves for days, perhaps with one of the credits that were given."""
        free = [credit.id for credit in self.given if credit.kind is CreditKind.FREE_BET]
        free_bet = data.draw(st.sampled_from(["", "", *free]))
        amounts = [asked.amount, *(credit.amount for credit in self.given if credit.id == free_bet)]
        long = replace(asked, seconds=MAX_HOLD_SECONDS, free_bet=free_bet, amount=amounts[-1])
        self.asked.append(long)
        self.known(lambda: self.wallet.funds.reserve(long), self.model.reserve(long))

    @rule(data=st.data())
    def release_surely(self, data: st.DataObject) -> None:
        """A block releases, until it knows that it has."""
        asked = self.drawn(data)
        self.known(lambda: self.wallet.funds.release(asked), self.model.release(asked))

    @rule(data=st.data(), number=st.integers(4, 7), returns=st.sampled_from([0, 3]))
    def settle_surely(self, data: st.DataObject, number: int, returns: int) -> None:
        """A block settles, until it knows that it has."""
        asked = Settlement(id=f"s{number}", reservation=self.drawn(data), returns=returns)
        self.known(lambda: self.wallet.funds.settle(asked), self.model.settle(asked))

    @rule(hours=st.sampled_from([23, 25, 50]), is_upkept=st.booleans())
    def pass_days(self, hours: int, is_upkept: bool) -> None:  # noqa: FBT001 - Hypothesis passes names
        """Credits expire, whether the upkeep has come round or not."""
        self.model.pass_time(hours * 3_600, is_upkept=is_upkept)
        self.run_now(self.wallet.pass_time(hours * 3_600, is_upkept=is_upkept))

    def same(self, asking: Coroutine[Any, Any, Outcome], expected: Outcome) -> None:
        """Compare an answer with the model's; what is asked once alone is not cut off."""
        self.database.writes = None
        super().same(asking, expected)

    def known(self, asking: Callable[[], Awaitable[Outcome]], expected: Outcome) -> None:
        """Compare an answer with the model's, once there is one."""

        async def until_known() -> Outcome:
            for _ in range(SURE):
                if (outcome := await asking()) != IN_DOUBT:
                    return outcome
            raise AssertionError("it is never known")

        assert self.run_now(until_known()) == expected

    def stands(
        self, asked: Credit, asking: Callable[[], Awaitable[CreditAnswer]], expected: CreditState
    ) -> None:
        """Compare how a credit stands with the model, once that is known."""

        async def until_known() -> CreditAnswer:
            for _ in range(SURE):
                if (answer := await asking()).state is not CreditState.IN_DOUBT:
                    return answer
            raise AssertionError("it is never known")

        answer = self.run_now(until_known())
        is_pure = expected is not CreditState.GIVEN or asked.kind is CreditKind.CASH
        if is_pure or self.model.left(asked):
            assert answer.state is expected
        else:
            assert answer.state in ENDED

    def drawn_credit(self, data: st.DataObject) -> Credit:
        """Return a credit that was asked for lately, or a new one."""
        return data.draw(st.sampled_from(self.given[-4:]) if self.given else credits_())


def test_any_order_conserves_and_no_expired_credit_pays() -> None:
    """Any requests, in any order, with some of the writes cut off."""
    run_state_machine_as_test(
        CreditsMachine,
        settings=settings(
            max_examples=OUTER_LAYER,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
