"""A customer's money on the demo's page in a real browser, over a wallet in the hand of a test."""

from datetime import timedelta
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.screens.money_pages import NOW, Wallet, entry, limit, money_page, pounds
from tests.support.browsers.screen_gallery import Look, faults_of_access, faults_of_layout
from tools.local_chromium import LocalChromium

pytestmark = pytest.mark.usefixtures("web_installed")

KINDS: Final = (
    *("STAKE", "RETURN", "DEPOSIT", "REFUND", "BONUS", "FREE_BET", "WITHDRAWAL", "FEE", "CORRECTION"),
    *("GAME_BET", "GAME_WIN", "ROLLBACK"),
)
TALL: Final = 12_000
"""A window in which the whole panel is seen without scrolling."""

LOOKS: Final = (
    Look(360),
    Look(360, "de", text="200%"),
    Look(360, "ar", theme="dark"),
    Look(1280, "it", theme="dark"),
    Look(1280, forced_colours=True),
)


def at(hours: float) -> str:
    """Return the moment so many hours from now."""
    return (NOW + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def full_wallet() -> Wallet:
    """Return a wallet with everything that can be seen in one."""
    history = [
        entry(number, kind, -500 if kind in {"STAKE", "WITHDRAWAL", "FEE", "GAME_BET"} else 1250)
        for number, kind in enumerate(KINDS)
    ]
    history[0] |= {"state": "PENDING", "credits": pounds(-200)}
    history[6] |= {"state": "REVIEW", "reference": None}
    history[7] |= {"state": "VOIDED"}
    raised = {"pending": pounds(8_000), "pendingFrom": at(23), "pendingUntil": at(191)}
    return Wallet(
        balance=123_456,
        bonus=500,
        prompts=["FIRST_DEPOSIT"],
        history=history,
        limits=[
            limit("DEPOSIT_DAY", amount=pounds(5_000), used=pounds(2_000), until=at(16), **raised),
            limit("DEPOSIT_WEEK", amount=pounds(9_000), used=pounds(9_000), until=at(99), pendingFrom=at(-1)),
            limit("LOSS_DAY", amount=pounds(3_000), used=pounds(0), until=at(4)),
            limit("SESSION_MINUTES", minutes=60, usedMinutes=20),
            limit("BREAK", until=at(500), product="CASINO"),
        ],
    )


def row(page: Page, kind: str) -> Locator:
    """One limit of the panel."""
    return page.get_by_test_id(f"limit-{kind}")


def open_part(page: Page, part: str) -> None:
    """Open the panel at one of its parts."""
    page.get_by_test_id("balance").click()
    page.get_by_test_id(f"tab-{part}").click()
    expect(page.get_by_test_id(f"money-{part}")).to_be_visible()


def faults(page: Page, look: Look, selector: str) -> list[str]:
    """Return what is wrong with a part of the page; forced colours are the visitor's own."""
    forced = (
        ["aria-required-children", "button-name", "label", "target-size"] if look.forced_colours else None
    )
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [
        *faults_of_access(page, rules=forced),
        *faults_of_layout(page, selector),
        *(["the page is wider than the window"] if wide else []),
    ]


@pytest.mark.slow("axe looks at six parts in five looks")
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_part_is_accessible_and_nothing_is_cut_off(chromium: LocalChromium, look: Look) -> None:
    """In four languages, on a phone, at twice the size of text, in the dark, and in forced colours."""
    forced: Any = "active" if look.forced_colours else "none"
    wallet = full_wallet()
    with money_page(
        chromium, wallet, width=look.width, language=look.language, forced=forced, theme=look.theme
    ) as page:
        page.set_viewport_size({"width": look.width, "height": TALL})
        page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", look.text)
        expect(page.get_by_test_id("prompt")).to_be_visible()
        found = faults(page, look, ".site, .prompt")
        page.get_by_test_id("balance").click()
        expect(page.get_by_test_id("entry")).to_have_count(10)
        found += faults(page, look, ".money")
        page.get_by_test_id("tab-limits").click()
        row(page, "DEPOSIT_DAY").get_by_test_id("change-limit").click()
        page.get_by_test_id("limit-amount").fill("90")
        found += faults(page, look, ".money")
        page.get_by_test_id("tab-breaks").click()
        page.get_by_test_id("break-length").locator("input[value='day']").check()
        page.get_by_test_id("break-of").locator("input[value='POKER']").check()
        page.get_by_test_id("exclude-length").locator("input[value='60']").check()
        page.get_by_test_id("exclude-next").click()
        found += faults(page, look, ".money")
        page.get_by_test_id("close-money").click()
        wallet.limits = [
            limit("EXCLUSION", until=at(4_000)),
            limit("SESSION_MINUTES", minutes=60, usedMinutes=85),
        ]
        wallet.push()
        expect(page.get_by_test_id("reminder")).to_be_visible()
        found += faults(page, look, ".reminder")
        page.get_by_test_id("reminder-go-on").click()
        found += faults(page, look, ".stopped")
        assert found == []


def test_history_comes_in_pages_and_says_when_there_is_none(chromium: LocalChromium) -> None:
    """Each entry has its kind in words, its sign and its state; a change of the balance reads it again."""
    wallet = Wallet(balance=0)
    with money_page(chromium, wallet, width=360) as page:
        open_part(page, "history")
        expect(page.get_by_test_id("no-history")).to_contain_text("Nothing yet.")
        wallet.history = [entry(number, "STAKE", -500) for number in range(12)]
        wallet.history[0] |= {"state": "PENDING"}
        wallet.balance = 2_500
        wallet.push()
        entries = page.get_by_test_id("entry")
        expect(entries).to_have_count(10)
        expect(page.get_by_test_id("balance-cash")).to_have_text("£25.00")
        expect(entries.first).to_contain_text("Bet")
        expect(entries.first).to_contain_text("\u2212£5.00")
        expect(entries.first).to_contain_text("28 Nov 2026, 19:00")
        expect(entries.first).to_contain_text("Pending")
        page.get_by_test_id("more-history").click()
        expect(entries).to_have_count(12)
        expect(page.get_by_test_id("more-history")).to_have_count(0)


def test_what_cannot_be_read_says_so_and_is_read_again(chromium: LocalChromium) -> None:
    """What is known stays with a warning; a page that never knew offers to try again."""
    wallet = Wallet()
    with money_page(chromium, wallet) as page:
        open_part(page, "limits")
        wallet.cut()
        page.clock.fast_forward(20_000)
        expect(page.get_by_test_id("money-stale")).to_contain_text("out of date")
        expect(row(page, "DEPOSIT_DAY")).to_contain_text("No limit")
        row(page, "DEPOSIT_DAY").get_by_test_id("change-limit").click()
        page.get_by_test_id("limit-amount").fill("50")
        page.get_by_test_id("set-limit").click()
        for _ in range(3):
            page.clock.fast_forward(2_000)
        expect(page.get_by_test_id("send-again")).to_be_visible()
        expect(row(page, "DEPOSIT_DAY").get_by_test_id("change-notice")).to_contain_text("safe to try again")
        page.reload()
        page.get_by_test_id("balance").click()
        expect(page.get_by_test_id("money-unreached")).to_contain_text("available right now")
        wallet.is_away = False
        page.get_by_test_id("retry").click()
        expect(page.get_by_test_id("no-history")).to_be_visible()


def test_a_raise_is_confirmed_by_its_own_request_and_only_when_it_is_due(chromium: LocalChromium) -> None:
    """Before, its button says from when; a limit that is kept ends the wait."""
    waiting = {"amount": pounds(5_000), "used": pounds(0), "until": at(3), "pending": pounds(8_000)}
    wallet = Wallet(limits=[limit("DEPOSIT_DAY", **waiting, pendingFrom=at(1), pendingUntil=at(170))])
    with money_page(chromium, wallet) as page:
        open_part(page, "limits")
        confirm = row(page, "DEPOSIT_DAY").get_by_test_id("confirm-raise")
        expect(confirm).to_have_attribute("aria-disabled", "true")
        expect(confirm).to_have_accessible_description(
            "You asked for £80.00. You can confirm it from Sat, 28 November 2026 at 21:00. "
            "Confirm it by Sat, 5 December 2026 at 22:00, or your request expires."
        )
        confirm.press("Enter")
        assert wallet.asked == []
        page.clock.fast_forward(3_600_000)
        expect(confirm).to_have_attribute("aria-disabled", "false")
        confirm.press("Enter")
        expect(row(page, "DEPOSIT_DAY").get_by_test_id("change-notice")).to_contain_text("£80.00 applies now")
        page.get_by_test_id("keep-limit").click()
        expect(row(page, "DEPOSIT_DAY").get_by_test_id("change-notice")).to_contain_text("£50.00 stays")
        assert [(name, sent["amountMinor"]) for name, sent in wallet.asked] == [
            ("setLimit", 8_000),
            ("setLimit", 5_000),
        ]


def test_refusals_are_said_in_words(chromium: LocalChromium) -> None:
    """A break that the rules do not allow says what to do instead."""
    wallet = Wallet(refuses="NOT_ALLOWED_HERE")
    with money_page(chromium, wallet) as page:
        open_part(page, "breaks")
        take = page.get_by_test_id("take-break")
        expect(take).to_have_attribute("aria-disabled", "true")
        expect(take).to_have_accessible_description("Choose how long.")
        page.get_by_test_id("break-length").locator("input[value='day']").check()
        page.get_by_test_id("break-day").fill("2026-12-05")
        expect(page.get_by_test_id("break-effect")).to_contain_text("until the end of Sat, 5 December 2026")
        take.click()
        notice = page.get_by_test_id("break-form").get_by_test_id("change-notice")
        expect(notice).to_contain_text("for longer, exclude yourself")
        assert [sent["until"] for _, sent in wallet.asked] == ["2026-12-06T00:00:00.000Z"]


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [("FIRST_DEPOSIT", "declineLimit"), ("NO_LIMIT", "declineLimit"), ("REVIEW", "acknowledgePrompt")],
)
def test_prompts_are_answered_on_the_page(chromium: LocalChromium, prompt: str, answer: str) -> None:
    """One at a time, with both answers alike; the one that opens the panel brings the focus back."""
    wallet = Wallet(prompts=[prompt])
    with money_page(chromium, wallet, width=360) as page:
        card = page.get_by_test_id("prompt")
        expect(card).to_have_attribute("data-kind", prompt)
        opens = page.get_by_test_id("prompt-open")
        opens.press("Enter")
        part = "history" if prompt == "REVIEW" else "limits"
        expect(page.get_by_test_id(f"money-{part}")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("money-history")).to_have_count(0)
        expect(opens).to_be_focused()
        wallet.prompts = []
        page.get_by_test_id("prompt-answer").click()
        expect(card).to_have_count(0)
        assert [name for name, _ in wallet.asked] == [answer]


