"""The bet-slip in a real browser, operated as a user does."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import ConsoleMessage, Error, Page, expect

from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.kept_chromium import launched_chromium
from tools.local_chromium import LocalChromium


@dataclass
class Browser:
    """A page of a browser, and the errors that it reported."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def open(self, url: str) -> None:
        """Open an address, and record errors of scripts and of the content security policy."""
        self.page.on("console", self._note)
        self.page.on("pageerror", self._fail)
        self.page.goto(url)

    def shows(self, testid: str, text: str) -> None:
        """Wait until a part shows a text."""
        expect(self.page.get_by_test_id(testid)).to_contain_text(text, timeout=PATIENCE_MS)

    def is_in_state(self, state: str) -> None:
        """Wait until the tracker is in a `ClubState`."""
        part = self.page.get_by_test_id("tracker-state")
        expect(part).to_have_attribute("data-state", state, timeout=PATIENCE_MS)

    def press(self, testid: str) -> None:
        """Press a button or choose an option, as soon as it is enabled."""
        self.page.get_by_test_id(testid).click(timeout=PATIENCE_MS)

    def says(self, text: str) -> None:
        """Wait until the notices of the widget have a text."""
        self.shows("errors", text)

    def is_disabled(self, testid: str, reason: str) -> None:
        """Wait until a button does nothing, and says why to those who cannot see it."""
        button = self.page.get_by_test_id(testid)
        expect(button).to_have_attribute("aria-disabled", "true", timeout=PATIENCE_MS)
        expect(button).to_have_accessible_description(re.compile(reason), timeout=PATIENCE_MS)

    def be(self, customer: str) -> None:
        """Select a customer of the demo."""
        picker = self.page.get_by_test_id("customer-picker")
        value = picker.locator("option", has_text=customer).first.get_attribute("value")
        picker.select_option(value, timeout=PATIENCE_MS)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(message.text)

    def _fail(self, error: Error) -> None:
        self.faults.append(error.message)


@contextmanager
def visit(launched: LaunchedBrowser, *, width: int = 420, height: int = 900) -> Iterator[Browser]:
    """One page of a visitor's own: nothing is left in a launched browser of the visitors before."""
    assert launched.contexts == []
    try:
        page = launched.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(PATIENCE_MS)
        yield Browser(page)
    finally:
        for context in launched.contexts:
            context.close()


@contextmanager
def browser(chromium: LocalChromium, *, width: int = 420, height: int = 900) -> Iterator[Browser]:
    """A browser with one page, and nothing left in it of the visitors before."""
    with launched_chromium(chromium) as launched, visit(launched, width=width, height=height) as visitor:
        yield visitor
