"""The ledger keeps the promises of the kit's protocol of money."""

import tempfile

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.subgraphs.wallet.ledger_wallet import LedgerWallet
from tests.support.examples import OUTER_LAYER
from tests.support.money.contract import CorrectedFundsMachine
from tests.support.wallet.ledgers import StoppedClock, opened_database, opened_ledger


class LedgerFundsMachine(CorrectedFundsMachine):
    """Requests of our own wallet."""

    async def opened(self) -> LedgerWallet:
        """Return a wallet on a database of its own."""
        folder, clock = self.stack.enter_context(tempfile.TemporaryDirectory()), StoppedClock()
        database = await self.stack.enter_async_context(opened_database(f"sqlite+aiosqlite:///{folder}"))
        ledger = await self.stack.enter_async_context(opened_ledger(database, clock))
        return LedgerWallet(database, ledger, clock)


def test_the_ledger_keeps_the_promises() -> None:
    """Any requests, in any order."""
    run_state_machine_as_test(
        LedgerFundsMachine,
        settings=settings(
            max_examples=OUTER_LAYER,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
