"""Take the pictures of the back office from the running demo, one for each role: `make pictures`."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyotp
from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize

from furlong.demo.ready_file import DemoAccount, DemoBackoffice, DemoFacts

SIZE: Final[ViewportSize] = {"width": 1280, "height": 800}
COLOURS: Final = 128
"""So few are enough for screens, and make the files small."""

ROLES: Final = ("editor", "approver", "support", "risk", "operator", "administrator")
PATIENCE_MS: Final = 180_000
NEW_TITLE: Final = "£2 in cash, yours to keep"


async def take_backoffice(browser: Browser, facts: DemoFacts, folder: Path) -> None:
    """Take a picture of what each role works with, and save it as `backoffice-ROLE.png`."""
    office = facts.backoffice
    if office is None:
        raise RuntimeError("the demo has no back office")
    first = {account.role: account for account in reversed(office.accounts)}
    desks = {role: await _sign_in(browser, office, first[role]) for role in ROLES}
    customer = facts.customers[0].id
    await _editor(desks["editor"], office.url)
    await _approver(desks["approver"], office.url)
    await _support(desks["support"], f"{office.url}customers/{facts.brand}%3A{customer}/show")
    await _risk(desks["risk"], office.url)
    await _operator(desks["operator"], office.url, first["operator"].totp)
    await _administrator(desks["administrator"], office.url)
    for role, page in desks.items():
        _save(await page.screenshot(animations="disabled"), folder / f"backoffice-{role}.png")
        await page.close()


async def _sign_in(browser: Browser, office: DemoBackoffice, account: DemoAccount) -> Page:
    page = await browser.new_page(
        viewport=SIZE,
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
        color_scheme="light",
    )
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(office.url)
    await page.get_by_role("button", name=account.role.capitalize(), exact=True).click()
    await page.get_by_role("button", name=f"Demo {account.role}").wait_for()
    return page


async def _editor(page: Page, url: str) -> None:
    """A draft with its preview, which is submitted for approval."""
    await page.goto(f"{url}content/northbet%3Acash-2")
    draft = page.get_by_role("region", name="Draft")
    await draft.get_by_role("textbox", name="Title", exact=True).fill(NEW_TITLE)
    await (
        page.frame_locator("iframe[title^='The bet-slip']").get_by_role("heading", name=NEW_TITLE).wait_for()
    )
    await page.get_by_role("button", name="Save the draft").click()
    await page.get_by_role("button", name="Submit for approval").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Reason").fill("It says what it is")
    await dialog.get_by_role("button", name="Submit for approval").click()
    await dialog.wait_for(state="detached")
    await _is_quiet(page)


async def _approver(page: Page, url: str) -> None:
    """What the editor has proposed, opened from the home, where other texts wait as well."""
    await page.goto(url)
    waiting = page.get_by_role("link", name="Review")
    await waiting.first.wait_for()
    for place in range(await waiting.count()):
        await page.goto(url)
        await waiting.nth(place).click()
        await page.get_by_role("columnheader", name="After").first.wait_for()
        if await page.get_by_text(NEW_TITLE).count():
            return
    raise RuntimeError("the home of the approver does not lead to what the editor has proposed")


async def _support(page: Page, address: str) -> None:
    """A customer's timeline."""
    await page.goto(address)
    await page.get_by_role("region", name="Timeline").locator("tbody tr").first.wait_for()


async def _risk(page: Page, url: str) -> None:
    """What is owed, and what the week may cost."""
    await page.goto(f"{url}risk-overview?brand=northbet")
    await page.get_by_role("table", name="Liability now").wait_for()


async def _operator(page: Page, url: str, secret: str) -> None:
    """A reward that is switched off on all nodes."""
    await page.goto(f"{url}switches?brand=northbet")
    await page.get_by_role("button", name="Switch off").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("What").click()
    await page.get_by_role("option", name="reward").click()
    await dialog.get_by_label("Reward").click()
    await page.get_by_role("option", name="50% bet boost").click()
    await dialog.get_by_label("Reason").fill("Its price was wrong")
    await dialog.get_by_role("button", name="Switch off").click()
    code = pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=1)
    await page.get_by_role("textbox", name="Code").fill(code)
    await page.get_by_role("button", name="Confirm").click()
    await page.get_by_role("table", name="Kill switches").wait_for()
    await _is_quiet(page)


async def _administrator(page: Page, url: str) -> None:
    """What everybody has done."""
    await page.goto(f"{url}audit")
    await page.locator("tbody tr").first.wait_for()


async def _is_quiet(page: Page) -> None:
    """Wait until no dialog and no message is on the page any more."""
    await page.get_by_role("dialog").wait_for(state="detached")
    await page.locator(".MuiSnackbar-root").wait_for(state="detached")


def _save(picture: bytes, file: Path) -> None:
    reduced = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    reduced.save(file, optimize=True)
