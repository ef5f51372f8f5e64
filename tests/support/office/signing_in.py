"""Signing in to the back office by both factors, and confirming the second one before money moves."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import cycle
from typing import Final

import pyotp
from playwright.sync_api import Error, Page, expect

from tests.support.browsers import PATIENCE_MS
from tests.support.processes.running_furlong import eventually

SOON_MS = 2000
BETWEEN_MS = 200
_GIVEN: Final[dict[str, set[str]]] = {}
"""The codes that were given, by the secret of their authenticator."""


def sign_in(page: Page, account: Mapping[str, str]) -> None:
    """Sign in on the page for it, and wait until the screens are there."""
    give_password(page, account)
    menu = page.get_by_role("button", name=re.compile("^Demo "))
    _give_codes(page, account["totp"], "Continue", (0, 1), menu.is_visible)


def give_password(page: Page, account: Mapping[str, str]) -> None:
    """Take the first step of signing in."""
    page.get_by_label("User").fill(account["user"])
    page.get_by_label("Password").fill(account["password"])
    page.get_by_role("button", name="Sign in").click()


def step_up(page: Page, secret: str) -> None:
    """Confirm the second factor, which a change has asked for; that holds for ten minutes."""
    question = page.get_by_text("Confirm that it is you")
    expect(question).to_be_visible(timeout=PATIENCE_MS)
    _give_codes(page, secret, "Confirm", (1, 0), lambda: question.count() == 0)


def _give_codes(
    page: Page, secret: str, button: str, offsets: Sequence[int], is_done: Callable[[], bool]
) -> None:
    """Give codes of the authenticator until one is accepted, because each of them works once.

    The code of the next half minute is accepted already, so that nobody has to wait for it. No code is given
    twice: too many wrong ones lock the account.
    """
    totp, field = pyotp.TOTP(secret), page.get_by_role("textbox", name="Code")
    refused = field.and_(page.locator("[aria-invalid=true]"))
    given = _GIVEN.setdefault(secret, set())
    for offset in cycle(offsets):
        if is_done():
            return
        code = totp.at(datetime.now(UTC), counter_offset=offset)
        if code in given:
            page.wait_for_timeout(BETWEEN_MS)
            continue
        given.add(code)
        with suppress(Error):  # the code before was accepted meanwhile, and the form is gone
            field.fill(code, timeout=SOON_MS)
            page.get_by_role("button", name=button).click(timeout=SOON_MS)
            eventually(lambda: is_done() or refused.is_visible(), "the code is accepted or refused")
