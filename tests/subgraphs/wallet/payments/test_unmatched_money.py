"""Who paid in what is of no payment is kept for a term, and then goes; what is of a payment stays."""

from datetime import date

from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.wallet.customer_data import erasure_of
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.paying.reconciliation.comparison import Report
from subgraphs.wallet.paying.reconciliation.reconciler import Reconciler
from subgraphs.wallet.payments.processor import PartKind, ReportLine
from subgraphs.wallet.payments.records.cases import close_case
from subgraphs.wallet.retention.forgetting import Forgetting
from subgraphs.wallet.upkeep import Upkeep
from tests.subgraphs.wallet.payments.conftest import paid_in
from tests.subgraphs.wallet.payments.payments_wallet import PaymentsWallet
from tests.subgraphs.wallet.payments.played_processor import NOON

PAYER = "Ann Smith"


async def reported(wallet: PaymentsWallet) -> None:
    """Let a report have two lines that are of no payment, and one that is."""
    charge = await paid_in(wallet)
    of_none = ReportLine(
        id="l1",
        kind=PartKind.CHARGE,
        part="",
        reference="",
        amount=700,
        currency="GBP",
        at=NOON,
        remittance="for Ann",
        holder=PAYER,
        account="GB33BUKB20201555555555",
    )
    other = ReportLine(
        id="l2",
        kind=PartKind.CHARGE,
        part="",
        reference="other",
        amount=800,
        currency="GBP",
        at=NOON,
        holder=PAYER,
    )
    of_payment = ReportLine(
        id="l3",
        kind=PartKind.CHARGE,
        part="",
        reference=charge,
        amount=1_000,
        currency="GBP",
        at=NOON,
        holder=PAYER,
    )
    lines = [of_none, other, of_payment]
    await Reconciler(wallet.payments.work).compare(Report("first", date(2026, 11, 28), lines))


async def upkeep(wallet: PaymentsWallet) -> None:
    """Do a round of the wallet's upkeep."""
    erasure = erasure_of(wallet.database.dialect, Pseudonyms(b"key", 24))
    opened = wallet.opened
    forgetting = Forgetting(wallet.database, opened.accounts, opened.clock.machine, erasure)
    assert not (await Upkeep(opened, forgetting).round())["forgetting"]


async def test_who_paid_what_is_of_no_payment_goes_after_its_term(wallet: PaymentsWallet) -> None:
    """A case that is still open keeps what it is about, without saying who paid."""
    await reported(wallet)
    async with wallet.database.write() as connection:
        [closed, open_] = await wallet.rows(PAYMENTS.case)
        tables = wallet.payments.work.store.tables
        at = wallet.time.now()
        assert await close_case(connection, tables, closed.case_id, by="fay", finding=f"of {PAYER}", at=at)
    in_ten_years = closed.opened_at.replace(year=closed.opened_at.year + 10)
    wallet.later(seconds=(in_ten_years - wallet.time.now()).total_seconds())
    await upkeep(wallet)
    assert len(await wallet.rows(PAYMENTS.line)) == 3
    assert [PAYER in row.details for row in await wallet.rows(PAYMENTS.case)] == [True, True]
    wallet.later(days=1)
    for _ in range(2):
        await upkeep(wallet)
        [line] = await wallet.rows(PAYMENTS.line)
        assert (line.line_id, PAYER in line.details) == ("l3", True)
        [case] = await wallet.rows(PAYMENTS.case)
        assert (case.case_id, case.amount_minor, case.details) == (open_.case_id, open_.amount_minor, "{}")
