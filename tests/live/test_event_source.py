"""The `EventSource` of a browser, which sends the id of the last event by itself when it connects again."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Route, async_playwright

from tests.live.live_gateway import PATIENCE_SECONDS, live_gateway, until
from tests.live.test_positions import COUNT, Journal, over
from tools.local_chromium import LocalChromium

FOLLOW = """query => {
  window.counts = [];
  const source = new EventSource(`/graphql?query=${encodeURIComponent(query)}`);
  source.addEventListener('next', ({ data }) => window.counts.push(JSON.parse(data).data.count));
}"""
PATIENCE_MS = PATIENCE_SECONDS * 1000


async def has_counted(page: Page, *numbers: int) -> None:
    """Wait until the page has got so many events, and compare them."""
    count = len(numbers)
    await page.wait_for_function(f"() => window.counts.length >= {count}", timeout=PATIENCE_MS)
    assert await page.evaluate("window.counts") == list(numbers)


@pytest.mark.parametrize("encodes", [False, True])
async def test_an_event_source_continues(chromium: LocalChromium, *, encodes: bool) -> None:
    """What happens while it is not connected comes once it is, and nothing comes twice."""

    async def blank(route: Route) -> None:
        await route.fulfill(body="<!doctype html><title>Blank</title>", content_type="text/html")

    journal = Journal(encodes=encodes)
    async with (
        live_gateway(feed=over(journal), live_retry_seconds=0.05, live_drain_seconds=0.0) as live,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(
            executable_path=chromium.executable, args=list(chromium.arguments)
        )
        page = await browser.new_page()
        await page.route("**/blank", blank)
        await page.goto(f"http://127.0.0.1:{live.port}/blank")
        await page.evaluate(FOLLOW, COUNT)
        journal.publish(2)
        await has_counted(page, 1, 2)
        live.app.live.shut_down(0)
        journal.publish(1)
        await until(lambda: len(journal.opened) == 2)
        journal.publish(1)
        await has_counted(page, 1, 2, 3, 4)
        assert journal.opened[0] is None
        assert journal.opened[1] in {"2", "3"}
        await browser.close()
