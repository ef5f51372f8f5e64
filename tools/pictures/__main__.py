"""Take the pictures of the documentation from the running demo: `make pictures`."""

import asyncio
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Page, async_playwright

from furlong.demo.process import DemoOptions, running_demo
from furlong.demo.scenarios import START, read_scenario
from tools.local_chromium import find_chromium
from tools.pictures.backoffice import take_backoffice
from tools.pictures.sources import IMAGES, record

SCENARIO: Final = "chosen"
SHARPNESS: Final = 1
HEIGHT: Final = 940


async def _take(browser: Browser, url: str, name: str, width: int, *, details: bool) -> None:
    page = await browser.new_page(
        viewport={"width": width, "height": HEIGHT},
        device_scale_factor=SHARPNESS,
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
    )
    await page.goto(url)
    await page.get_by_text("This bet adds").wait_for()
    await page.locator(".rehearsal").evaluate("each => each.remove()")
    if details:
        await page.get_by_test_id("club-details").click()
    await page.screenshot(path=IMAGES / name, full_page=details)
    await page.close()


async def _take_tutorial(browser: Browser, url: str) -> None:
    """Take the pictures of the tutorial: a bet before it is placed, and why another does not count."""
    page = await browser.new_page(
        viewport={"width": 420, "height": 800},
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
    )
    await page.goto(url)
    picker = page.get_by_test_id("customer-picker")
    value = await picker.locator("option", has_text="c-1001").first.get_attribute("value")
    await picker.select_option(value)
    await _pick(page)
    await page.get_by_text("this bet adds").wait_for()
    await page.locator(".slip").screenshot(path=IMAGES / "tutorial-bet.png")
    await _place(page)
    await _pick(page)
    await page.get_by_test_id("stake").fill("0.50")
    await _place(page)
    await page.get_by_test_id("club-details").click()
    await page.get_by_text("Recent bets").click()
    bets = page.get_by_role("group").filter(has_text="Recent bets")
    await bets.get_by_text("Didn\u2019t count").wait_for()
    await bets.screenshot(path=IMAGES / "tutorial-reason.png")
    await page.close()


async def _pick(page: Page) -> None:
    """Press the longest odds of an event that has not begun: a bet on it waits for nothing, and counts."""
    event = page.get_by_test_id("event").filter(has=page.locator("time")).first
    prices = event.locator("[data-testid=price][aria-disabled=false]")
    await prices.first.wait_for()
    odds = [await price.locator(".price-odds bdi").inner_text() for price in await prices.all()]
    longest = max(range(len(odds)), key=lambda place: Fraction(odds[place].replace("Evens", "1")))
    await prices.nth(longest).click()


async def _place(page: Page) -> None:
    """Place the bet on the slip, and put its receipt away."""
    await page.get_by_test_id("place-bet").click()
    await page.get_by_test_id("receipt-state").get_by_text("Bet placed").wait_for()
    await page.get_by_test_id("receipts-done").click()


async def _take_embedding(browser: Browser, site: str) -> None:
    """Take a picture of a brand's own page with the club in it."""
    page = await browser.new_page(
        viewport={"width": 900, "height": 340},
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
    )
    await page.goto(f"{site}/")
    await page.get_by_test_id("tracker").wait_for()
    await page.screenshot(path=IMAGES / "embedding.png")
    await page.close()


async def _take_graphiql(browser: Browser, url: str) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    await page.goto(f"{url}/graphql")
    answer = page.get_by_label("Result Window").get_by_text('"club"')
    while not await answer.count():  # the button is there before the editors have read the operation
        await page.get_by_role("button", name="Execute query").click()
        await page.wait_for_timeout(1000)
    await page.get_by_role("button", name="Execute query").click()  # with a known document, as usual
    await page.get_by_text("from the cache of plans").wait_for()
    await page.screenshot(path=IMAGES / "graphiql.png")
    await page.close()


async def _main() -> None:
    chromium = find_chromium()
    if chromium is None:
        sys.exit("Chromium is not installed: run make services")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        options = DemoOptions(
            port=0,
            traffic=False,
            data=folder / "data",
            ready_file=folder / "demo.json",
            at=START,
            scenarios=(read_scenario(SCENARIO),),
        )
        async with running_demo(options) as facts, async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium.executable, args=list(chromium.arguments)
            )
            await _take(browser, facts.url, "bet-slip.png", 1080, details=False)
            await _take(browser, facts.url, "bet-slip-narrow.png", 390, details=True)
            await _take_tutorial(browser, facts.url)
            await _take_embedding(browser, facts.brands[0].site)
            await _take_graphiql(browser, facts.url)
            await take_backoffice(browser, facts, IMAGES)
            await browser.close()
    record()


if __name__ == "__main__":
    asyncio.run(_main())
