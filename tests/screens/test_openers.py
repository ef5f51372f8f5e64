"""What a person opens in the panel of money and in the lobby is seen at once, and reached to its end."""

from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, expect

from tests.screens.club_pages import club_page, hidden_points
from tests.screens.lobby_pages import AROUND, GAMES, Casino
from tests.screens.money_pages import limit, pounds
from tests.screens.payment_pages import BACK, CARD, TRANSFER
from tests.screens.test_page_money import full_wallet
from tests.support.browsers.screen_gallery import Look
from tools.local_chromium import LocalChromium

pytestmark = pytest.mark.usefixtures("web_installed")

SIZES: Final = ((360, 640), (1280, 800))


@dataclass
class Everything(Casino):
    """A customer with a full history, limits, and ways to pay."""

    history: list[dict[str, Any]] = field(default_factory=lambda: full_wallet().history)
    limits: list[dict[str, Any]] = field(
        default_factory=lambda: [limit("DEPOSIT_DAY", amount=pounds(5_000), used=pounds(0))]
    )
    methods: dict[str, list[dict[str, Any]] | None] = field(
        default_factory=lambda: {"deposit": [CARD, TRANSFER], "withdraw": [BACK]}
    )
    prompts: list[str] = field(default_factory=lambda: ["NO_LIMIT"])
    can_add_account: bool = True


def press_at_the_edge(opener: Locator) -> None:
    """Press what is at the lower edge of what one sees, so that what it opens is not in view by chance."""
    opener.evaluate("each => each.scrollIntoView({ block: 'end', behavior: 'instant' })")
    opener.click()


def is_seen(first: Locator, last: Locator) -> None:
    """Expect that the beginning is in view without scrolling, and the end when the keyboard comes to it."""
    expect(first).to_be_visible()
    assert hidden_points(first) == [], "first"
    last.focus()
    assert hidden_points(last) == [], "last"


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_nothing_that_is_opened_in_the_panel_of_money_is_out_of_sight(
    chromium: LocalChromium, size: tuple[int, int]
) -> None:
    """The panel from a prompt and the balance, forms of payments and limits, the question of an exclusion."""
    width, height = size
    with club_page(chromium, Everything(), Look(width), height) as page:
        money = page.get_by_test_id("money")
        press_at_the_edge(page.get_by_test_id("prompt-open"))
        is_seen(page.get_by_test_id("tab-limits"), page.get_by_test_id("change-limit").last)
        page.get_by_test_id("close-money").click()
        page.get_by_test_id("balance").click()
        expect(page.get_by_test_id("more-history")).to_be_visible()
        is_seen(money.get_by_role("heading").first, page.get_by_test_id("more-history"))
        press_at_the_edge(page.get_by_test_id("more-history"))
        is_seen(page.locator(".entry-kind").nth(10), page.get_by_test_id("open-deposit"))
        press_at_the_edge(page.get_by_test_id("open-deposit"))
        is_seen(page.get_by_test_id("payment-section").get_by_role("heading"), page.get_by_test_id("pay"))
        press_at_the_edge(page.get_by_test_id("open-withdrawal"))
        adding = page.get_by_test_id("add-account")
        is_seen(page.get_by_test_id("payment-section").get_by_role("heading"), adding)
        press_at_the_edge(adding)
        is_seen(page.get_by_test_id("account-holder"), page.get_by_test_id("add-this-account"))
        page.get_by_test_id("tab-limits").click()
        rows = page.locator(".limit")
        for row in (rows.first, rows.last):
            press_at_the_edge(row.get_by_test_id("change-limit"))
            is_seen(row.get_by_test_id("limit-amount"), row.get_by_test_id("set-limit"))
        page.get_by_test_id("tab-breaks").click()
        page.get_by_test_id("exclude-length").locator("input[value='6']").check()
        press_at_the_edge(page.get_by_test_id("exclude-next"))
        question = page.get_by_test_id("exclude-question")
        is_seen(question.get_by_role("heading"), page.get_by_test_id("exclude-back"))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_nothing_that_is_opened_in_the_lobby_is_out_of_sight(
    chromium: LocalChromium, size: tuple[int, int]
) -> None:
    """All games of a section, a game over the window, and the games of won free spins."""
    width, height = size
    with club_page(chromium, Everything(), Look(width), height) as page:
        page.route(f"{GAMES}/**", lambda route: route.fulfill(body="<p>A game</p>", content_type="text/html"))
        press_at_the_edge(page.get_by_test_id("play-free-spins"))
        spins = page.get_by_test_id("free-spins")
        is_seen(
            spins.get_by_role("heading").first,
            spins.get_by_test_id("game-tile").last.get_by_role("button").last,
        )
        sections = [spins, *page.get_by_test_id("lobby-section").all()]
        assert len(sections) == 3
        for section in sections:
            tiles = section.get_by_test_id("game-tile")
            expect(tiles).to_have_count(8)
            press_at_the_edge(section.locator("button[aria-expanded]"))
            expect(tiles).to_have_count(14)
            is_seen(tiles.nth(8).locator(".game-picture"), tiles.last.get_by_role("button").last)
        for way in ("play", "play-for-fun"):
            opener = page.get_by_test_id(way).last
            press_at_the_edge(opener)
            game = page.get_by_test_id("game")
            expect(page.get_by_test_id("game-frame")).to_be_visible()
            is_seen(game.get_by_role("heading"), page.get_by_test_id("close-game"))
            assert hidden_points(page.get_by_test_id("game-frame")) == []
            page.get_by_test_id("close-game").click()
            is_seen(opener, opener)


def test_the_lobby_in_a_frame_says_that_it_is_offline(chromium: LocalChromium) -> None:
    """As the pages and the frame of sports do; the games stay, and it goes by itself."""
    with club_page(chromium, Everything(), Look(360)) as page:
        page.goto(AROUND)
        frame = page.frame_locator("iframe")
        told = frame.get_by_test_id("page-offline")
        expect(told).to_be_empty()
        page.context.set_offline(offline=True)
        expect(told).to_contain_text("offline")
        page.context.set_offline(offline=False)
        expect(told).to_be_empty()
