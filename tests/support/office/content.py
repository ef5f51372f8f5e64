"""The days of an editor and an approver: content and scheme rules, to the bet-slip."""

import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import FrameLocator, Locator, expect

from tests.support.office.office_client import OfficeClient, Staff, scripts_that_ran
from tests.support.office.stack import ANN
from tests.support.processes.running_furlong import eventually

ITEM: Final = "northbet:cash-2"
SHARED_ITEM: Final = "northbet:bb-25"
HOSTILE_ITEM: Final = "northbet:acca-7"
TEXTS: Final = ("title", "summary", "significantTerms", "termsUrl", "imageUrl", "imageAlt")
CORPUS: Final = Path(__file__).parents[2] / "backoffice" / "content" / "hostile_texts.json"
HOSTILE: Final[list[str]] = json.loads(CORPUS.read_text(encoding="utf-8"))
SAVE: Final = "mutation Save($input: SaveContentInput!) { saveContent(input: $input) { id version } }"


LINT: Final = """query Lint($document: ContentDocumentInput!) {
  lintContent(brand: "northbet", rewardId: "cash-2", document: $document) { rule path message }
}"""


def refused_links(office_client: OfficeClient, *hosts: str) -> list[str]:
    """Return the links that lint refuses, of one to each host."""
    refused = []
    for host in hosts:
        text = dict.fromkeys(TEXTS, "") | {"locale": "en-GB", "termsUrl": f"https://{host}/terms"}
        found = office_client.ask(LINT, document={"texts": [text]})["lintContent"]
        if any(each["rule"] == "LINK" for each in found):
            refused.append(text["termsUrl"])
    return refused


def open_item(office_client: OfficeClient, item: str) -> None:
    """Open an item of content, and wait until its text is there."""
    office_client.go(f"content/{item.replace(':', '%3A')}")
    expect(field(office_client, "Title")).not_to_have_value("")


def field(office_client: OfficeClient, label: str) -> Locator:
    """Return a field of the draft."""
    return office_client.page.get_by_role("region", name="Draft").get_by_role(
        "textbox", name=label, exact=True
    )


def save(office_client: OfficeClient) -> None:
    """Press the button that saves the draft."""
    office_client.page.get_by_role("button", name="Save the draft").click()


def is_in_state(office_client: OfficeClient, text: str) -> None:
    """Wait until the heading says what state the item is in."""
    expect(office_client.page.locator(".MuiChip-root", has_text=re.compile(text)).first).to_be_visible()


def preview(office_client: OfficeClient) -> FrameLocator:
    """Return the page of the widget in the preview."""
    return office_client.page.locator("iframe[title^='The bet-slip']").last.content_frame


def picture(folder: Path) -> Path:
    """Return a file with an image of more than 64 KiB."""
    file = folder / "horse.png"
    written = io.BytesIO()
    Image.effect_noise((640, 320), 60).convert("RGB").save(written, format="PNG")
    assert len(written.getvalue()) > 64 * 1024
    file.write_bytes(written.getvalue())
    return file


def write_and_submit(office_client: OfficeClient, folder: Path) -> None:
    """Write a draft with an image, correct what lint says, see it in the preview, and submit it."""
    office_client.open("Content")
    expect(office_client.page.get_by_role("cell", name="cash-2")).to_be_visible()
    office_client.look()
    open_item(office_client, ITEM)
    field(office_client, "Summary").fill("Bet now! £2 in cash.")
    expect(office_client.page.get_by_text("puts pressure on customers")).to_be_visible()
    field(office_client, "Title").fill("£2 in cash, again")
    keep_what_is_typed(office_client)
    field(office_client, "Summary").fill("£2 in cash for you.")
    expect(office_client.page.get_by_text("puts pressure on customers")).to_have_count(0)
    office_client.page.get_by_test_id("image-file").set_input_files(picture(folder))
    expect(field(office_client, "Image")).to_have_value(re.compile("^image:[0-9a-f]{64}$"))
    expect(office_client.page.get_by_text("an image needs alternative text")).to_be_visible()
    field(office_client, "Alt text").fill("A horse")
    expect(preview(office_client).get_by_role("heading", name="£2 in cash, again")).to_be_visible()
    office_client.look()
    for width in (1280, 360):
        office_client.page.get_by_role("button", name=f"{width} px").click()
        expect(preview(office_client).get_by_role("heading", name="£2 in cash, again")).to_be_in_viewport()
        assert preview(office_client).locator("html").evaluate("() => window.innerWidth") == width
    save(office_client)
    is_in_state(office_client, "Draft · revision 2")
    office_client.confirm("Submit for approval", "a clearer title")
    is_in_state(office_client, "In review")


