"""The back office's screens of content and scheme rules, operated as their users do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from backoffice_screens import give_code
from bet_slip_page import PATIENCE_MS
from local_chromium import LocalChromium
from playwright.sync_api import FrameLocator, Locator, Page, expect, sync_playwright
from running_furlong import Demo

REPORTS: Final = """
window.__policy = [];
document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
  window.__policy.push(effectiveDirective);
});
window.alert = window.confirm = window.prompt = () => { window.__ran = true; };
"""


@dataclass
class Desk:
    """A signed-in person's browser.

    Attributes:
        faults: errors of scripts, and what the content security policy refused.
    """

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)

    def open_item(self, item: str) -> None:
        """Open an item of content, and wait until its text is there."""
        self.page.goto(f"{self.url}content/{item.replace(':', '%3A')}")
        expect(self.field("Title")).not_to_have_value("")

    def field(self, label: str) -> Locator:
        """Return a field of the draft."""
        return self.page.get_by_role("region", name="Draft").get_by_role("textbox", name=label, exact=True)

    def save(self) -> None:
        """Press the button that saves the draft."""
        self.page.get_by_role("button", name="Save the draft").click()

    def confirm(self, button: str, reason: str | None = None) -> None:
        """Press a button, give a reason if one is wanted, confirm, and wait until the dialog is gone."""
        self.page.get_by_role("button", name=button, exact=True).click()
        dialog = self.page.get_by_role("dialog")
        if reason is not None:
            dialog.get_by_label("Reason").fill(reason)
        dialog.get_by_role("button", name=button, exact=True).click()
        expect(dialog).to_have_count(0)

    def is_in_state(self, text: str) -> None:
        """Wait until the heading says what state the item is in."""
        expect(self.page.locator(".MuiChip-root", has_text=re.compile(text)).first).to_be_visible()

    def scripts_that_ran(self) -> list[str]:
        """Return the addresses of frames in which a text ran as script, or was kept from it by the policy."""
        return scripts_that_ran(self.page)

    def preview(self) -> FrameLocator:
        """Return the page of the widget in the preview."""
        return self.page.frame_locator("iframe[title^='The bet-slip']")

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Send an operation to the graph in this person's session."""
        session = self.page.context.request.get(f"{self.url}session").json()
        answer = self.page.context.request.post(
            f"{self.url}graphql",
            data={"query": query, "variables": variables},
            headers={"x-csrf-token": session["csrfToken"], "origin": self.url.removesuffix("/backoffice/")},
        ).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data


@dataclass
class Staff:
    """People at their desks, each in a browser of their own."""

    demo: Demo
    browser: Any
    desks: dict[str, Desk] = field(default_factory=dict)
    customer: Page | None = None

    def desk(self, role: str) -> Desk:
        """Return the desk of the demo's account of a role, signed in at the first time."""
        if role not in self.desks:
            url = self.demo.facts["backoffice"]["url"]
            page = self.browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.set_default_timeout(PATIENCE_MS)
            desk = Desk(page, url)
            page.on("pageerror", lambda error: desk.faults.append(error.message))
            page.add_init_script(REPORTS)
            self._sign_in(page, role)
            self.desks[role] = desk
        return self.desks[role]

    @contextmanager
    def another_tab(self, desk: Desk) -> Iterator[Desk]:
        """Open another tab in a person's browser."""
        page = desk.page.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(REPORTS)
        opened = Desk(page, desk.url)
        page.on("pageerror", lambda error: opened.faults.append(error.message))
        yield opened
        page.close()

    def slip(self) -> Page:
        """Return a customer's bet-slip; it is opened once, with its rewards."""
        if self.customer is None:
            page = self.browser.new_context(viewport={"width": 420, "height": 900}).new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.add_init_script(REPORTS)
            page.goto(self.demo.site.url)
            page.get_by_test_id("club-details").click()
            self.customer = page
        return self.customer

    def _sign_in(self, page: Page, role: str) -> None:
        office = self.demo.facts["backoffice"]
        (account,) = [each for each in office["accounts"] if each["role"] == role]
        page.goto(office["url"])
        page.get_by_label("User").fill(account["user"])
        page.get_by_label("Password").fill(account["password"])
        page.get_by_role("button", name="Sign in").click()
        give_code(page, account["totp"])
        expect(page.get_by_role("button", name=f"Demo {role}")).to_be_visible()


def scripts_that_ran(page: Page) -> list[str]:
    """Return the addresses of frames in which a text ran as script, or was kept from it by the policy."""
    question = "window.__ran === true || (window.__policy ?? []).some((name) => name.startsWith('script'))"
    return [frame.url for frame in page.frames if frame.evaluate(question)]


@contextmanager
def staff_of(demo: Demo, chromium: LocalChromium) -> Iterator[Staff]:
    """Open one browser for all desks."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium.executable, args=list(chromium.arguments)
        )
        try:
            yield Staff(demo, launched)
        finally:
            launched.close()
