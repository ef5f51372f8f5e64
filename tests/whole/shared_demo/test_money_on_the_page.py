"""A customer's money on the page of the real demo: bets, limits, breaks and an exclusion."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import Locator, Page, expect

from tests.support.bets.demo_bettors import Bettor
from tests.support.browsers.bet_slip_page import visit
from tests.support.processes.running_furlong import Demo, running_demo
from tests.support.product.rehearsed_week import MONDAY
from tests.whole.events_of_the_page import price, shown
from tests.whole.published_events import PublishedMatch

pytestmark = [pytest.mark.usefixtures("web_installed"), pytest.mark.timeout(600)]
CUSTOMER: Final = "c-1002"
AFTER_COOLING: Final = "25h"


@dataclass(frozen=True)
class Money:
    """The page of one customer, as the customer operates it."""

    page: Page

    def part(self, name: str) -> None:
        """Open the panel at one of its parts."""
        if not self.page.get_by_test_id("money").is_visible():
            self.page.get_by_test_id("balance").click()
        self.page.get_by_test_id(f"tab-{name}").click()

    @property
    def confirm(self) -> Locator:
        """The button of the raise that waits."""
        return self.page.get_by_test_id("confirm-raise")

    def close(self) -> None:
        """Close the panel."""
        self.page.get_by_test_id("close-money").click()

    def has(self, amount: str) -> None:
        """Wait until the page's head shows so much cash."""
        expect(self.page.get_by_test_id("balance-cash")).to_have_text(amount)

    def limit(self, kind: str) -> Locator:
        """One limit of the open panel."""
        return self.page.get_by_test_id(f"limit-{kind}")

    def ask(self, kind: str, amount: str) -> None:
        """Ask for a limit."""
        self.limit(kind).get_by_test_id("change-limit").click()
        self.limit(kind).get_by_test_id("limit-amount").fill(amount)
        self.limit(kind).get_by_test_id("set-limit").click()

    def holds(self, kind: str, value: str, said: str) -> None:
        """Wait until a limit holds, and the page says so."""
        expect(self.limit(kind).get_by_test_id("limit-value")).to_have_text(value)
        expect(self.limit(kind).get_by_test_id("change-notice")).to_contain_text(said)

    def ask_for_bet(self, stake: str) -> None:
        """Ask for a bet on what is picked."""
        self.page.get_by_test_id("stake").fill(stake)
        self.page.get_by_test_id("place-bet").click()

    def bet(self, stake: str) -> None:
        """Place a bet on what is picked, which leaves the slip, and wait until it is made."""
        self.ask_for_bet(stake)
        expect(self.page.get_by_test_id("receipt-state")).to_have_text("Bet placed")
        expect(self.page.get_by_test_id("picked")).to_have_count(0)
        self.page.get_by_test_id("receipts-done").click()

    def is_refused_a_bet(self, stake: str, said: str) -> None:
        """Ask for a bet on what is picked, and wait for what the slip says, on which it stays."""
        self.ask_for_bet(stake)
        expect(self.page.locator(".slip-note")).to_contain_text(said)
        expect(self.page.get_by_test_id("picked")).to_have_count(1)
        expect(self.page.get_by_test_id("receipt")).to_have_count(0)

    def choose(self, group: str, value: str) -> None:
        """Take one of some choices."""
        self.page.get_by_test_id(group).locator(f"input[value='{value}']").check()