def test_a_session_is_reminded_each_time_its_minutes_have_passed(chromium: LocalChromium) -> None:
    """Over everything else, until it is answered, and not again before the next time."""
    wallet = Wallet(limits=[limit("SESSION_MINUTES", minutes=30, usedMinutes=29)])
    with money_page(chromium, wallet) as page:
        open_part(page, "limits")
        reminder = page.get_by_test_id("reminder")
        expect(reminder).to_be_hidden()
        wallet.limits[0]["usedMinutes"] = 30
        page.clock.fast_forward(61_000)
        expect(reminder).to_contain_text("You\u2019ve been signed in for 30 minutes.")
        page.keyboard.press("Escape")
        expect(reminder).to_be_hidden()
        page.reload()
        expect(page.get_by_test_id("balance-cash")).to_be_visible()
        page.clock.fast_forward(20_000)
        expect(reminder).to_be_hidden()
        wallet.limits[0]["usedMinutes"] = 60
        page.clock.fast_forward(30 * 60_000)
        expect(reminder).to_contain_text("1 hour")


def test_the_parts_are_reached_by_the_arrow_keys(chromium: LocalChromium) -> None:
    """As tabs are everywhere: forward and back, and around, in the direction of the text."""
    for language, key in (("en-GB", "ArrowRight"), ("ar", "ArrowLeft")):
        with money_page(chromium, Wallet(), language=language) as page:
            page.get_by_test_id("balance").click()
            page.get_by_test_id("tab-history").focus()
            for part in ("limits", "breaks", "history"):
                page.keyboard.press(key)
                expect(page.get_by_test_id(f"tab-{part}")).to_be_focused()
                expect(page.get_by_test_id(f"money-{part}")).to_be_visible()
