"""What is said of a charge whose id there is not known here yet: the processor is asked whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx
import pytest

from subgraphs.wallet.funds.codes import AccountCode
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.paying.webhooks import webhooks_app
from subgraphs.wallet.payments.processor import Notice, PartKind, PartState
from tests.subgraphs.wallet.payments.conftest import ANN, paid_in
from tests.subgraphs.wallet.payments.payments_wallet import PaymentsWallet
from tests.subgraphs.wallet.payments.played_processor import Fault, PlayedProcessor

CHARGE: Final = "first-1"
BACK: Final = pytest.mark.parametrize("kind", [PartKind.DISPUTE, PartKind.REFUND])


@dataclass
class Heard(PlayedProcessor):
    """A processor whose webhooks have the number of what it said as a body."""

    def read(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Sequence[Notice]:
        """Return what was said."""
        del headers, at
        return (self.said[int(body)],)


@pytest.fixture
def first(wallet: PaymentsWallet) -> Heard:
    """The processor; its answer to the next request is lost, so that its id of the charge is not known."""
    played = Heard("first", faults=[Fault.LOST_AFTER])
    wallet.played["first"] = played
    wallet.restart()
    return played


async def taken_back(wallet: PaymentsWallet, first: Heard, kind: PartKind) -> tuple[int, int]:
    """Let Ann pay a charge of which something goes back; return what was said of the first and the second."""
    await wallet.deposit(ANN, "d", 1_000)
    first.pays(CHARGE, 1_000)
    first.takes_back(CHARGE, kind, 400)
    return len(first.said) - 2, len(first.said) - 1


async def hear(wallet: PaymentsWallet, *said: int) -> list[int]:
    """Send webhooks; return the status of each answer."""
    transport = httpx.ASGITransport(webhooks_app(wallet.payments.work))
    async with httpx.AsyncClient(transport=transport, base_url="https://pay.example") as client:
        return [(await client.post("/webhooks/first", content=str(number))).status_code for number in said]


async def kinds(wallet: PaymentsWallet) -> set[str]:
    """Return the kinds of all cases."""
    return {row.kind for row in await wallet.rows(PAYMENTS.case)}


@BACK
@pytest.mark.parametrize("is_early", [False, True])
async def test_both_orders_end_alike(
    wallet: PaymentsWallet, first: Heard, kind: PartKind, *, is_early: bool
) -> None:
    """The customer has the money of the charge, less the fee and what went back; a person gets to know."""
    paid, back = await taken_back(wallet, first, kind)
    order = (back, paid) if is_early else (paid, back)
    assert await hear(wallet, *order, *order) == [200] * 4
    assert await wallet.cash(ANN) == 1_000 - 10 - 400
    assert await kinds(wallet) == {"dispute" if kind is PartKind.DISPUTE else "foreign"}


@BACK
@pytest.mark.parametrize("is_given_up", [False, True])
async def test_what_is_taken_of_a_charge_waits_until_it_is_known_whose_money_it_is(
    wallet: PaymentsWallet, kind: PartKind, *, is_given_up: bool
) -> None:
    """It is of a charge that has to go back: what the customer has of another one is not touched."""
    await paid_in(wallet)
    await wallet.deposit(ANN, "e", 1_000)
    first = wallet.played["first"]
    if is_given_up:
        wallet.later(minutes=90)
        await wallet.work()
        [*_, row] = sorted(await wallet.rows(PAYMENTS.payment), key=lambda row: row.idempotency_key)
        assert row.state == "FAILED"
    first.pays("first-2", 900)
    first.takes_back("first-2", kind, 400)
    await wallet.payments.work.notice("first", first.said[-1])
    assert await wallet.cash(ANN) == 990
    for _ in range(3):
        wallet.later(minutes=5)
        await wallet.work()
    assert await wallet.cash(ANN) == 990
    assert first.has == -await wallet.balance("northbet", AccountCode.PAYMENTS) == 1_000 + 900 - 400
    assert await kinds(wallet) == {"owed", "dispute" if kind is PartKind.DISPUTE else "foreign"}


async def test_while_the_processor_does_not_answer_it_has_to_be_said_again(
    wallet: PaymentsWallet, first: Heard
) -> None:
    """Nothing is kept meanwhile, and no person is asked."""
    _, back = await taken_back(wallet, first, PartKind.DISPUTE)
    first.faults = [Fault.LOST_BEFORE]
    assert await hear(wallet, back) == [503]
    assert await kinds(wallet) == set()
    assert await hear(wallet, back) == [200]
    assert await wallet.cash(ANN) == 590


@BACK
async def test_what_is_of_no_charge_of_ours_is_a_case(
    wallet: PaymentsWallet, first: Heard, kind: PartKind
) -> None:
    """The processor knows the charge, and names no part of ours for it, or one that is not here."""
    _, back = await taken_back(wallet, first, kind)
    for part in ("", "another"):
        first.books[CHARGE].part = part
        assert await hear(wallet, back) == [200]
    assert await kinds(wallet) == {"unknown"}
    assert first.books[CHARGE].state is PartState.DONE
