"""Operators' wallets keep the promises of the kit's protocol of money."""

import tempfile
from pathlib import Path
from typing import cast

from hypothesis import HealthCheck, settings
from hypothesis.stateful import initialize, run_state_machine_as_test

from subgraphs.kit.funds import Reservation, Why
from tests.subgraphs.wallet.seamless.operators import operators_of
from tests.support.examples import OUTER_LAYER
from tests.support.money.contract import CASH, CURRENCY, CUSTOMERS, FundsMachine, Wallet
from tests.support.money.model import Account, FundsModel
from tests.support.wallet.ledgers import opened_database


class OperatorModel(FundsModel):
    """Money at operators, who have none of the club's credits, and one account for each customer."""

    def _taken(self, account: Account | None, asked: Reservation) -> tuple[Why | None, list[tuple[str, int]]]:
        if asked.free_bet:
            return Why.INSUFFICIENT_FUNDS, []
        return (Why.WRONG_CURRENCY, []) if account is None else super()._taken(account, asked)


class OperatorFundsMachine(FundsMachine):
    """Requests to operators' wallets."""

    def __init__(self) -> None:
        super().__init__()
        self.model = OperatorModel()

    async def opened(self) -> Wallet:
        """Return operators beside a database of its own."""
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        database = await self.stack.enter_async_context(opened_database(f"sqlite+aiosqlite:///{folder}"))
        return cast("Wallet", self.stack.enter_context(operators_of(database, Path(folder))))

    @initialize()
    def begin(self) -> None:
        """Customers have cash."""
        self.run_now(self.wallet.begin())
        for owner in CUSTOMERS:
            self.model.accounts[owner, CURRENCY] = Account(CASH)


def test_operators_wallets_keep_the_promises() -> None:
    """Any requests, in any order."""
    run_state_machine_as_test(
        OperatorFundsMachine,
        settings=settings(
            max_examples=OUTER_LAYER,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