def test_bets_limits_and_a_break_move_a_customers_money(
    demo: Demo, launched: LaunchedBrowser, match: PublishedMatch, newcomer: str
) -> None:
    """A bet is in balance and history; a limit refuses one at once, a higher one waits, a break stops all."""
    with shown(demo, launched, "Aldmere", newcomer, width=360) as visitor:
        money = Money(visitor.page)
        money.has("£140.00")
        home = price(visitor, "Aldmere", "Home", "6/4")
        home.click()
        money.bet("5")
        money.has("£135.00")
        money.part("history")
        entries = visitor.page.get_by_test_id("entry")
        expect(entries).to_have_count(2)
        expect(entries.first).to_contain_text("\u2212£5.00")
        expect(entries.last).to_contain_text("+£140.00")

        money.part("limits")
        expect(money.limit("STAKE_BET").get_by_test_id("limit-value")).to_have_text("No limit")
        money.ask("STAKE_BET", "10")
        money.holds("STAKE_BET", "£10.00", "£10.00 applies now")
        money.ask("STAKE_BET", "4")
        money.holds("STAKE_BET", "£4.00", "£4.00 applies now")
        money.ask("STAKE_BET", "8")
        money.holds("STAKE_BET", "£4.00", "Confirm it after the wait")
        expect(money.confirm).to_have_attribute("aria-disabled", "true")
        money.close()
        home.click()
        money.is_refused_a_bet("6", "more than one of your limits allows")
        money.has("£135.00")

        money.part("breaks")
        money.choose("break-length", "24")
        visitor.page.get_by_test_id("take-break").click()
        expect(visitor.page.get_by_test_id("stops")).to_contain_text("on a break until")
        money.close()
        expect(visitor.page.get_by_test_id("stopped")).to_have_attribute("data-kind", "BREAK")
        expect(visitor.page.get_by_test_id("place-bet")).to_have_count(0)
        assert Bettor(demo, newcomer).refused(100) == "COOLING_OFF"
        money.has("£135.00")


@pytest.mark.slow("a demo goes through some days")
def test_raises_and_breaks_go_by_the_days(processes: None, launched: LaunchedBrowser, tmp_path: Path) -> None:
    """A raise is confirmed once it has cooled, a break ends by itself, and an exclusion has a second step."""
    with running_demo(tmp_path, "--at", MONDAY) as days, visit(launched, width=360) as visitor:
        bettor = Bettor(days, CUSTOMER)
        bettor.bets(100)
        visitor.open(f"{days.site.url}/?lang=en-GB")
        visitor.be(CUSTOMER)
        money = Money(visitor.page)
        money.part("limits")
        money.ask("DEPOSIT_DAY", "150")
        money.holds("DEPOSIT_DAY", "£150.00", "£150.00 applies now")
        expect(money.limit("DEPOSIT_DAY").get_by_test_id("limit-until")).to_contain_text("7 April 2026")
        money.ask("DEPOSIT_DAY", "200")
        expect(money.confirm).to_have_accessible_description(
            re.compile("from Tue, 7 April 2026 .* or your request expires")
        )
        days.programs.run("clock", "advance", AFTER_COOLING)
        expect(money.confirm).to_have_attribute("aria-disabled", "false")
        money.confirm.click()
        money.holds("DEPOSIT_DAY", "£200.00", "£200.00 applies now")

        money.part("breaks")
        money.choose("break-length", "24")
        visitor.page.get_by_test_id("take-break").click()
        money.close()
        stopped = visitor.page.get_by_test_id("stopped")
        expect(stopped).to_contain_text("8 April 2026")
        assert bettor.refused(100) == "COOLING_OFF"
        days.programs.run("clock", "advance", AFTER_COOLING)
        expect(stopped).to_have_count(0)

        money.part("breaks")
        money.choose("exclude-length", "6")
        visitor.page.get_by_test_id("exclude-next").click()
        question = visitor.page.get_by_test_id("exclude-question")
        expect(question).to_contain_text("You can withdraw at any time.")
        visitor.page.get_by_test_id("exclude-back").click()
        expect(question).to_have_count(0)
        visitor.page.get_by_test_id("exclude-next").click()
        visitor.page.get_by_test_id("exclude-firmly").click()
        expect(visitor.page.get_by_test_id("stops")).to_contain_text("October 2026")
        expect(visitor.page.get_by_test_id("break-form")).to_have_count(0)
        money.close()
        expect(stopped).to_have_attribute("data-kind", "EXCLUSION")
        assert bettor.refused(100) == "SELF_EXCLUDED"
