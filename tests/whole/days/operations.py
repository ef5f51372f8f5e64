"""An operator's day: dead letters, kill switches, providers, brands, weeks, lag, and what is in doubt."""

import re

from playwright.sync_api import expect
from sqlalchemy import insert

from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.fulfilment.models import FULFILMENT
from subgraphs.fulfilment.state.reasons import ATTEMPTS
from tests.backoffice.proposal_kinds import held_reward
from tests.support.office.office_client import OfficeClient, Staff
from tests.support.office.stack import ANN, CAT, DEPUTY, EARLY, Office
from tests.support.processes.running_furlong import BRAND, eventually
from tests.whole.days.finance import beside
from tests.whole.days.support import find

TERMS = "2026-1"
HELD = "held-in-the-office"
"""The key of a reward that its provider did not take."""


def replay_dead_letters(office: Office, office_client: OfficeClient) -> None:
    """Replay bets that came before their brand was known: one, then all; what is broken stays."""
    page = office_client.page
    office_client.open("Dead letters")
    office_client.look()
    office_client.row("Unknown brand").get_by_role("cell").first.click()
    office_client.confirm("Dry run")
    expect(page.get_by_text("Dry run, nothing is changed. Result: applied").first).to_be_visible()
    office_client.look()
    assert office.site.staked(ANN) == 0
    office_client.confirm("Replay", "the brand is known by now")
    expect(page.get_by_text("Replayed. Result: applied").first).to_be_visible()
    eventually(lambda: office.site.staked(ANN) == 500, "one bet counts")
    for button, reason in (("Dry run of all", None), ("Replay all", "all of them")):
        office_client.open("Dead letters")
        office_client.confirm(button, reason)
        expect(page.get_by_text("DONE", exact=True)).to_be_visible()  # by itself, as soon as it is
    office_client.look()
    eventually(lambda: office.site.staked(ANN) == 500 * len(EARLY), "all bets count, once each")
    office_client.open("Dead letters")
    expect(page.locator("tbody tr")).to_have_count(1)


def send_a_held_reward(office: Office, office_client: OfficeClient) -> None:
    """What its provider did not take is sent again: it is credited once, and row and home follow."""
    beside(_hold_a_reward(office))
    page = office_client.page
    office_client.open("Home")
    expect(page.get_by_role("region", name="Needs your attention")).to_contain_text("1 held reward")
    office_client.open("Held rewards")
    expect(office_client.row(CAT)).to_contain_text("£5.00")
    office_client.pick(f"the reward of {CAT}", "Send again")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("under the same key")).to_be_visible()
    dialog.get_by_label("Reason").fill("the wallet is back")
    office_client.look()
    office_client.submit("Send again")
    expect(page.get_by_text("There are no held rewards yet.")).to_be_visible()
    eventually(lambda: office.credits().get(HELD) == 1, "the provider has credited it, once")
    office_client.open("Home")
    expect(page.get_by_text("1 held reward")).to_have_count(0)


async def _hold_a_reward(office: Office) -> None:
    """Let a reward wait for a person, as after too many attempts."""
    settings = DatabaseSettings(url=office.programs.environment["FURLONG_DATABASE_URL"])
    held = held_reward(ClubKey(BRAND, "2026-W11", CAT), HELD) | {
        "reason": ATTEMPTS,
        "provider": "simulated-wallet",
    }
    database = Database.open(settings, "fulfilment")
    async with database.write() as connection:
        await connection.execute(insert(FULFILMENT).values(**held))
    await database.close()


def use_a_kill_switch(office: Office, office_client: OfficeClient) -> None:
    """Switch the brand off, see that every node has applied it, and switch it on again."""
    page = office_client.page
    office_client.open("Kill switches")
    office_client.choose("Brand", "Northbet")
    page.get_by_role("button", name="Switch off").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("a wrong price")
    office_client.look()
    office_client.submit("Switch off")
    acknowledged = page.get_by_role("table", name="Kill switches").get_by_text(re.compile(r"^all \d"))
    expect(acknowledged).to_be_visible()
    office_client.look()
    refused = office.site.change("OptIn", CAT, termsVersion=TERMS)
    assert [error["code"] for error in refused["errors"]] == ["CLUB_PAUSED"]
    office_client.confirm("Switch on", "the price is right")
    expect(page.get_by_text("Paused now")).to_have_count(0)
    expect(acknowledged).to_be_visible()


