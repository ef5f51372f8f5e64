"""Signing in to the back office by both factors, and confirming the second one before money moves."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import cycle

import pyotp
from bet_slip_page import PATIENCE_MS
from playwright.sync_api import Page, TimeoutError, expect

SOON_MS = 2000


def sign_in(page: Page, account: Mapping[str, str]) -> None:
    """Sign in on the page for it, and wait until the screens are there."""
    page.get_by_label("User").fill(account["user"])
    page.get_by_label("Password").fill(account["password"])
    page.get_by_role("button", name="Sign in").click()
    menu = page.get_by_role("button", name=re.compile("^Demo "))
    _give_codes(page, account["totp"], "Go on", (0, 1), lambda: menu.wait_for(timeout=SOON_MS))


def step_up(page: Page, secret: str) -> None:
    """Confirm the second factor, which a change has asked for; that holds for ten minutes."""
    question = page.get_by_text("Confirm that it is you")
    expect(question).to_be_visible(timeout=PATIENCE_MS)
    gone = partial(question.wait_for, state="detached", timeout=SOON_MS)
    _give_codes(page, secret, "Confirm", (1, 0), gone)


def _give_codes(
    page: Page, secret: str, button: str, offsets: Sequence[int], until_done: Callable[[], None]
) -> None:
    """Give codes of the authenticator until one is accepted, because each of them works once.

    The code of the next half minute is accepted already, so that nobody has to wait for it.
    """
    totp = pyotp.TOTP(secret)
    for offset in cycle(offsets):
        try:
            code = totp.at(datetime.now(UTC), counter_offset=offset)
            page.get_by_role("textbox", name="Code").fill(code, timeout=SOON_MS)
            page.get_by_role("button", name=button).click(timeout=SOON_MS)
            until_done()
        except TimeoutError:
            continue
        return
