"""A day in somebody else's site, in a real browser: bets and games in frames, with the wallet on their side.

The site is another one than ours for the browser, which lets frames have no cookies.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import pytest
from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import FrameLocator, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.http.served import served
from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.screen_gallery import faults_of_access
from tests.support.processes.running_furlong import BRAND, Demo, eventually, running_demo
from tests.whole.demo_races import Racecourse, racecourse
from tests.whole.test_operators_wallet_of_the_demo import at_operator

pytestmark = [pytest.mark.usefixtures("web_installed"), pytest.mark.timeout(900)]
SLOT: Final = "Acorn Harvest"
NO_COOKIES: Final = {
    "enableThirdPartyCookieRestriction": True,
    "disableThirdPartyCookieMetadata": True,
    "disableThirdPartyCookieHeuristics": True,
}
NO_STORAGE: Final = """if (self !== top) for (const name of ['sessionStorage', 'localStorage']) {
  Object.defineProperty(self, name, { get() { throw new DOMException('denied', 'SecurityError'); } });
}"""
"""What a browser does that lets frames of other sites keep nothing."""

ELSEWHERE: Final = """<!doctype html><html lang="en-GB"><title>Another site</title>
<link rel="icon" href="data:,">
<iframe src="CLUB/embed/northbet/sports" title="Sports"></iframe>
<iframe src="CLUB/embed/northbet/lobby" title="Casino"></iframe>
<script type="module">
  import { connectFrame } from 'CLUB/widget/v1/furlong-frame.js';
  for (const frame of document.querySelectorAll('iframe')) connectFrame(frame, { getToken: () => null });
</script></html>"""


@pytest.fixture(scope="module")
def demo(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo in the third way to run it."""
    with running_demo(tmp_path_factory.mktemp("frames"), "--scenario", "frames") as running:
        yield running


@pytest.fixture(scope="module")
def course(demo: Demo) -> Iterator[Racecourse]:
    """A provider of races that is well."""
    with racecourse(demo) as course:
        yield course


