"""The page in a real Firefox, against a demo of its own."""

import re

import pytest

from tests.support.processes.running_furlong import BRAND, Demo
from tests.whole.firefox_page import FirefoxPage, firefox_page

pytestmark = pytest.mark.usefixtures("web_installed")


@pytest.mark.lasting("a Firefox of its own is started, and a whole visit happens in it")
def test_a_customer_of_firefox_bets_joins_and_chooses(demo: Demo, firefox: str) -> None:
    """The tracker, the preview, amounts, live updates, joining, choosing and a reload work there too."""
    with firefox_page(firefox) as page:
        page.open(demo.site.url)
        page.choose("customer-picker", "c-1002")
        page.is_in_state("NOT_OPTED_IN")
        page.fill("stake", "7.50")
        page.shows("preview", "Join and this bet adds £7.50.")
        page.fill("stake", "7,50")
        page.shows("stake-help", "Write it like 5.00.")
        page.fill("stake", "7.50")
        before = demo.site.staked("c-1002")
        page.press("place-bet")
        page.shows("tracker-staked", f"£{before / 100 + 7.5:.2f}")
        page.press("club-details")
        page.press("opt-in")
        page.shows("errors", "You\u2019ve joined the club.")
        page.is_in_state("TRACKING")
        page.press("choose-northbet:fb-2x3:1")
        page.shows("choice-title", "Two £3 free bets")
        page.shows("errors", "Your reward is now Two £3 free bets.")
        bet = demo.site.bet("c-1002", "firefox-1", stake_minor=20000, counting_stake_minor=20000)
        demo.site.produce(bet, key=f"{BRAND}:c-1002")
        page.is_in_state("QUALIFIED")
        page.shows("announced", "You\u2019ve reached this week")
        page.reload()
        page.is_in_state("QUALIFIED")
        assert _is_in_one_column(page)
        assert page.faults == []
    assert demo.site.club("c-1002")["choice"]["option"]["id"] == "northbet:fb-2x3:1"


def _is_in_one_column(page: FirefoxPage) -> bool:
    """Whether nothing is wider than the page, and the widget's colours are known to this browser."""
    ground = page.evaluate("getComputedStyle(document.querySelector('.club')).backgroundColor")
    fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return bool(fits) and re.fullmatch(r"rgb\(\d+, \d+, \d+\)", ground) is not None