def keep_what_is_typed(office_client: OfficeClient) -> None:
    """Leave by the menu with an unsaved text: one is asked, declines, and nothing is lost."""
    page = office_client.page
    page.get_by_role("menuitem", name="Scheme rules").click()
    asked = page.get_by_role("dialog", name="Leave without saving?")
    expect(asked).to_be_visible()
    office_client.look()
    asked.get_by_role("button", name="Stay").click()
    expect(asked).to_have_count(0)
    expect(field(office_client, "Title")).to_have_value("£2 in cash, again")


def publish_and_roll_back(office_client: OfficeClient, staff: Staff) -> None:
    """Compare the revisions, approve, publish to the bet-slip, and go back to the revision before."""
    open_item(office_client, ITEM)
    expect(office_client.page.get_by_text("“a clearer title”")).to_be_visible()
    office_client.page.get_by_role("tab", name="Differences").click()
    changes = office_client.page.get_by_role("table", name="Differences")
    expect(changes.get_by_role("row", name=re.compile("^Title"))).to_contain_text("£2 in cash, again")
    office_client.look()
    office_client.confirm("Approve")
    is_in_state(office_client, "Approved")
    office_client.confirm("Publish now")
    is_in_state(office_client, "Published · revision 2")
    shown_to_customers(staff, "£2 in cash, again")
    office_client.page.get_by_role("tab", name="Revisions").click()
    office_client.look()
    office_client.confirm("Roll back to 1", "Back from revision 2 to 1")
    is_in_state(office_client, "Published · revision 3")
    shown_to_customers(staff, "£2 cash")


def shown_to_customers(staff: Staff, title: str) -> None:
    """Wait until the graph has a reward's title, and look at a bet-slip that is opened then."""
    site = staff.office.site
    eventually(lambda: title in str(site.club(ANN)["options"]), f"the graph has {title}")
    expect(staff.open_slip().get_by_role("heading", name=title, exact=True)).to_be_visible()


def edit_at_once(staff: Staff, first: OfficeClient) -> None:
    """Save in two tabs: the second is told what differs, decides field by field, and overwrites nothing."""
    open_item(first, SHARED_ITEM)
    with staff.another_tab(first) as second:
        open_item(second, SHARED_ITEM)
        field(first, "Title").fill("The first editor's title")
        field(first, "Summary").fill("The first editor's summary.")
        save(first)
        is_in_state(first, "Draft · revision 2")
        field(second, "Title").fill("The second editor's title")
        save(second)
        dialog = second.page.get_by_role("dialog")
        expect(dialog.get_by_text("has changed this content meanwhile")).to_be_visible()
        title = dialog.get_by_role("row", name=re.compile("^Title"))
        expect(title).to_contain_text("The first editor's title")
        expect(dialog.get_by_role("button", name="1 to decide")).to_be_disabled()
        second.look()
        title.get_by_label("mine").check()
        dialog.get_by_role("button", name="Use this text").click()
        expect(dialog).to_have_count(0)
        expect(field(second, "Summary")).to_have_value("The first editor's summary.")
        save(second)
        expect(second.page.get_by_text("The draft is saved")).to_be_visible()
    open_item(first, SHARED_ITEM)
    expect(field(first, "Title")).to_have_value("The second editor's title")


