"""An editor's day and an approver's day in the back office, to the bet-slip, in a real browser."""

import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from bet_slip_page import PATIENCE_MS
from content_screens import Staff, scripts_that_ran, staff_of
from local_chromium import LocalChromium
from PIL import Image
from playwright.sync_api import expect
from running_furlong import Demo, eventually
from screen_gallery import faults_of_access

expect.set_options(timeout=PATIENCE_MS)
pytestmark = [pytest.mark.chromium, pytest.mark.web]
ITEM = "northbet:cash-2"
HOSTILE_ITEM = "northbet:acca-7"
TEXTS = ("title", "summary", "significantTerms", "termsUrl", "imageUrl", "imageAlt")
CORPUS = Path(__file__).parents[1] / "backoffice" / "content" / "hostile_texts.json"
HOSTILE: list[str] = json.loads(CORPUS.read_text(encoding="utf-8"))
SAVE = "mutation Save($input: SaveContentInput!) { saveContent(input: $input) { id version } }"


@pytest.fixture(scope="module")
def staff(demo: Demo, chromium: LocalChromium) -> Iterator[Staff]:
    """The people of the demo, each signed in once in this module: a code works once."""
    with staff_of(demo, chromium) as opened:
        yield opened


def picture(folder: Path) -> Path:
    """Return a file with an image of more than 64 KiB."""
    file = folder / "horse.png"
    written = io.BytesIO()
    Image.effect_noise((640, 320), 60).convert("RGB").save(written, format="PNG")
    assert len(written.getvalue()) > 64 * 1024
    file.write_bytes(written.getvalue())
    return file


def test_an_editors_and_an_approvers_day(staff: Staff, tmp_path: Path) -> None:
    """From the first word, by lint, preview and another person's approval, to the bet-slip, and back."""
    ann, bob = staff.desk("editor"), staff.desk("approver")
    ann.page.get_by_role("menuitem", name="Content").click()
    expect(ann.page.get_by_role("cell", name="cash-2")).to_be_visible()
    assert faults_of_access(ann.page) == []
    ann.open_item(ITEM)
    ann.field("Summary").fill("Bet now! £2 in cash.")
    expect(ann.page.get_by_text("puts pressure on customers")).to_be_visible()
    ann.field("Title").fill("£2 in cash, again")
    ann.field("Summary").fill("£2 in cash for you.")
    expect(ann.page.get_by_text("puts pressure on customers")).to_have_count(0)
    ann.page.get_by_test_id("image-file").set_input_files(picture(tmp_path))
    expect(ann.field("Image")).to_have_value(re.compile("^image:[0-9a-f]{64}$"))
    expect(ann.page.get_by_text("an image needs a text")).to_be_visible()
    ann.field("Words for the image").fill("A horse")
    expect(ann.preview().get_by_role("heading", name="£2 in cash, again")).to_be_visible()
    assert faults_of_access(ann.page) == []
    ann.save()
    ann.is_in_state("Draft · revision 2")
    ann.confirm("Submit for approval", "a clearer title")
    ann.is_in_state("In review")

    bob.open_item(ITEM)
    expect(bob.page.get_by_text("“a clearer title”")).to_be_visible()
    bob.page.get_by_role("tab", name="Differences").click()
    changes = bob.page.get_by_role("table", name="Differences")
    expect(changes.get_by_role("row", name=re.compile("^Title"))).to_contain_text("£2 in cash, again")
    assert faults_of_access(bob.page) == []
    bob.confirm("Approve")
    bob.is_in_state("Approved")
    bob.confirm("Publish now")
    bob.is_in_state("Published · revision 2")
    shown_to(staff, "£2 in cash, again")
    bob.page.get_by_role("tab", name="Revisions").click()
    bob.confirm("Roll back to 1", "Back from revision 2 to 1")
    bob.is_in_state("Published · revision 3")
    shown_to(staff, "£2 cash")
    assert ann.faults + bob.faults == []


def shown_to(staff: Staff, title: str) -> None:
    """Wait until the graph has a reward's title, and look at a bet-slip that is opened then."""
    site = staff.demo.site
    eventually(lambda: title in str(site.club("c-1001")["options"]), f"the graph has {title}")
    page = staff.slip()
    page.reload()
    page.get_by_test_id("club-details").click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def test_the_second_of_two_editors_is_told_what_differs(staff: Staff) -> None:
    """Nothing is overwritten: the second one chooses field by field, and saves what came of it."""
    ann = staff.desk("editor")
    ann.open_item("northbet:bb-25")
    with staff.another_tab(ann) as second:
        second.open_item("northbet:bb-25")
        ann.field("Title").fill("The first editor's title")
        ann.field("Summary").fill("The first editor's summary.")
        ann.save()
        ann.is_in_state("Draft · revision 2")
        second.field("Title").fill("The second editor's title")
        second.save()
        dialog = second.page.get_by_role("dialog")
        expect(dialog.get_by_text("has changed this content meanwhile")).to_be_visible()
        expect(dialog.get_by_role("row", name=re.compile("^Title"))).to_contain_text(
            "The first editor's title"
        )
        expect(dialog.get_by_role("button", name="1 to decide")).to_be_disabled()
        dialog.get_by_role("row", name=re.compile("^Title")).get_by_label("mine").check()
        dialog.get_by_role("button", name="Go on with this").click()
        expect(dialog).to_have_count(0)
        expect(second.field("Summary")).to_have_value("The first editor's summary.")
        second.save()
        expect(second.page.get_by_text("The draft is saved")).to_be_visible()
    ann.open_item("northbet:bb-25")
    expect(ann.field("Title")).to_have_value("The second editor's title")


