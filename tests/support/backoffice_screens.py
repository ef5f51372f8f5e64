"""The back office's screens in a real browser: signing in by both factors, and opening areas."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyotp
from bet_slip_page import browser
from local_chromium import LocalChromium
from playwright.sync_api import Page, expect
from running_furlong import Demo


@contextmanager
def signed_in(demo: Demo, chromium: LocalChromium, role: str, *, width: int = 1280) -> Iterator[Page]:
    """A browser in which the demo's account of a role has signed in, by both factors."""
    office = demo.facts["backoffice"]
    (account,) = [each for each in office["accounts"] if each["role"] == role]
    with browser(chromium, width=width, height=800) as opened:
        page = opened.page
        page.goto(office["url"])
        page.get_by_label("User").fill(account["user"])
        page.get_by_label("Password").fill(account["password"])
        page.get_by_role("button", name="Sign in").click()
        give_code(page, account["totp"])
        expect(page.get_by_role("button", name=f"Demo {role}")).to_be_visible()
        yield page


def give_code(page: Page, secret: str) -> None:
    """Give codes of the authenticator until one is accepted: each works once, also for other tests."""
    signed_in, given = page.get_by_role("button", name=re.compile("^Demo ")), ""
    while not signed_in.is_visible():
        if (code := pyotp.TOTP(secret).now()) != given:
            page.get_by_label("Code").fill(code)
            page.get_by_role("button", name="Go on").click()
            given = code
        page.wait_for_timeout(500)


def open_area(page: Page, name: str) -> None:
    """Open an area by the menu, and wait until its first row is shown."""
    page.get_by_role("menuitem", name=name).click()
    expect(page.locator("tbody tr").first).to_be_visible()
