"""A day with payments in a real browser: a customer on the demo's page, finance in its back office.

By card with 3-D Secure, a card that is declined, a limit; then a withdrawal that two people look at, and that
a bank pays by files.
"""

import re
from collections.abc import Iterator
from typing import Final

import httpx
import pytest
from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.screen_gallery import faults_of_access
from tests.support.office.moving_about import READS
from tests.support.office.office_client import REPORTS, OfficeClient
from tests.support.processes.running_furlong import Demo, eventually, running_demo

pytestmark = [pytest.mark.usefixtures("web_installed"), pytest.mark.timeout(900)]
IBAN: Final = "GB82WEST12345698765432"
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def demo(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own: what the customer does here is seen nowhere else."""
    with running_demo(tmp_path_factory.mktemp("payments")) as running:
        yield running


class Customer:
    """The first customer of the demo, with a phone."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home
        page.goto(home)

    def open(self) -> None:
        """Open the panel of money, unless it is open."""
        if not self.page.get_by_test_id("money").is_visible():
            self.page.get_by_test_id("balance").click()

    def is_back(self) -> None:
        """Wait until the page is there again, and shows by itself what became of the payment."""
        expect(self.page.get_by_test_id("money")).to_be_visible()

    def has(self, amount: str) -> None:
        """Wait until the page's head shows so much cash."""
        expect(self.page.get_by_test_id("balance-cash")).to_have_text(amount)

    def ask(self, direction: str, method: str, amount: str) -> None:
        """Fill the form of a deposit or withdrawal, read it, and press its button by the keyboard."""
        self.open()
        form = self.page.get_by_test_id("payment-form")
        if not form.is_visible():
            self.page.get_by_test_id(f"open-{direction}").click()
        form.get_by_text(method, exact=False).first.click()
        form.get_by_test_id("payment-amount").fill(amount)
        expect(form.get_by_test_id("payment-terms")).to_contain_text("Fee")
        form.get_by_test_id("pay").press("Enter")

    def newest(self, standing: str) -> Locator:
        """Return the newest payment, once it stands in a way."""
        payment = self.page.get_by_test_id("payment").first
        expect(payment).to_have_attribute("data-standing", standing)
        return payment

    def pays(self, card: str) -> None:
        """Choose a card on the processor's page, and pay."""
        self.page.get_by_label(card, exact=False).check()
        self.page.get_by_role("button", name=re.compile("^Pay ")).click()

    def looks(self) -> None:
        """Let axe look at what is shown."""
        faults = faults_of_access(self.page)
        assert not faults, faults


@pytest.fixture(scope="module")
def customer(demo: Demo, launched: LaunchedBrowser) -> Iterator[Customer]:
    """Who plays with the demo's page on a phone."""
    opened = launched.new_context(viewport=PHONE, locale="en-GB", reduced_motion="reduce")
    page = opened.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield Customer(page, demo.site.url)
    opened.close()


def two_of_finance(demo: Demo, launched: LaunchedBrowser) -> list[OfficeClient]:
    """Return both people of finance, each signed in by one click."""
    office = demo.facts["backoffice"]
    accounts = [account for account in office["accounts"] if account["role"] == "finance"]
    clients = []
    for account, label in zip(accounts, ("Finance", "Finance, a colleague"), strict=True):
        opened = launched.new_context(
            viewport={"width": 1280, "height": 900}, locale="en-GB", reduced_motion="reduce"
        )
        page = opened.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(REPORTS + READS)
        page.goto(office["url"])
        page.get_by_role("button", name=label, exact=True).click()
        expect(page.get_by_role("menuitem", name="Home", exact=True)).to_be_visible()
        clients.append(OfficeClient(page, office["url"], account["totp"]))
    return clients


def test_a_customer_pays_in_is_declined_and_meets_a_limit(customer: Customer) -> None:
    """Each time the page says in words how it stands, and what can be done."""
    page = customer.page
    customer.has("£140.00")
    customer.ask("deposit", "Card", "20")
    customer.pays("3-D Secure")
    page.get_by_role("button", name="Confirm payment").click()
    customer.is_back()
    expect(customer.newest("arrived")).to_contain_text("The money reached your balance.")
    customer.has("£160.00")
    customer.ask("deposit", "Card", "10")
    customer.pays("without enough money")
    page.get_by_role("button", name="Go back without paying").click()
    customer.is_back()
    declined = customer.newest("retry")
    expect(declined).to_contain_text("there isn\u2019t enough money in the account")
    customer.looks()
    declined.get_by_test_id("continue-to-pay").click()
    customer.pays("A card that pays")
    customer.is_back()
    customer.newest("arrived")
    customer.has("£170.00")
    page.get_by_test_id("tab-limits").click()
    limit = page.get_by_test_id("limit-DEPOSIT_DAY")
    limit.get_by_test_id("change-limit").click()
    limit.get_by_test_id("limit-amount").fill("50")
    limit.get_by_test_id("set-limit").click()
    expect(limit.get_by_test_id("limit-value")).to_have_text("£50.00")
    page.get_by_test_id("tab-history").click()
    customer.ask("deposit", "Card", "50.01")
    expect(page.get_by_test_id("payment-help")).to_contain_text("more than your deposit limit allows")
    expect(page.get_by_test_id("payment-room")).to_contain_text("Your deposit limits leave")
    assert page.url.startswith(customer.home), "nobody was sent to pay"


def test_a_withdrawal_is_reviewed_paid_by_file_and_matched(
    demo: Demo, customer: Customer, launched: LaunchedBrowser
) -> None:
    """One of finance proposes, another one approves; the bank books it, and its statement says so."""
    page = customer.page
    customer.open()
    page.get_by_test_id("open-withdrawal").click()
    page.get_by_test_id("add-account").click()
    page.get_by_test_id("account-holder").fill("Ann Example")
    page.get_by_test_id("account-iban").fill(IBAN.replace("82", "28", 1))
    page.get_by_test_id("add-this-account").click()
    expect(page.get_by_test_id("account-fault")).to_contain_text("isn\u2019t a valid IBAN")
    page.get_by_test_id("account-iban").fill("GB82 WEST 1234 5698 7654 32")
    page.get_by_test_id("add-this-account").click()
    expect(page.get_by_test_id("account-notice")).to_contain_text("5432")
    customer.ask("withdrawal", "5432", "60")
    expect(customer.newest("review")).to_contain_text("We check this withdrawal before we send it.")
    customer.has("£110.00")
    customer.looks()
    first, second = two_of_finance(demo, launched)
    first.open("Withdrawals")
    expect(first.row("£60.00")).to_contain_text("c-1001")
    first.confirm("Propose to send", "The customer is known.")
    second.approve("Withdrawal")
    customer.newest("sending")
    bank = demo.facts["payments"]["bank"]
    eventually(lambda: _booked(bank) == [-6_000], "the bank has taken the file")
    httpx.post(f"{bank}/days").raise_for_status()
    expect(customer.newest("paid-out")).to_contain_text("The money was sent to you.")
    customer.has("£110.00")
    first.open("Payment differences")
    expect(first.page.get_by_text("Nothing differs")).to_be_visible()
    assert demo.programs.run("payments", "cases").strip() == "Nothing differs."
    assert first.faults + second.faults == []


def _booked(bank: str) -> list[int]:
    """Return what a bank has booked, in minor units."""
    return [movement["amount"] for movement in httpx.get(f"{bank}/state").json()["movements"]]