def publish_hostile_texts(staff: Staff, editor: OfficeClient, approver: OfficeClient) -> list[str]:
    """Bring hostile texts through every screen to the bet-slip; return where one of them ran as script."""
    whole = dict.fromkeys(TEXTS, " ".join(HOSTILE))
    editor.ask(SAVE, input=draft(editor, HOSTILE_ITEM, whole, games=HOSTILE[:40]))
    editor.go("content")
    expect(editor.page.get_by_text("<script>alert(1)</script>").first).to_be_visible()
    ran = editor.scripts_that_ran()
    open_item(editor, HOSTILE_ITEM)
    expect(preview(editor).get_by_text("<script>alert(1)</script>").first).to_be_visible()
    ran += editor.scripts_that_ran()
    for tab in ("Differences", "Revisions"):
        editor.page.get_by_role("tab", name=tab).click()
        expect(editor.page.get_by_role("table", name=tab)).to_be_visible()
    ran += editor.scripts_that_ran()
    editor.ask(SAVE, input=draft(editor, HOSTILE_ITEM, publishable()))
    open_item(editor, HOSTILE_ITEM)
    editor.confirm("Submit for approval", HOSTILE[0])
    is_in_state(editor, "In review")
    approver.go("approvals")
    approver.page.get_by_role("cell", name=re.compile(r"^Text of “")).click()
    expect(approver.page.get_by_text("<script>alert(1)</script>").first).to_be_visible()
    approver.look()
    ran += approver.scripts_that_ran()
    open_item(approver, HOSTILE_ITEM)
    approver.confirm("Approve")
    is_in_state(approver, "Approved")
    approver.confirm("Publish now")
    shown_to_customers(staff, HOSTILE[0])
    return ran + scripts_that_ran(staff.open_slip())


def draft(
    editor: OfficeClient, item: str, text: dict[str, str], *, games: Sequence[str] = ()
) -> dict[str, object]:
    """Return the input of a draft in the brand's one language, over the version that an editor sees now."""
    brand, reward = item.split(":")
    seen = editor.ask(f'{{ contentItem(brand: "{brand}", rewardId: "{reward}") {{ version }} }}')
    document = {"position": 3, "eligibleGames": list(games), "texts": [{"locale": "en-GB", **text}]}
    version = seen["contentItem"]["version"]
    return {"brand": brand, "rewardId": reward, "expectedVersion": version, "document": document}


def publishable() -> dict[str, str]:
    """Return hostile texts that lint lets through, as many as fit; links and images have to be lawful."""
    seen = [text for text in HOSTILE if text.isprintable() and len(text) < 180]
    return {
        "title": seen[0],
        "summary": " ".join(seen)[:980],
        "significantTerms": "18+. " + " ".join(seen)[-3900:],
        "termsUrl": "https://northbet.example/club/terms/acca-7",
    }


def propose_a_version(office_client: OfficeClient) -> None:
    """Write rules for coming weeks, which are checked as they are typed; try them, and propose them."""
    office_client.go("schemes/create?brand=northbet")
    least = office_client.page.get_by_label("Minimum stake")
    least.fill("99.99")
    expect(
        office_client.page.get_by_text("a single bet of this stake is more than the target")
    ).to_be_visible()
    expect(office_client.page.get_by_role("button", name="Propose it")).to_be_disabled()
    least.fill("2.00")
    expect(office_client.page.get_by_text("It may be proposed.")).to_be_visible()
    office_client.page.get_by_role("button", name="Try it").click()
    expect(office_client.page.get_by_role("table", name="Outcome")).to_be_visible()
    expect(office_client.page.get_by_text("it says nothing about this version")).to_be_visible()
    office_client.look()
    office_client.page.get_by_role("button", name="Propose it").click()
    office_client.page.get_by_role("dialog").get_by_label("Reason").fill("small bets cost too much")
    office_client.page.get_by_role("dialog").get_by_role("button", name="Propose", exact=True).click()
    expect(office_client.page.get_by_text("another person has to approve it")).to_be_visible()


def publish_the_version(office_client: OfficeClient) -> None:
    """Try the version as its approver, approve it, and wait until its message has come back by Kafka."""
    office_client.go("schemes?brand=northbet")
    expect(office_client.page.get_by_text("keep the rules that they opened with")).to_be_visible()
    office_client.page.get_by_role("link", name="Look at it").click()
    office_client.page.get_by_role("button", name="Try it").click()
    expect(office_client.page.get_by_role("table", name="Outcome")).to_be_visible()
    office_client.look()
    office_client.confirm("Approve")
    office_client.go("schemes?brand=northbet")
    versions = office_client.page.get_by_role("table", name="Versions")
    while versions.get_by_text("comes", exact=True).count() == 0:
        office_client.go("schemes?brand=northbet")
        expect(versions.get_by_text("holds this week")).to_be_visible()
    office_client.look()