@dataclass
class Guest:
    """A customer of the betting site, and what the browser complained of."""

    demo: Demo
    page: Page
    customer: str
    width: int
    complaints: list[str] = field(default_factory=list)

    def comes(self) -> None:
        """Open the site, under a name that is no site of ours."""
        self.page.on(
            "console", lambda told: self.complaints.append(told.text) if told.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        (site,) = (brand["site"] for brand in self.demo.facts["brands"] if brand["brand"] == BRAND)
        self.page.goto(f"{site.replace('127.0.0.1', 'localhost')}/play?customer={self.customer}")

    @property
    def sports(self) -> FrameLocator:
        """Return the frame of sports."""
        return self.page.frame_locator("#sports-frame")

    @property
    def lobby(self) -> FrameLocator:
        """Return the frame of the lobby."""
        return self.page.frame_locator("#lobby-frame")

    @property
    def moved(self) -> list[tuple[str, float]]:
        """Return what the operator's books have of the customer."""
        return at_operator(self.demo, self.customer)

    def has(self, amount: str) -> None:
        """Wait until the site's own head, and both frames, show a balance."""
        expect(self.page.locator("#balance")).to_have_text(amount)
        for frame in (self.sports, self.lobby):
            expect(frame.get_by_test_id("balance-cash")).to_have_text(amount)

    def looks(self) -> None:
        """Expect that nobody is kept out, and that nothing is wider than the window."""
        for frame in self.page.frames:
            if frame.url.startswith("http"):
                assert faults_of_access(frame) == [], frame.url
                assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth"), frame.url


@pytest.fixture(scope="module", params=[("c-1001", 360), ("c-1002", 1280)], ids=["phone", "desktop"])
def guest(request: pytest.FixtureRequest, demo: Demo, launched: LaunchedBrowser) -> Iterator[Guest]:
    """A customer with a phone, and one with a large window, where frames may not even keep anything."""
    customer, width = request.param
    context = launched.new_context(
        viewport={"width": width, "height": 800}, locale="en-GB", reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    controls = context.new_cdp_session(page)
    controls.send("Network.enable")
    controls.send("Network.setCookieControls", NO_COOKIES)
    if width > 900:
        page.add_init_script(NO_STORAGE)
    guest = Guest(demo, page, customer, width)
    guest.comes()
    yield guest
    assert guest.complaints == []
    assert context.cookies() == []
    context.close()


def test_a_bet_in_a_frame_takes_the_sites_money(guest: Guest, course: Racecourse) -> None:
    """From the odds to the receipt and the result, while the site's own head has the balance."""
    guest.has("£140.00")
    race = course.race(f"Frame Stakes {guest.width}", dawn=3000, ember=4000)
    guest.sports.get_by_test_id("event-search").fill(f"Frame Stakes {guest.width}")
    listed = guest.sports.get_by_test_id("event").filter(has_text=f"Frame Stakes {guest.width}")
    listed.get_by_role("button", name=re.compile(r"^Dawn\b")).click()
    guest.sports.get_by_test_id("stake").fill("5")
    guest.looks()
    guest.sports.get_by_test_id("place-bet").click()
    receipt = guest.sports.get_by_test_id("receipt")
    expect(receipt).to_have_attribute("data-state", "placed")
    for text in ("Bet placed", "Dawn", "2/1", "£5.00", "£15.00"):
        expect(receipt).to_contain_text(text)
    guest.has("£135.00")
    assert guest.moved == [("bet", -500)]
    expect(guest.sports.get_by_test_id("tracker-staked")).to_contain_text("£5.00")
    expect(guest.page.frame_locator("#club-frame").get_by_test_id("tracker-staked")).to_contain_text("£5.00")
    guest.sports.get_by_test_id("see-bets").click()
    expect(guest.sports.get_by_test_id("open-bets").get_by_test_id("bet")).to_have_count(1)
    race.results(dawn={"status": "winner"})
    expect(guest.sports.get_by_test_id("settled-bets").get_by_test_id("bet")).to_contain_text("Won")
    guest.looks()
    guest.has("£150.00")
    assert guest.moved == [("bet", -500), ("win", 1500)]


def test_a_bet_without_the_money_for_it_opens_the_sites_cashier(guest: Guest, course: Racecourse) -> None:
    """The frame has no deposits: it says what is missing, and the site opens its own."""
    name = f"Cashier Stakes {guest.width}"
    course.race(name, dawn=3000, ember=4000)
    guest.sports.get_by_test_id("nav-sports").click()
    guest.sports.get_by_test_id("event-search").fill(name)
    listed = guest.sports.get_by_test_id("event").filter(has_text=name)
    listed.get_by_role("button", name=re.compile(r"^Dawn\b")).click()
    guest.sports.get_by_test_id("stake").fill("500")
    before = guest.moved
    guest.sports.get_by_test_id("place-bet").click()
    cashier = guest.page.locator("#cashier")
    expect(cashier).to_contain_text("Customers pay in here.")
    guest.looks()
    guest.page.locator("#cashier-close").click()
    guest.sports.get_by_test_id("to-money").click()
    expect(cashier).to_contain_text("balance")
    guest.page.locator("#cashier-close").click()
    expect(guest.sports.get_by_test_id("open-deposit")).to_have_count(0)
    assert guest.moved == before


def test_a_game_in_a_frame_takes_the_sites_money(guest: Guest) -> None:
    """The provider's page is in the lobby's frame, and takes the place of the lobby until it is left."""
    tile = guest.lobby.get_by_test_id("game-tile").filter(has_text=SLOT).first
    before = guest.moved
    tile.get_by_test_id("play").click()
    game = guest.lobby.frame_locator("[data-testid=game-frame]")
    game.get_by_role("button", name="Spin").click()
    expect(game.get_by_role("status")).to_contain_text("Shown: ")
    guest.looks()
    place = guest.page.locator("#lobby-frame").bounding_box()
    assert place is not None
    assert (round(place["y"]), round(place["height"])) == (0, 800), "the game has the window"
    eventually(lambda: len(guest.moved) > len(before), "the operator has taken the stake")
    guest.lobby.get_by_test_id("close-game").click()
    expect(tile.get_by_test_id("play")).to_be_focused()
    assert [kind for kind, _ in guest.moved[len(before) :]] == ["bet", "win"]
    guest.has(f"£{(14000 + sum(pence for _, pence in guest.moved)) / 100:.2f}")


def test_a_site_that_is_not_allowed_shows_no_frame_and_is_told_why(
    demo: Demo, launched: LaunchedBrowser
) -> None:
    """The browser shows nothing of ours there, and whoever built the page reads what to set."""

    async def page(_request: Request) -> Response:
        return HTMLResponse(ELSEWHERE.replace("CLUB", demo.site.url))

    with served(Starlette(routes=[Route("/", page)])) as url:
        site = url.replace("127.0.0.1", "shop.localhost")
        visitor = launched.new_page()
        complaints = list[str]()
        visitor.on("console", lambda told: complaints.append(told.text))
        visitor.goto(site)
        advice = visitor.get_by_text(f"Allow {site} to show the frame")
        expect(advice).to_have_count(2)
        expect(visitor.locator("iframe").first).to_be_hidden()
        assert any("frame-ancestors" in told for told in complaints)
        for part in ("sports", "lobby"):
            assert not any(part in frame.url for frame in visitor.frames), part
        visitor.close()
