"""A customer with a phone plays on the demo's page, in frames of two providers."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.support.browsers.screen_gallery import faults_of_access
from tests.support.processes.running_furlong import BRAND, Demo, eventually
from tests.support.product.newcomers import offer
from tests.whole.demo_player import guest_of

pytestmark = [pytest.mark.usefixtures("web_installed"), pytest.mark.timeout(600)]
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}


@pytest.fixture
def page(demo: Demo, launched: LaunchedBrowser, newcomer: str) -> Iterator[Page]:
    """The casino of the demo's page; a browser's complaint about it is an error of the test."""
    context = launched.new_context(viewport=PHONE, locale="en-GB", reduced_motion="reduce")
    page, complaints = context.new_page(), list[str]()
    offer(page, demo, newcomer)
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(demo.site.url)
    page.get_by_test_id("nav-casino").click()
    expect(page.get_by_test_id("game-tile").first).to_be_visible()
    yield page
    assert complaints == []
    context.close()


def tile_of(page: Page, game: str) -> Locator:
    """Return the first tile of a game."""
    return page.get_by_test_id("game-tile").filter(has_text=game).first


def play(page: Page, game: str, button: str) -> None:
    """Open a game by a button of its tile, and play a round in its frame."""
    tile_of(page, game).get_by_test_id(button).click()
    frame = page.frame_locator("[data-testid=game-frame]")
    frame.get_by_role("button", name="Roll" if game == "Hundred" else "Spin").click()
    expect(frame.get_by_role("status")).to_contain_text("Shown: ")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_game_is_played_in_a_frame_and_moves_the_balance_of_the_page(
    demo: Demo, page: Page, newcomer: str
) -> None:
    """Pictures come from the providers; once the game is closed, the focus is where it was."""
    picture = page.get_by_test_id("game-tile").first.locator("img")
    eventually(lambda: picture.evaluate("shown => shown.naturalWidth") > 0, "the picture is there")
    play(page, "Acorn Harvest", "play")
    assert faults_of_access(page) == []
    page.get_by_test_id("close-game").click()
    expect(tile_of(page, "Acorn Harvest").get_by_test_id("play")).to_be_focused()
    with guest_of(demo, BRAND, newcomer) as guest:
        assert guest.balance != 14_000
        expect(page.get_by_test_id("balance-cash")).to_have_text(f"£{guest.balance / 100:.2f}")


def test_play_for_fun_leaves_the_balance_as_it_is(demo: Demo, page: Page, newcomer: str) -> None:
    """It says so above the game."""
    with guest_of(demo, BRAND, newcomer) as guest:
        before = guest.balance
        play(page, "Hundred", "play-for-fun")
        expect(page.get_by_test_id("for-fun")).to_be_visible()
        assert guest.balance == before
