"""Going from screen to screen inside the office: its page, with all its scripts, is not loaded again."""

from typing import Final

from playwright.sync_api import Page, expect

READS: Final = """
(() => {
  const read = window.fetch;
  let begun = 0;
  let underWay = 0;
  window.fetch = async (...request) => {
    begun += 1;
    underWay += 1;
    const end = () => { underWay -= 1; };
    try {
      const response = await read(...request);
      response.clone().arrayBuffer().then(end, end);
      return response;
    } catch (error) {
      end();
      throw error;
    }
  };
  window.__rest = async () => {
    let quiet = 0;
    let known = begun;
    const end = performance.now() + 60_000;
    while (quiet < 10) {
      if (performance.now() > end) throw new Error('the page has not stopped reading for a minute');
      await new Promise((resolve) => { setTimeout(resolve, 50); });
      quiet = underWay > 0 || begun > known ? 0 : quiet + 1;
      known = begun;
    }
  };
})();
"""
"""Counts what a page is reading; `__rest` resolves once half a second has passed without a read.

It counts steps of its own rather than the time: a page that is busy does not rest.
"""

_MOVE: Final = """(address) => {
  history.pushState(null, '', address);
  dispatchEvent(new PopStateEvent('popstate', { state: null }));
}"""
_NOWHERE: Final = "nowhere"


def go(page: Page, url: str, screen: str) -> None:
    """Move to a screen of the office, and wait until all of it is read."""
    move(page, url, screen)
    page.evaluate("__rest()")


def move(page: Page, url: str, screen: str) -> None:
    """Go to a screen of the office at a URL, as the browser's history does, and wait until it has begun.

    It goes by an address without a screen, so that nothing of the screen before is left.
    """
    lost = page.get_by_role("heading", name="Not Found", exact=True)
    page.evaluate(_MOVE, f"{url}{_NOWHERE}")
    expect(lost).to_be_visible()
    page.evaluate(_MOVE, f"{url}{screen}")
    expect(lost).to_have_count(0)
    expect(page.locator("#react-admin-title")).not_to_be_empty()
