"""The one path through the real demo that `make test` takes too: a customer joins, bets and sees it."""

from collections.abc import Iterator

import pytest

from tests.support.browsers.bet_slip_page import browser
from tests.support.processes.running_furlong import BRAND, Demo, eventually, running_demo
from tools.local_chromium import LocalChromium

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("web_installed")]


@pytest.fixture(scope="module")
def demo(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run one demo for both, by the command as it is installed."""
    with running_demo(tmp_path_factory.mktemp("demo"), installed=True) as running:
        yield running


def test_a_customer_joins_and_a_bet_counts(demo: Demo) -> None:
    """Who joins by the graph is tracked, and a bet that comes over Kafka counts towards the week's target."""
    customer = "c-1001"
    club = demo.site.club(customer)
    assert club["state"] == "NOT_OPTED_IN"
    joined = demo.site.change("OptIn", customer, termsVersion=club["terms"]["version"])
    assert joined["errors"] == []
    eventually(lambda: demo.site.club(customer)["state"] == "TRACKING", "the customer is tracked")
    before = demo.site.staked(customer)
    demo.site.produce(demo.site.bet(customer, "end-to-end"), key=f"{BRAND}:{customer}")
    eventually(lambda: demo.site.staked(customer) == before + 500, "the bet counts")


def test_the_tracker_moves_on_the_page(demo: Demo, chromium: LocalChromium) -> None:
    """On the open page, a bet that comes over Kafka moves the tracker without a fault."""
    customer = "c-1002"
    with browser(chromium) as slip:
        slip.open(demo.site.url)
        slip.be(customer)
        before = demo.site.staked(customer)
        slip.shows("tracker-staked", f"£{before / 100:.2f}")
        demo.site.produce(demo.site.bet(customer, "seen"), key=f"{BRAND}:{customer}")
        slip.shows("tracker-staked", f"£{before / 100 + 5:.2f}")
        assert slip.faults == []
