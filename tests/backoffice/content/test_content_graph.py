"""Content in the admin graph: an editor's and an approver's day, from the first word to the bet-slip."""

import base64
import io
import json
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from backoffice.access import Role
from backoffice.content.area import scenario_answers
from backoffice.content.image_conversion import MAX_BYTES
from backoffice.content.preview import Preview
from backoffice.content.revisions.document import ContentDocument, ContentKey, ContentText
from backoffice.global_events.models import OUTBOX
from consumers.messages.global_events.message import decode_global
from consumers.rewards.decisions import RewardDecisions
from consumers.stream.records import Record
from consumers.stream.topics import Message
from foundation.storage.database import Database
from subgraphs.progress.qualification.club_state import ClubState
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.models import REWARD_CONFIG, REWARD_CONTENT
from tests.backoffice.content.content_operations import (
    APPROVE,
    PUBLISH,
    ROLL_BACK,
    SAVE,
    SUBMIT,
    TEXT,
    VERSION,
    draft,
    of_reward,
    site_of_northbet,
)
from tests.support.office.backoffice_site import OfficeSite, codes


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[OfficeSite]:
    """The back office, and a rewards subgraph that knows Northbet."""
    async with site_of_northbet(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        yield opened


async def apply_outbox(site: OfficeSite) -> list[str]:
    """Apply the messages to the node's rewards, as its consumer does; return the titles that are shown."""
    base = site.office.base
    async with base.database.read() as connection:
        rows = (await connection.execute(select(OUTBOX.outbox).order_by(OUTBOX.outbox.c.id))).all()
    messages = []
    for row in rows:
        record = Record(row.topic, 0, row.id, row.key.encode(), row.value.encode())
        messages.append(Message(record, decode_global(record)))
    rewards = Database.open(base.settings, "rewards")
    catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
    async with rewards.write() as connection:
        await RewardDecisions(site.clock).reducer.apply(connection, messages)
    async with rewards.read() as connection:
        found = (await catalogue.published(connection, ["northbet"], site.clock.now()))["northbet"]
    await rewards.close()
    return [content.title for content in found]


async def test_a_text_goes_from_its_first_word_to_the_bet_slip(site: OfficeSite) -> None:
    """By an editor and an approver; the message carries it to the nodes; a rollback does as well."""
    staff = await site.staff([Role.EDITOR, Role.APPROVER])
    editor, approver = staff[Role.EDITOR], staff[Role.APPROVER]
    version = 0
    for number, title in enumerate(["First", "Second"]):
        saved = (await editor.ask(SAVE, input=draft(version, title=title)))["data"]["saveContent"]
        assert saved["open"]["lint"] == []
        submitted = await editor.ask(SUBMIT, input=of_reward(saved["version"], reason="new"))
        proposal = submitted["data"]["submitContent"]["open"]["proposal"]
        approval = {"proposalId": proposal["id"], "contentHash": proposal["contentHash"]}
        assert codes(await editor.ask(APPROVE, input=approval)) == ["FORBIDDEN"]
        assert not codes(await approver.ask(APPROVE, input=approval))
        approved = (await editor.ask(VERSION))["data"]["contentItem"]["version"]
        published = (await approver.ask(PUBLISH, input=of_reward(approved)))["data"]["publishContent"]
        assert published["published"] == {"revision": number + 1}
        version = published["version"]
        assert await apply_outbox(site) == [title]
    back = await approver.ask(ROLL_BACK, input=of_reward(version, toRevision=1, reason="a mistake"))
    assert back["data"]["rollBackContent"]["published"] == {"revision": 3}
    assert await apply_outbox(site) == ["First"]
    named = await approver.ask('{ contentBrand(brand: "northbet") { rewards { rewardId title } } }')
    assert {"rewardId": "fb-5", "title": "First"} in named["data"]["contentBrand"]["rewards"]


async def test_the_second_of_two_editors_gets_the_present_version(site: OfficeSite) -> None:
    """With the code STALE, and the fields that lint finds wrong have paths."""
    editor = (await site.staff([Role.EDITOR]))[Role.EDITOR]
    saved = (await editor.ask(SAVE, input=draft(summary="Bet now")))["data"]["saveContent"]
    stale = await editor.ask(SAVE, input=draft(title="Other"))
    assert stale["errors"][0]["extensions"]["code"] == "STALE"
    assert stale["errors"][0]["extensions"]["version"] == saved["version"]
    refused = await editor.ask(SUBMIT, input=of_reward(saved["version"], reason="new"))
    assert refused["errors"][0]["extensions"]["problems"][0]["path"] == "texts.en-GB.summary"


READS = """
query Reads($document: ContentDocumentInput!) {
  contentItems(brand: "northbet", states: [DRAFT], first: 1) { nodes { id rewardId } endCursor hasNextPage }
  contentItem(brand: "northbet", rewardId: "fb-5", configVersion: 1) {
    revisions { nodes { revision document { position texts { locale title imageAddress } } } }
  }
  contentDiff(brand: "northbet", rewardId: "fb-5", configVersion: 1, after: 1) {
    path locale spans { kind text }
  }
  lintContent(brand: "northbet", rewardId: "fb-5", configVersion: 1, document: $document) {
    rule severity path
  }
  contentPreview(
    brand: "northbet", rewardId: "fb-5", configVersion: 1
    document: $document, locale: "en-GB", state: "qualified"
  ) { club records }
  contentPreviewStates { name says brand }
  contentBrands { id }
  contentBrand(brand: "northbet") { timeZone locales rewards { rewardId configVersion title } }
}
"""


async def test_what_a_screen_needs_is_one_query_away(site: OfficeSite) -> None:
    """The list, the item, the diff, lint and the preview of what is being typed, and the brand."""
    staff = await site.staff([Role.EDITOR, Role.VIEWER])
    await staff[Role.EDITOR].ask(SAVE, input=draft())
    typed = draft(title="Typed", significantTerms="")["document"]
    answer = await staff[Role.VIEWER].ask(READS, document=typed)
    assert "errors" not in answer, answer
    data = answer["data"]
    assert data["contentItems"]["nodes"] == [{"id": "northbet:fb-5:1", "rewardId": "fb-5"}]
    assert data["contentDiff"][0]["path"] == "position"
    found = {(one["rule"], one["severity"], one["path"]) for one in data["lintContent"]}
    assert ("TERMS_MISSING", "ERROR", "texts.en-GB.significant_terms") in found
    club = json.loads(data["contentPreview"]["club"])
    assert club["state"] == "QUALIFIED"
    option = next(one for one in club["options"] if one["id"] == "northbet:fb-5:1")
    assert (option["title"], option["value"]["minor"], option["available"]) == ("Typed", 500, True)
    records = json.loads(data["contentPreview"]["records"])
    assert records["recentBets"]
    assert records["termsSummary"]
    assert data["contentBrands"] == [{"id": "northbet"}]
    assert {one["title"] for one in data["contentBrand"]["rewards"]} == {None}
    assert len(data["contentPreviewStates"]) > 30
    viewer_saves = await staff[Role.VIEWER].ask(SAVE, input=draft(1))
    assert codes(viewer_saves) == ["FORBIDDEN"]


PREVIEW = """
query Preview($document: ContentDocumentInput!, $state: String!) {
  contentPreview(
    brand: "northbet", rewardId: "fb-5", configVersion: 1, document: $document, locale: "en-GB", state: $state
  ) { club }
}
"""


async def test_a_draft_is_previewed_for_a_customer_in_every_state(site: OfficeSite) -> None:
    """The draft is once among what is offered; ineligible customers are offered nothing."""
    viewer = (await site.staff([Role.VIEWER]))[Role.VIEWER]
    typed = draft(title="Typed")["document"]
    listed = await viewer.ask("{ contentPreviewStates { name } }")
    shown: dict[str, int] = {}
    for state in [one["name"] for one in listed["data"]["contentPreviewStates"]]:
        answer = await viewer.ask(PREVIEW, document=typed, state=state)
        club = json.loads(answer["data"]["contentPreview"]["club"])
        titles = [one["title"] for one in club["options"] or ()]
        assert titles.count("Typed") == (club["state"] != "INELIGIBLE"), state
        assert len({one["id"] for one in club["options"] or ()}) == len(titles), state
        shown[club["state"]] = shown.get(club["state"], 0) + 1
    assert shown.keys() == {state.name for state in ClubState}
    assert codes(await viewer.ask(PREVIEW, document=typed, state="nobody")) == ["NOT_FOUND"]


MARKED = """
query Marked($reward: String!, $document: ContentDocumentInput!, $state: String!) {
  contentPreview(
    brand: "northbet", rewardId: $reward, configVersion: 1
    document: $document, locale: "en-GB", state: $state
  ) { club }
}"""
MARKS = {
    **{("fb-5", state): "northbet:fb-5:1" for state in ("new", "tracking", "reward-recalled")},
    **{(reward, "tracking"): "northbet:fb-5:1" for reward in ("cash-2", "bb-25", "not-recorded")},
    ("not-recorded", "reward-recalled"): "lagunabet:eur-5:1",
    **{(reward, "chosen"): None for reward in ("fb-5", "fb-2x3", "not-recorded")},
}
"""By draft and state, which reward is the customer's by default; Northbet's is fb-5."""


async def test_only_the_default_reward_is_previewed_as_the_default(site: OfficeSite) -> None:
    """Whatever is edited, at whatever place: a draft takes the place of no other reward's choice."""
    viewer = (await site.staff([Role.VIEWER]))[Role.VIEWER]
    for (reward, state), position in product(MARKS, (0, 1, 9)):
        document = {"position": position, "texts": [TEXT | {"title": "Typed"}]}
        answer = await viewer.ask(MARKED, reward=reward, document=document, state=state)
        club = json.loads(answer["data"]["contentPreview"]["club"])
        titles = {option["id"]: option["title"] for option in club["options"]}
        choice = club["choice"]
        marked = choice["option"]["id"] if choice["isDefault"] else None
        assert marked == MARKS[reward, state], (reward, state, position)
        assert choice["option"]["title"] == titles[choice["option"]["id"]]
        assert list(titles.values()).count("Typed") == 1


def test_a_recorded_default_that_is_none_any_more_is_previewed_as_chosen() -> None:
    """A brand whose default has become another reward: the mark goes with it, or nobody has it."""
    preview = Preview.over(scenario_answers(), "/images")
    for defaults, marked in ((("cash-2",), "northbet:cash-2:1"), ((), None)):
        key = ContentKey("northbet", "fb-5", 1)
        document = ContentDocument(texts={"en-GB": ContentText(title="Typed")})
        choice = preview.of(key, document, "en-GB", "tracking", None, defaults=defaults).club["choice"]
        assert (choice["option"]["id"] if choice["isDefault"] else None) == marked


@pytest.mark.usefixtures("processes")
async def test_an_image_is_uploaded_and_served_for_ever(site: OfficeSite) -> None:
    """Public, immutable, and nothing but an image to any browser; other files are refused in words."""
    editor = (await site.staff([Role.EDITOR]))[Role.EDITOR]
    written = io.BytesIO()
    Image.new("RGB", (640, 320), "teal").save(written, format="PNG")
    upload = (
        "mutation Up($input: UploadContentImageInput!) {"
        " uploadContentImage(input: $input) { address width } }"
    )
    file = base64.b64encode(written.getvalue()).decode()
    answer = await editor.ask(upload, input={"brand": "northbet", "file": file})
    image = answer["data"]["uploadContentImage"]
    assert image["width"] == 640
    found = await site.browser().client.get(image["address"])
    assert (found.status_code, found.headers["content-type"]) == (200, "image/png")
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in found.headers["content-security-policy"]
    again = await site.browser().client.get(
        image["address"], headers={"if-none-match": found.headers["etag"]}
    )
    assert again.status_code == 304
    assert (await site.browser().client.get("/backoffice/images/" + "0" * 64)).status_code == 404
    assert found.headers["cross-origin-resource-policy"] == "cross-origin"
    svg = base64.b64encode(b"<svg onload=alert(1)>").decode()
    for wrong in (svg, "no base64!"):
        refused = await editor.ask(upload, input={"brand": "northbet", "file": wrong})
        assert codes(refused) == ["INVALID"]


@pytest.mark.usefixtures("processes")
async def test_an_image_of_five_mebibytes_is_uploaded_and_a_larger_one_refused_in_words(
    site: OfficeSite,
) -> None:
    """The limit of bodies leaves room for the largest image in base64; only signed-in people's are read."""
    editor = (await site.staff([Role.EDITOR]))[Role.EDITOR]
    upload = "mutation Up($input: UploadContentImageInput!) { uploadContentImage(input: $input) { bytes } }"
    written = io.BytesIO()
    Image.effect_noise((1400, 1200), 90).convert("RGB").save(written, format="PNG", compress_level=0)
    file = written.getvalue()
    assert 4 * 2**20 < len(file) <= MAX_BYTES < 6 * 2**20
    largest = base64.b64encode(file).decode()
    answer = await editor.ask(upload, input={"brand": "northbet", "file": largest})
    assert answer["data"]["uploadContentImage"]["bytes"] > 0
    larger = base64.b64encode(file + b"0" * (MAX_BYTES + 1 - len(file))).decode()
    refused = await editor.ask(upload, input={"brand": "northbet", "file": larger})
    assert codes(refused) == ["INVALID"]
    assert "at most 5242880" in refused["errors"][0]["message"]
    stranger = await site.browser().ask(upload, input={"brand": "northbet", "file": largest})
    assert codes(stranger) == ["UNAUTHENTICATED"]


async def test_the_preview_has_no_origin_and_is_framed_by_the_screens_alone(site: OfficeSite) -> None:
    """Its policy is a sandbox; the screens' own pages are framed by nobody."""
    screen = await site.browser().client.get("/backoffice/content")
    assert "frame-ancestors 'none'" in screen.headers["content-security-policy"]
    assert screen.headers["x-frame-options"] == "DENY"
    page = await site.browser().client.get("/backoffice/preview")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'; script-src 'self'")
    assert "frame-ancestors 'self'" in policy
    assert "connect-src" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-store"
