"""A finance day: a day that differs, payouts that go on, a correction that moves money once, and a check."""

import asyncio
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final, TypeVar

from msgspec.structs import replace as with_fields
from playwright.sync_api import expect
from sqlalchemy import insert, update

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer
from subgraphs.wallet.models import LEDGER, LIMITS, PAYMENTS
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.payments.payment import Payment
from subgraphs.wallet.payments.records.store import PaymentStore
from tests.backoffice.proposal_kinds import reviewed
from tests.support.office.office_client import OfficeClient, Staff
from tests.support.office.stack import BEN, DAN, DEPUTY, Office
from tests.support.processes.running_furlong import BRAND, eventually
from tests.whole.days.support import find

T = TypeVar("T")
OWNER: Final = Owner(BRAND, DAN)
TWO_DAYS: Final = timedelta(days=2)
MICROSECONDS: Final = timedelta(microseconds=1)


def beside(work: Coroutine[Any, Any, T]) -> T:
    """Run work in a thread of its own, because the browser's loop runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def let_a_day_differ(office: Office) -> None:
    """Pay £20 in the day before yesterday, which is closed while a row of the ledger is wrong."""
    office.site.produce(office.site.bet(DAN, "known"), key=f"{BRAND}:{DAN}")
    eventually(lambda: office.site.staked(DAN) > 0, "support finds the customer")
    cash = beside(_paid_in(office, 2_000))
    beside(_changed_by(office, cash, 1))
    day = (SystemClock().now() - TWO_DAYS).date()
    told = office.programs.refused("wallet", "close", "--day", str(day))
    assert "payouts of what differs are stopped" in told
    beside(_changed_by(office, cash, -1))


def start(office: Office) -> None:
    """Start what the wallet needs to close days, and to hear of what finance decides."""
    office.programs.start("consume", "wallet")
    office.programs.start("worker", "wallet-closes")


def see_what_differs(office_client: OfficeClient) -> None:
    """The home says that payouts are stopped, and the day says why."""
    page = office_client.page
    office_client.open("Home")
    figures = page.get_by_role("region", name="Figures")
    stopped = figures.get_by_role("link").filter(has_text="Payouts stopped")
    expect(stopped).to_contain_text("GBP")
    office_client.look()
    figures.get_by_role("link").filter(has_text="Last closed day").click()
    expect(page.get_by_role("button", name=re.compile("differences"))).to_be_visible()
    expect(page.get_by_text("The day stopped payouts in GBP.").first).to_be_visible()
    expect(page.get_by_text("credits_posted is not the sum of transfers").first).to_be_visible()
    office_client.look()


def open_anew(office_client: OfficeClient, screen: str) -> None:
    """Open a screen that is read again, because another one was open before."""
    office_client.open("Days")
    office_client.open(screen)


def let_payouts_go_on(office: Office, office_client: OfficeClient, staff: Staff) -> None:
    """Once a later day is right: one person proposes it with an explanation, another one approves."""
    eventually(lambda: "stopped" in office.programs.run("wallet", "closes"), "payouts are stopped")
    eventually(lambda: _days(office) >= 2, "the worker has closed yesterday, which is right")
    page = office_client.page
    office_client.open("Payout stops")
    office_client.confirm("Propose payouts in GBP", "A row was changed by hand, and restored from the backup")
    expect(page.get_by_role("note")).to_contain_text("waiting for another person of finance")
    office_client.look()
    staff.client(DEPUTY).approve("Payouts in GBP go on again")
    eventually(lambda: "stopped" not in office.programs.run("wallet", "closes"), "payouts go on")
    open_anew(office_client, "Payout stops")
    expect(page.get_by_text("All payouts go on.")).to_be_visible()


def correct_a_balance(office_client: OfficeClient, staff: Staff) -> None:
    """What it does is said before; two people decide; the money moves once, and support sees it."""
    page = office_client.page
    office_client.open("Corrections")
    office_client.choose("Brand", "Northbet")
    page.get_by_role("button", name="Correct a balance").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Customer").fill(DAN)
    dialog.get_by_label("Customer").press("Tab")
    expect(dialog.get_by_label("Account")).to_contain_text("Cash in GBP: £20.00")
    dialog.get_by_role("button", name="Subtract").click()
    dialog.get_by_label("Amount").fill("20.01")
    expect(dialog.get_by_text("No more can be taken than the customer may use now.")).to_be_visible()
    dialog.get_by_label("Amount").fill("7.50")
    expect(dialog.get_by_role("status")).to_contain_text("The customer can use £20.00 now, and then £12.50.")
    dialog.get_by_label("Reason").fill("The processor paid it in twice")
    office_client.look()
    office_client.submit("Propose -£7.50")
    staff.client(DEPUTY).approve(f"Correction: £7.50 taken from {DAN}")

    def is_moved() -> bool:
        open_anew(office_client, "Corrections")
        return office_client.row(DAN).get_by_text("Moved", exact=True).is_visible()

    eventually(is_moved, "the wallet has moved the money")
    office_client.look()
    support = staff.client("support")
    find(support, DAN)
    support.page.get_by_role("button", name="Show balance, payments, limits and transactions").click()
    balance = support.page.get_by_role("table", name="Balance and credits")
    expect(balance.get_by_role("row").nth(1)).to_contain_text("£12.50")
    transactions = support.page.get_by_role("table", name="Transactions")
    expect(transactions.get_by_role("row")).to_have_count(3)
    expect(transactions.get_by_role("row").nth(1)).to_contain_text("-£7.50")
    support.look()


def close_a_check(office: Office, office_client: OfficeClient) -> None:
    """A customer who passed the threshold waits for a person, who writes down what was found."""
    beside(_check_due(office))
    office_client.open("Financial checks")
    office_client.choose("Brand", "Northbet")
    expect(office_client.row(DAN)).to_contain_text("£1,000.00")
    office_client.look()
    office_client.confirm("Close with a finding", "Income and savings are known; nothing follows.")

    def is_closed() -> bool:
        open_anew(office_client, "Financial checks")
        return office_client.page.get_by_text("No check is waiting.").is_visible()

    eventually(is_closed, "the wallet has heard of it")


def find_a_payment(office: Office, office_client: OfficeClient) -> None:
    """The list has it at once; it is found by what is known of it, and its story is a click away."""
    waits = reviewed(BRAND, DAN, "pfound")
    other = with_fields(waits, payment_id="pother", customer_id=BEN, idempotency_key="o")
    beside(_add_payments(office, waits, other))
    page = office_client.page
    office_client.open("Payments")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    office_client.look()
    office_client.choose("State", "Done")
    expect(page.get_by_text("No payments match these filters.")).to_be_visible()
    office_client.choose("State", "Waits for a person")
    expect(rows).to_have_count(2)
    page.get_by_label("Payment or customer").fill(DAN)
    page.get_by_label("Payment or customer").press("Enter")
    expect(rows).to_have_count(1)
    office_client.look()
    rows.first.click()
    story = page.get_by_role("list", name="What happened to the payment pfound")
    expect(story).to_contain_text("The customer asked for £2,500.00.")
    office_client.look()


async def _add_payments(office: Office, *payments: Payment) -> None:
    database = _wallet(office)
    for payment in payments:
        await PaymentStore(database, PAYMENTS).add(payment, ())
    await database.close()


def _days(office: Office) -> int:
    return office.programs.run("wallet", "closes", "--json").count('"sequence"')


def _wallet(office: Office) -> Database:
    return Database.open(DatabaseSettings(url=office.programs.environment["FURLONG_DATABASE_URL"]), "wallet")


async def _paid_in(office: Office, minor: int) -> str:
    """Pay an amount in, two days ago by the timestamps of its rows; return the customer's account."""
    wallet = OpenedWallet.of(_wallet(office), SystemClock())
    at = SystemClock().now()
    cash = await wallet.accounts.open_cash(OWNER, "GBP", at)
    transfer = Transfer(
        id="paid-in",
        debit_account_id=house_account(BRAND, "GBP", AccountCode.PAYMENTS),
        credit_account_id=cash,
        amount=minor,
        ledger=ledger_of("GBP"),
        code=int(TransferCode.DEPOSIT),
    )
    assert (await wallet.ledger.create_transfer(transfer)).status is CreateTransferStatus.CREATED
    async with wallet.database.write() as connection:
        for table in (LEDGER.account, LEDGER.transfer, LEDGER.account_balance):
            earlier = table.c.timestamp - TWO_DAYS // MICROSECONDS
            await connection.execute(update(table).values(timestamp=earlier))
    await wallet.close()
    return cash


async def _changed_by(office: Office, account: str, minor: int) -> None:
    """Change what a row of the ledger says, as somebody with access to the database could."""
    database, row = _wallet(office), LEDGER.account
    async with database.write() as connection:
        changed = update(row).where(row.c.id == account)
        await connection.execute(changed.values(credits_posted=row.c.credits_posted + minor))
    await database.close()


async def _check_due(office: Office) -> None:
    due = {"due_at": SystemClock().now(), "net_minor": 100_000, "currency": "GBP"}
    database = _wallet(office)
    async with database.write() as connection:
        row = {"brand_id": OWNER.brand, "customer_id": OWNER.customer, **due}
        await connection.execute(insert(LIMITS.check), [row])
    await database.close()
