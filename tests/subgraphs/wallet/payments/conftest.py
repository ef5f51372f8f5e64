"""A wallet with payments, and a customer who has paid in."""

import tempfile
from collections.abc import AsyncIterator

import pytest

from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.payments.processor import PartKind, PartState
from tests.subgraphs.wallet.credits_wallet import opened_dying
from tests.subgraphs.wallet.payments.payments_wallet import PaymentsWallet
from tests.support.wallet.ledgers import StoppedClock, opened_ledger

ANN = Owner("northbet", "ann")


@pytest.fixture
async def wallet() -> AsyncIterator[PaymentsWallet]:
    """A wallet without customers."""
    clock = StoppedClock()
    with tempfile.TemporaryDirectory() as folder:
        async with (
            opened_dying(f"sqlite+aiosqlite:///{folder}") as database,
            opened_ledger(database, clock) as ledger,
        ):
            yield PaymentsWallet(database, ledger, clock)
            assert not await prove(database)


async def paid_in(wallet: PaymentsWallet, key: str = "d", amount: int = 1_000) -> str:
    """Let Ann deposit; return the processor's id of the charge."""
    answer = await wallet.deposit(ANN, key, amount)
    assert answer.refusal is None
    first = wallet.played["first"]
    [charge] = first.those(PartKind.CHARGE, PartState.OPEN)
    first.pays(charge, amount)
    assert await wallet.payments.work.notice("first", first.said[-1])
    return charge