def look_into_a_menu(office_client: OfficeClient) -> None:
    """What can be done to a version is in one menu of its row; what harms is at the end, and asks first."""
    page = office_client.page
    office_client.open("Reward status")
    button = page.get_by_role("button", name=re.compile("^Change ")).first
    button.press("Enter")
    items = page.get_by_role("menuitem", name=re.compile("…$"))
    expect(items).to_have_text([re.compile(f"^{deed}") for deed in ("Pause", "Withdraw", "Recall")])
    expect(items.first).to_be_focused()
    office_client.look()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    button.press("Enter")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=re.compile("^Recall"))
    expect(dialog.get_by_text(re.compile("can.t be undone"))).to_be_visible()
    office_client.look()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()


def change_a_provider(office_client: OfficeClient, staff: Staff) -> None:
    """Propose a configuration that is checked as it is typed; a colleague approves it, and workers use it."""
    page = office_client.page
    office_client.open("Providers")
    expect(page.get_by_role("link", name="simulated-wallet")).to_be_visible()
    office_client.look()
    page.get_by_role("link", name="simulated-wallet").click()
    attempts = page.get_by_label("Attempts", exact=True)
    attempts.fill("0")
    expect(page.get_by_text("attempts:", exact=False).first).to_be_visible()
    expect(page.get_by_role("button", name="Propose for all nodes")).to_be_disabled()
    office_client.look()
    attempts.fill("2")
    expect(page.get_by_role("button", name="Propose for all nodes")).to_be_enabled()
    page.get_by_role("button", name="Propose for all nodes").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("the contract of May")
    office_client.submit("Propose")
    expect(page.get_by_text("which waits for another person: the contract of May")).to_be_visible()
    staff.client(DEPUTY).approve("Configuration of simulated-wallet: attempts")
    expect(page.get_by_text("Revision 2 is in force.")).to_be_visible()
    used = page.get_by_role("table", name="Health by node and worker").locator("tbody tr").first
    expect(used.get_by_role("cell").first).to_contain_text("revision 2")
    page.get_by_role("button", name="Compare revision 1").click()
    changes = page.get_by_role("table", name="Changes from revision 1 to 2")
    expect(changes.get_by_role("row", name=re.compile("^attempts"))).to_contain_text("2")
    office_client.look()


def change_a_brand(office_client: OfficeClient) -> None:
    """A colour that cannot be read is refused; another name becomes a revision that all nodes apply."""
    page = office_client.page
    office_client.open("Brands")
    page.get_by_role("link", name="Northbet", exact=True).click()
    page.get_by_label("ink on light pages", exact=True).fill("#ffffff")
    expect(page.get_by_text("a theme with them is refused")).to_be_visible()
    office_client.look()
    page.get_by_role("button", name="Start again").click()
    expect(page.get_by_text("Everything is legible")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Northbet & Sons")
    page.get_by_role("button", name="Save for all nodes").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("the heirs")
    office_client.submit("Save")
    expect(page.get_by_role("heading", name="Northbet & Sons", level=2)).to_be_visible()
    expect(page.get_by_text("Not applied yet by")).to_have_count(0)


def see_weeks_and_lag(office_client: OfficeClient) -> None:
    """Count the customers who have earned a week's reward, and see that no consumer is far behind."""
    page = office_client.page
    office_client.open("Weeks")
    office_client.choose("Brand", "Northbet")
    count = page.get_by_role("button", name=re.compile("^Count the customers")).first
    count.click()
    expect(count).to_have_count(0)
    office_client.look()
    office_client.open("Lag")
    page.get_by_label("All partitions").check()
    lag = page.get_by_role("table", name="Lag of consumers")
    expect(lag.get_by_role("cell", name="club.progress.v1").first).to_be_visible()
    office_client.look()


def settle_what_is_in_doubt(office: Office, staff: Staff) -> None:
    """A change that the upstream's API turned away is in doubt, until a worker has asked again.

    It asked to wait (`Retry-After`), which the operator and support see.
    """
    office_client, support = staff.client("operator"), staff.client("support")
    office.let_upstream_ask_to_wait(CAT)
    asked = office.site.change("OptIn", CAT, termsVersion=TERMS)
    assert [error["code"] for error in asked["errors"]] == ["UPSTREAM_PENDING"]
    office_client.open("Pending intents")
    office_client.choose("Brand", "Northbet")
    row = office_client.page.get_by_role("row").filter(has_text=CAT)
    waits_until = row.locator(".column-waitsUntil")
    expect(waits_until).to_have_text(re.compile(r"\d\d:\d\d"))
    expect(waits_until).to_be_in_viewport(ratio=1)
    office_client.look()
    find(support, CAT)
    expect(support.page.get_by_text(re.compile("^The upstream asked to wait until "))).to_be_visible()
    support.look()
    office.programs.start("worker", "intents")
    eventually(lambda: office.site.club(CAT)["state"] == "TRACKING", "the customer has joined")
    office_client.page.get_by_role("button", name="Refresh").click()
    expect(office_client.page.get_by_role("cell", name=CAT)).to_have_count(0)