def test_no_text_of_content_runs_as_script(staff: Staff) -> None:
    """Neither in the screens and the preview nor on the bet-slip, which has what lint lets through."""
    ann, bob = staff.desk("editor"), staff.desk("approver")
    whole = dict.fromkeys(TEXTS, " ".join(HOSTILE))
    ann.ask(SAVE, input=draft(HOSTILE_ITEM, whole, games=HOSTILE[:40]))
    ann.page.goto(f"{ann.url}content")
    expect(ann.page.get_by_text("<script>alert(1)</script>").first).to_be_visible()
    ran = ann.scripts_that_ran()
    ann.open_item(HOSTILE_ITEM)
    expect(ann.preview().get_by_text("<script>alert(1)</script>").first).to_be_visible()
    ran += ann.scripts_that_ran()
    for tab, table in (("Differences", "Differences"), ("Revisions", "Revisions")):
        ann.page.get_by_role("tab", name=tab).click()
        expect(ann.page.get_by_role("table", name=table)).to_be_visible()
    ran += ann.scripts_that_ran()
    saved = ann.ask(SAVE, input=draft(HOSTILE_ITEM, publishable(), version=2))["saveContent"]
    ann.open_item(HOSTILE_ITEM)
    ann.confirm("Submit for approval", HOSTILE[0])
    ann.is_in_state("In review")
    bob.page.goto(f"{bob.url}approvals")
    bob.page.get_by_role("cell", name=saved["id"]).click()
    expect(bob.page.get_by_text("<script>alert(1)</script>").first).to_be_visible()
    ran += bob.scripts_that_ran()
    bob.open_item(HOSTILE_ITEM)
    bob.confirm("Approve")
    bob.is_in_state("Approved")
    bob.confirm("Publish now")
    shown_to(staff, HOSTILE[0])
    slip = staff.slip()
    assert ran + scripts_that_ran(slip) == []


def draft(
    item: str, text: dict[str, str], *, version: int = 1, games: Sequence[str] = ()
) -> dict[str, object]:
    """Return the input of a draft in the brand's one language."""
    brand, reward = item.split(":")
    document = {"position": 3, "eligibleGames": list(games), "texts": [{"locale": "en-GB", **text}]}
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


def test_a_version_is_checked_tried_and_approved_by_two(staff: Staff) -> None:
    """The form is checked as it is typed; the dry run shows its result; the approver's click publishes."""
    ann, bob = staff.desk("editor"), staff.desk("approver")
    ann.page.goto(f"{ann.url}schemes/create?brand=northbet")
    least = ann.page.get_by_label("Least stake, minor units")
    least.fill("9999")
    expect(ann.page.get_by_text("a single bet of this stake is more than the target")).to_be_visible()
    expect(ann.page.get_by_role("button", name="Propose it")).to_be_disabled()
    least.fill("200")
    expect(ann.page.get_by_text("It may be proposed.")).to_be_visible()
    ann.page.get_by_role("button", name="Try it").click()
    expect(ann.page.get_by_role("table", name="Outcome")).to_be_visible()
    assert faults_of_access(ann.page) == []
    ann.page.get_by_role("button", name="Propose it").click()
    ann.page.get_by_role("dialog").get_by_label("Reason").fill("small bets cost too much")
    ann.page.get_by_role("dialog").get_by_role("button", name="Propose", exact=True).click()
    expect(ann.page.get_by_text("another person has to approve it")).to_be_visible()
    bob.page.goto(f"{bob.url}schemes?brand=northbet")
    expect(bob.page.get_by_text("keep the rules that they opened with")).to_be_visible()
    bob.page.get_by_role("link", name="Look at it").click()
    bob.confirm("Approve")
    bob.page.goto(f"{bob.url}schemes?brand=northbet")
    versions = bob.page.get_by_role("table", name="Versions")
    while versions.get_by_text("comes", exact=True).count() == 0:  # until its message has come back by Kafka
        bob.page.wait_for_timeout(300)
        bob.page.reload()
        expect(versions.get_by_text("holds this week")).to_be_visible()
    assert faults_of_access(bob.page) == []
