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


def open_item(desk: OfficeClient, item: str) -> None:
    """Open an item of content, and wait until its text is there."""
    desk.page.goto(f"{desk.url}content/{item.replace(':', '%3A')}")
    expect(field(desk, "Title")).not_to_have_value("")


def field(desk: OfficeClient, label: str) -> Locator:
    """Return a field of the draft."""
    return desk.page.get_by_role("region", name="Draft").get_by_role("textbox", name=label, exact=True)


def save(desk: OfficeClient) -> None:
    """Press the button that saves the draft."""
    desk.page.get_by_role("button", name="Save the draft").click()


def is_in_state(desk: OfficeClient, text: str) -> None:
    """Wait until the heading says what state the item is in."""
    expect(desk.page.locator(".MuiChip-root", has_text=re.compile(text)).first).to_be_visible()


def preview(desk: OfficeClient) -> FrameLocator:
    """Return the page of the widget in the preview."""
    return desk.page.frame_locator("iframe[title^='The bet-slip']")


def picture(folder: Path) -> Path:
    """Return a file with an image of more than 64 KiB."""
    file = folder / "horse.png"
    written = io.BytesIO()
    Image.effect_noise((640, 320), 60).convert("RGB").save(written, format="PNG")
    assert len(written.getvalue()) > 64 * 1024
    file.write_bytes(written.getvalue())
    return file


def write_and_submit(desk: OfficeClient, folder: Path) -> None:
    """Write a draft with an image, correct what lint says, see it in the preview, and submit it."""
    desk.open("Content")
    expect(desk.page.get_by_role("cell", name="cash-2")).to_be_visible()
    desk.look()
    open_item(desk, ITEM)
    field(desk, "Summary").fill("Bet now! £2 in cash.")
    expect(desk.page.get_by_text("puts pressure on customers")).to_be_visible()
    field(desk, "Title").fill("£2 in cash, again")
    field(desk, "Summary").fill("£2 in cash for you.")
    expect(desk.page.get_by_text("puts pressure on customers")).to_have_count(0)
    desk.page.get_by_test_id("image-file").set_input_files(picture(folder))
    expect(field(desk, "Image")).to_have_value(re.compile("^image:[0-9a-f]{64}$"))
    expect(desk.page.get_by_text("an image needs alternative text")).to_be_visible()
    field(desk, "Words for the image").fill("A horse")
    expect(preview(desk).get_by_role("heading", name="£2 in cash, again")).to_be_visible()
    desk.look()
    for width in (1280, 360):
        desk.page.get_by_role("button", name=f"{width} px").click()
        expect(preview(desk).get_by_role("heading", name="£2 in cash, again")).to_be_visible()
        assert preview(desk).locator("html").evaluate("() => window.innerWidth") == width
    save(desk)
    is_in_state(desk, "Draft · revision 2")
    desk.confirm("Submit for approval", "a clearer title")
    is_in_state(desk, "In review")


def publish_and_roll_back(desk: OfficeClient, staff: Staff) -> None:
    """Compare the revisions, approve, publish to the bet-slip, and go back to the revision before."""
    open_item(desk, ITEM)
    expect(desk.page.get_by_text("“a clearer title”")).to_be_visible()
    desk.page.get_by_role("tab", name="Differences").click()
    changes = desk.page.get_by_role("table", name="Differences")
    expect(changes.get_by_role("row", name=re.compile("^Title"))).to_contain_text("£2 in cash, again")
    desk.look()
    desk.confirm("Approve")
    is_in_state(desk, "Approved")
    desk.confirm("Publish now")
    is_in_state(desk, "Published · revision 2")
    shown_to_customers(staff, "£2 in cash, again")
    desk.page.get_by_role("tab", name="Revisions").click()
    desk.look()
    desk.confirm("Roll back to 1", "Back from revision 2 to 1")
    is_in_state(desk, "Published · revision 3")
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
        dialog.get_by_role("button", name="Go on with this").click()
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
    editor.page.goto(f"{editor.url}content")
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
    approver.page.goto(f"{approver.url}approvals")
    approver.page.get_by_role("cell", name=re.compile(r"^Text of acca-7: ")).click()
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


def propose_a_version(desk: OfficeClient) -> None:
    """Write rules for coming weeks, which are checked as they are typed; try them, and propose them."""
    desk.page.goto(f"{desk.url}schemes/create?brand=northbet")
    least = desk.page.get_by_label("Least stake")
    least.fill("99.99")
    expect(desk.page.get_by_text("a single bet of this stake is more than the target")).to_be_visible()
    expect(desk.page.get_by_role("button", name="Propose it")).to_be_disabled()
    least.fill("2.00")
    expect(desk.page.get_by_text("It may be proposed.")).to_be_visible()
    desk.page.get_by_role("button", name="Try it").click()
    expect(desk.page.get_by_role("table", name="Outcome")).to_be_visible()
    desk.look()
    desk.page.get_by_role("button", name="Propose it").click()
    desk.page.get_by_role("dialog").get_by_label("Reason").fill("small bets cost too much")
    desk.page.get_by_role("dialog").get_by_role("button", name="Propose", exact=True).click()
    expect(desk.page.get_by_text("another person has to approve it")).to_be_visible()


def publish_the_version(desk: OfficeClient) -> None:
    """Try the version as its approver, approve it, and wait until its message has come back by Kafka."""
    desk.page.goto(f"{desk.url}schemes?brand=northbet")
    expect(desk.page.get_by_text("keep the rules that they opened with")).to_be_visible()
    desk.page.get_by_role("link", name="Look at it").click()
    desk.page.get_by_role("button", name="Try it").click()
    expect(desk.page.get_by_role("table", name="Outcome")).to_be_visible()
    desk.look()
    desk.confirm("Approve")
    desk.page.goto(f"{desk.url}schemes?brand=northbet")
    versions = desk.page.get_by_role("table", name="Versions")
    while versions.get_by_text("comes", exact=True).count() == 0:
        desk.page.wait_for_timeout(300)
        desk.page.reload()
        expect(versions.get_by_text("holds this week")).to_be_visible()
    desk.look()
