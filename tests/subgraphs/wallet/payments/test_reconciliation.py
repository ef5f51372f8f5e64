"""Reports of processors beside our books: each difference is a case, and nothing is corrected."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from msgspec.structs import replace

from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.paying.reconciliation.comparison import Compared
from subgraphs.wallet.paying.reconciliation.reconciler import Reconciler
from subgraphs.wallet.payments.processor import PartKind, PartState, ReportLine
from tests.subgraphs.wallet.payments.conftest import ANN, paid_in
from tests.subgraphs.wallet.payments.payments_wallet import PaymentsWallet
from tests.subgraphs.wallet.payments.played_processor import NOON, Booked, PlayedProcessor

DAY = NOON.date()


@dataclass
class Misreported(PlayedProcessor):
    """A processor whose report is wrong.

    Attributes:
        lacks: The ids of lines that it leaves out.
        says: Other amounts, by the id of the line.
    """

    lacks: set[str] = field(default_factory=set)
    says: dict[str, int] = field(default_factory=dict)

    async def report(self, day: date) -> AsyncIterator[ReportLine]:
        """Return what has moved, as far as the report is right."""
        async for line in super().report(day):
            if line.id not in self.lacks:
                yield replace(line, amount=self.says.get(line.id, line.amount))


@pytest.fixture
def first(wallet: PaymentsWallet) -> Misreported:
    """A processor whose report tests make wrong."""
    played = Misreported("first")
    wallet.played["first"] = played
    wallet.restart()
    return played


async def compared(wallet: PaymentsWallet) -> tuple[Compared, list[str]]:
    """Compare the day; return what came of it, and the kinds of all cases."""
    outcome = await Reconciler(wallet.payments.work).ask("first", DAY)
    return outcome, [row.kind for row in await wallet.rows(PAYMENTS.case)]


async def test_a_right_report_matches(wallet: PaymentsWallet, first: Misreported) -> None:
    """Charges, refunds and disputes: each line has its part, and each part its line, also the second time."""
    charge = await paid_in(wallet)
    await wallet.withdraw(ANN, "w", 300)
    [refund] = first.those(PartKind.REFUND, PartState.PROCESSING)
    first.becomes(refund, PartState.DONE)
    first.takes_back(charge, PartKind.DISPUTE, 200)
    for notice in first.said:
        await wallet.payments.work.notice("first", notice)
    for _ in range(2):
        outcome, _cases = await compared(wallet)
        assert outcome == Compared(lines=3, matched=3, different=0)


async def test_a_webhook_that_was_lost_is_made_up_for_before_anything_is_a_case(
    wallet: PaymentsWallet, first: Misreported
) -> None:
    """The report shows that money came; the processor, asked about it, says so, too."""
    await wallet.deposit(ANN, "d", 1_000)
    first.pays("first-1", 1_000)
    assert await compared(wallet) == (Compared(1, 1, 0), [])
    assert await wallet.cash(ANN) == 990


async def test_what_the_report_lacks_is_missing(wallet: PaymentsWallet, first: Misreported) -> None:
    """Compared again, it is the same case."""
    await paid_in(wallet)
    first.lacks = {"first-1-in"}
    for _ in range(2):
        assert await compared(wallet) == (Compared(0, 0, 1), ["missing"])
    assert await wallet.cash(ANN) == 990


async def test_another_amount_is_different(wallet: PaymentsWallet, first: Misreported) -> None:
    """Our books stay as they are; the case has both amounts."""
    await paid_in(wallet)
    first.says = {"first-1-in": 900}
    assert await compared(wallet) == (Compared(1, 1, 1), ["different"])
    [case] = await wallet.rows(PAYMENTS.case)
    assert ('"expected_minor": 1000' in case.details, '"reported_minor": 900' in case.details) == (True, True)


async def test_a_line_that_changes_is_different(wallet: PaymentsWallet, first: Misreported) -> None:
    """What a report said first is kept; that it says something else now is for a person."""
    await paid_in(wallet)
    assert await compared(wallet) == (Compared(1, 1, 0), [])
    first.says = {"first-1-in": 900}
    assert await compared(wallet) == (Compared(1, 1, 1), ["different"])


async def test_money_that_we_know_nothing_of_is_unknown(wallet: PaymentsWallet, first: Misreported) -> None:
    """A line without a part is a case, and moves nothing."""
    await paid_in(wallet)
    strange = Booked(PartKind.CHARGE, "", "first-9", 70, "GBP", PartState.DONE, has_moved=True)
    first.books["first-9"] = strange
    assert await compared(wallet) == (Compared(2, 1, 1), ["unknown"])
