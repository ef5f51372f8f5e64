"""The days of an administrator and a viewer: accounts, sessions, the audit log, and what is not theirs."""

import re
from typing import Any, Final

import httpx
from playwright.sync_api import expect

from backoffice.access import Permission
from tests.support.office.office_client import OfficeClient
from tests.support.office.permission_rules import OWN_BRAND, REFUSED, fields, operation_of
from tests.support.office.signing_in import give_password
from tests.support.office.stack import Office

REFUSALS: Final = """{ audit(action: "session.refused", first: 1) { nodes { action address } } }"""
SCREENS: Final = ("Content", "Scheme rules", "Kill switches", "Dead letters", "Weeks", "Brands", "Providers")


def fail_to_sign_in(office: Office, *, forwarded_for: str) -> None:
    """Try the password of nobody, as the proxy in front would forward it."""
    refused = httpx.post(
        f"{office.url}session",
        json={"user": "nobody@office.example", "password": "a password of nobody"},
        headers={"x-forwarded-for": forwarded_for, "origin": office.url.removesuffix("/backoffice/")},
    )
    assert refused.is_client_error, refused.text


def latest_refusal(office_client: OfficeClient) -> dict[str, str]:
    """Return the newest attempt to sign in that the audit log says was refused."""
    (found,) = office_client.ask(REFUSALS)["audit"]["nodes"]
    return dict(found)


def add_a_person(office_client: OfficeClient) -> None:
    """Add a person, whose first password is shown once, and who is named in the audit log."""
    page = office_client.page
    office_client.open("People")
    page.get_by_role("button", name="Add a person").click()
    page.get_by_label("Login").fill("zoe@example.com")
    page.get_by_label("Name").fill("Zoe <b>Bold</b>")
    brand = page.get_by_role("dialog").get_by_role("combobox", name="Brand")
    expect(brand).not_to_contain_text("All brands")  # nobody gets all brands by an oversight
    office_client.choose("Brand", "Northbet")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("shown only now")).to_be_visible()
    expect(page.get_by_role("button", name="Copy the password")).to_be_visible()
    page.keyboard.press("Escape")
    page.mouse.click(5, 5)  # a click beside it does not lose the password
    expect(page.get_by_text("shown only now")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("zoe@example.com")).to_be_visible()
    office_client.look()
    office_client.open("Audit log")
    added = page.get_by_role("row").filter(has=page.get_by_role("cell", name="Added an account", exact=True))
    added.first.get_by_role("button", name="Details").click()
    expect(page.get_by_role("dialog").get_by_text("Zoe <b>Bold</b>")).to_be_visible()
    office_client.look()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def save_filters(office_client: OfficeClient) -> None:
    """An empty list says why; its filters can be cleared, or kept with a name that outlasts signing out."""
    page = office_client.page
    office_client.open("Audit log")
    page.get_by_role("button", name="Add filter").click()
    page.get_by_role("menuitemcheckbox", name="Subject").click()
    subject = page.get_by_role("textbox", name="Subject")
    subject.fill("nothing:at-all")
    expect(page.get_by_text("No entries match these filters.")).to_be_visible()
    page.get_by_role("button", name="Save these filters…").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Of nothing")
    office_client.look()
    office_client.submit("Save")
    saved = page.get_by_role("group", name="Saved filters").get_by_role("button", name="Of nothing")
    expect(saved).to_have_attribute("aria-pressed", "true")
    office_client.look()
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.get_by_role("cell").first).to_be_visible()
    expect(page).not_to_have_url(re.compile("nothing"))
    saved.press("Enter")
    expect(subject).to_have_value("nothing:at-all")
    saved.press("Delete")
    expect(saved).to_have_count(0)


def end_a_session(office: Office, office_client: OfficeClient, other: OfficeClient) -> None:
    """End the session of the viewer, who has to sign in again, and is told if the code is wrong."""
    office_client.open("People")
    office_client.page.get_by_role("cell", name="viewer@office.example").click()
    sessions = office_client.page.get_by_role("table", name="Open sessions")
    expect(sessions.get_by_role("button", name="End")).to_have_count(1)
    office_client.look()
    office_client.confirm("End")
    expect(sessions).to_have_count(0)
    # The dialog may be there already, and hides the menu from everybody but this event.
    weeks = other.page.locator("a[role=menuitem]").filter(has_text=re.compile("^Weeks$"))
    weeks.dispatch_event("click")
    ended = other.page.get_by_role("dialog", name="Your session has ended")
    with other.page.context.expect_page() as opened:
        ended.get_by_role("link", name="Sign in").click()
    give_password(opened.value, office.accounts["viewer"])
    code = opened.value.get_by_role("textbox", name="Code")
    code.fill("000000")
    code.press("Enter")
    expect(code).to_have_attribute("aria-invalid", "true")
    expect(opened.value.get_by_role("alert")).to_contain_text("Each code works once")
    opened.value.close()
    expect(ended).to_be_visible()


def ask_for_recovery_codes(office_client: OfficeClient) -> None:
    """Ask for new recovery codes with a wrong second factor: none are made."""
    page = office_client.page
    page.get_by_role("button", name="Demo administrator").click()
    page.get_by_role("menuitem", name="My account").click()
    page.get_by_role("button", name="New recovery codes").click()
    page.get_by_role("dialog").get_by_role("button", name="New recovery codes").click()
    page.get_by_role("textbox", name="Code").fill("000000")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("textbox", name="Code")).to_have_attribute("aria-invalid", "true")
    office_client.look()
    page.get_by_role("dialog").last.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("shown only now")).to_have_count(0)


def look_around(office_client: OfficeClient) -> None:
    """Open what a viewer may read: none of it can be changed there, and nothing else is in the menu."""
    office_client.open_all_screens()
    for hidden in ("People", "Audit log", "Approvals", "Customers"):
        expect(office_client.page.get_by_role("menuitem", name=hidden, exact=True)).to_have_count(0)
    for screen in (
        "Content",
        "Scheme rules",
        "Kill switches",
        "Dead letters",
        "Weeks",
        "Brands",
        "Providers",
    ):
        office_client.open(screen)
        for change in (
            "Switch off",
            "Replay all",
            "Stop",
            "New",
            "Save",
            "Propose",
            "Open the week",
            "Close the week",
        ):
            expect(office_client.page.get_by_role("button", name=re.compile(f"^{change}"))).to_have_count(0)


def changes_let_through(office_client: OfficeClient) -> list[tuple[str, Any]]:
    """Send every change of the graph in this person's session; return those that are not refused."""
    changes = [
        field
        for field in fields()
        if field.operation == "mutation" and field.permission is not Permission.OWN
    ]
    assert len(changes) > 30
    let_through = []
    for change in changes:
        document, variables = operation_of(change, OWN_BRAND)
        answer = office_client.answer(document, **variables)
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        if not codes or codes - REFUSED:
            let_through.append((str(change), answer))
    return let_through


def sign_out(office_client: OfficeClient) -> None:
    """Sign out: no screen opens any more."""
    office_client.page.get_by_role("button", name="Demo viewer").click()
    office_client.page.get_by_role("menuitem", name="Logout").click()
    expect(office_client.page.get_by_label("Password")).to_be_visible()
    office_client.page.goto(f"{office_client.url}jobs")
    expect(office_client.page.get_by_label("Password")).to_be_visible()
