"""The steps of content from draft to customers, and who may take them."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from backoffice.access import Actor, Role
from backoffice.approvals import repository as proposals
from backoffice.approvals.proposals import Proposal, Staff
from backoffice.content import repository
from backoffice.content.models import CONTENT_REVISION
from backoffice.content.revisions.document import ContentKey
from backoffice.content.revisions.revision import ContentItem, ContentRevision, RevisionState
from backoffice.content.workflow.local_time import Occurrence
from backoffice.content.workflow.publication import GlobalAnnouncement
from backoffice.errors import Conflict, Forbidden, FourEyes, Invalid, NotFound, Stale
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.identity.credentials import givers
from backoffice.identity.users import present_roles
from backoffice.versions import next_version
from foundation.storage.clock import ManualClock
from subgraphs.rewards.models import REWARD_CONFIG
from tests.backoffice.content_fixture import (
    ANN,
    ANN_AGAIN,
    BOB,
    CAT,
    DAN,
    EVE,
    KEY,
    ContentFixture,
    content_fixture,
    document,
)
from tests.support.office.backoffice_fixture import NOW, employ


@pytest.fixture
async def content_area(tmp_path: Path) -> AsyncIterator[ContentFixture]:
    """The services over SQLite."""
    async with content_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        yield opened


@pytest.fixture
async def each_content(database_url: str) -> AsyncIterator[ContentFixture]:
    """The services over each engine."""
    async with content_fixture(database_url) as opened:
        yield opened


async def item_of(content_area: ContentFixture) -> ContentItem:
    """Return the item as it is stored."""
    async with content_area.database.read() as connection:
        found = await repository.item(connection, KEY)
    assert found is not None
    return found


async def revision_of(content_area: ContentFixture, number: int) -> ContentRevision:
    """Return a revision as it is stored."""
    async with content_area.database.read() as connection:
        found = await repository.revision(connection, KEY, number)
    assert found is not None
    return found


async def submitted(
    content_area: ContentFixture, title: str = "£5 free bet", author: Actor = ANN
) -> Proposal:
    """Write and submit content; return the proposal."""
    async with content_area.database.read() as connection:
        known = await repository.item(connection, KEY)
    item = await content_area.editing.save(author, KEY, document(title), known.version if known else 0)
    item = await content_area.editing.submit(author, KEY, item.version, "please")
    return await proposal_of(content_area, item.newest_revision)


async def proposal_of(content_area: ContentFixture, revision: int) -> Proposal:
    """Return the proposal of a revision."""
    async with content_area.database.read() as connection:
        of_revision = await repository.revision(connection, KEY, revision)
        assert of_revision is not None
        found = await proposals.find(connection, str(of_revision.proposal_id))
    assert found is not None
    return found


async def approve(content_area: ContentFixture, proposal: Proposal, by: Actor = CAT) -> None:
    """Approve what was proposed."""
    await content_area.approvals.approve(by, proposal.proposal_id, proposal.content_hash, NOW)


async def published(content_area: ContentFixture, title: str = "£5 free bet") -> ContentItem:
    """Bring content to the customers."""
    await approve(content_area, await submitted(content_area, title))
    return await content_area.publication.publish(CAT, KEY, (await item_of(content_area)).version)


def titles(content_area: ContentFixture) -> list[str]:
    """Return the titles that the nodes were told, in order."""
    return [after.texts["en-GB"].title for _, _, after in content_area.announced.documents]


async def test_content_reaches_customers_by_two_people(each_content: ContentFixture) -> None:
    """One writes and submits, another one approves and publishes."""
    content_area = each_content
    item = await published(content_area)
    assert titles(content_area) == ["£5 free bet"]
    assert (item.open_revision, item.published_revision) == (None, 1)
    revision = await revision_of(content_area, 1)
    assert revision.state is RevisionState.PUBLISHED
    assert revision.approval is not None
    assert revision.approval.person == "cat"


async def test_the_second_of_two_editors_is_told(content_area: ContentFixture) -> None:
    """Nothing is overwritten, and the error has the current version."""
    item = await content_area.editing.save(ANN, KEY, document("Ann's"), 0)
    with pytest.raises(Stale) as stale:
        await content_area.editing.save(BOB, KEY, document("Bob's"), 0)
    assert stale.value.extensions == {"code": "STALE", "version": item.version}
    assert (await revision_of(content_area, 1)).document.texts["en-GB"].title == "Ann's"


async def test_of_two_editors_at_once_one_is_told(each_content: ContentFixture) -> None:
    """Whether the item is new or not."""
    content_area = each_content
    for version in (0, next_version(0, NOW)):
        saves = [content_area.editing.save(who, KEY, document(who.name), version) for who in (ANN, BOB)]
        outcomes = await asyncio.gather(*saves, return_exceptions=True)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ItemWithRevisions", "Stale"], (
            outcomes
        )


@pytest.mark.parametrize("by", [ANN, ANN_AGAIN, BOB])
async def test_nobody_approves_what_they_had_a_hand_in(content_area: ContentFixture, by: Actor) -> None:
    """Neither the author, nor their second account, nor who edited it before it was submitted."""
    item = await content_area.editing.save(BOB, KEY, document("Bob's"), 0)
    item = await content_area.editing.save(ANN, KEY, document("Ann's"), item.version)
    await content_area.editing.submit(ANN, KEY, item.version, "please")
    proposal = await proposal_of(content_area, 1)
    with pytest.raises((FourEyes, Forbidden)):
        await approve(content_area, proposal, by)
    assert (await revision_of(content_area, 1)).state is RevisionState.IN_REVIEW
    with pytest.raises(Conflict):
        await content_area.publication.publish(CAT, KEY, (await item_of(content_area)).version)
    await approve(content_area, proposal)


async def test_nobody_approves_what_they_could_have_edited_as_somebody_else(
    content_area: ContentFixture,
) -> None:
    """Who gave an editor their credentials could have edited the text, whoever submits it."""
    await employ(content_area.database, ANN, BOB, CAT)
    content_area.approvals._staff = Staff(givers.obstacles, givers.are_bound, present_roles)
    async with content_area.database.write() as connection:
        await givers.give(connection, ANN.user_id, CAT, NOW)
    item = await content_area.editing.save(ANN, KEY, document("Ann's"), 0)
    item = await content_area.editing.save(BOB, KEY, document("Bob's"), item.version)
    await content_area.editing.submit(BOB, KEY, item.version, "please")
    with pytest.raises(FourEyes, match="edited this text, or could have"):
        await approve(content_area, await proposal_of(content_area, 1))
    assert (await revision_of(content_area, 1)).state is RevisionState.IN_REVIEW


async def test_an_edit_voids_the_approval(content_area: ContentFixture) -> None:
    """What was approved is withdrawn; the edited text needs an approval of its own."""
    await approve(content_area, await submitted(content_area))
    item = await item_of(content_area)
    item = await content_area.editing.save(BOB, KEY, document("Bob's"), item.version)
    assert (await revision_of(content_area, 1)).state is RevisionState.WITHDRAWN
    with pytest.raises(Conflict):
        await content_area.publication.publish(CAT, KEY, item.version)
    assert titles(content_area) == []


async def test_an_edit_during_the_review_makes_the_proposal_stale(content_area: ContentFixture) -> None:
    """An approval of the earlier text has no effect, and the proposal is void."""
    proposal = await submitted(content_area)
    await content_area.editing.save(ANN, KEY, document("Another"), (await item_of(content_area)).version)
    with pytest.raises(Stale):
        await approve(content_area, proposal)
    with pytest.raises(Conflict):
        await approve(content_area, proposal)
    assert (await revision_of(content_area, 2)).state is RevisionState.DRAFT


async def test_a_document_changed_in_the_database_is_not_published(content_area: ContentFixture) -> None:
    """The approval is bound to the hash of the document, not to a flag."""
    await approve(content_area, await submitted(content_area))
    other = (await revision_of(content_area, 1)).document.as_json()
    other["texts"]["en-GB"]["title"] = "Another"
    async with content_area.database.write() as connection:
        await connection.execute(update(CONTENT_REVISION).values(document=json.dumps(other)))
    with pytest.raises(Conflict):
        await content_area.publication.publish(CAT, KEY, (await item_of(content_area)).version)
    assert titles(content_area) == []


async def test_a_rejected_revision_begins_anew(content_area: ContentFixture) -> None:
    """The reason stays with it, and the editor's next text is another revision."""
    proposal = await submitted(content_area)
    await content_area.approvals.reject(CAT, proposal.proposal_id, "too long", NOW)
    revision = await revision_of(content_area, 1)
    assert (revision.state, revision.note) == (RevisionState.REJECTED, "too long")
    item = await content_area.editing.save(
        ANN, KEY, document("Shorter"), (await item_of(content_area)).version
    )
    assert item.open_revision == 2


async def test_roles_of_another_brand_or_kind_do_nothing(content_area: ContentFixture) -> None:
    """All roles for another brand, or all but editor and approver for this one."""
    for who in (DAN, EVE):
        with pytest.raises(Forbidden):
            await content_area.editing.save(who, KEY, document(), 0)
        with pytest.raises(Forbidden):
            await content_area.publication.roll_back(who, KEY, 1, 0, "why")
    with pytest.raises(Forbidden):
        await content_area.publication.publish(ANN, KEY, 0)
    nowhere = ContentKey("nowhere", "fb-5", 1)
    with pytest.raises(NotFound):
        await content_area.editing.save(
            Actor("z", "z", "Z", "", "", {"*": frozenset(Role)}), nowhere, document(), 0
        )


async def test_lint_keeps_content_from_review(content_area: ContentFixture) -> None:
    """The draft is kept, and each error names its field."""
    item = await content_area.editing.save(ANN, KEY, document(terms_url="", significant_terms=""), 0)
    with pytest.raises(Invalid) as invalid:
        await content_area.editing.submit(ANN, KEY, item.version, "please")
    paths = {problem.path for problem in invalid.value.problems}
    assert paths == {"texts.en-GB.significant_terms", "texts.en-GB.terms_url"}


async def test_a_scheduled_revision_is_published_once_when_it_is_due(each_content: ContentFixture) -> None:
    """However many workers look at once, and not a moment earlier."""
    content_area = each_content
    await approve(content_area, await submitted(content_area))
    tomorrow = datetime(2026, 3, 26, 9)  # noqa: DTZ001 - a local time
    await content_area.publication.schedule(CAT, KEY, (await item_of(content_area)).version, tomorrow)
    content_area.clock.instant = datetime(2026, 3, 26, 8, 59, 59, tzinfo=UTC)
    assert await content_area.publication.publish_due() == 0
    content_area.clock.instant += timedelta(seconds=1)
    done = await asyncio.gather(*(content_area.publication.publish_due() for _ in range(3)))
    assert sorted(done) == [0, 0, 1]
    assert titles(content_area) == ["£5 free bet"]
    assert await content_area.publication.publish_due() == 0


async def test_what_cannot_be_published_keeps_nothing_else_waiting(
    content_area: ContentFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For whatever reason: nothing else would be published until somebody had found it."""
    await approve(content_area, await submitted(content_area))
    tomorrow = datetime(2026, 3, 26, 9)  # noqa: DTZ001 - a local time
    await content_area.publication.schedule(CAT, KEY, (await item_of(content_area)).version, tomorrow)
    content_area.clock.instant = datetime(2026, 3, 26, 9, tzinfo=UTC)
    publication = type(content_area.publication)
    publish, asked = publication._publish_scheduled, list[Any]()

    async def due(*_: Any) -> list[Any]:
        return [KEY, KEY]

    async def failing(self: Any, key: Any) -> bool:
        asked.append(key)
        if len(asked) == 1:
            raise ValueError("nobody has thought of this")
        return await publish(self, key)

    monkeypatch.setattr(repository, "due", due)
    monkeypatch.setattr(publication, "_publish_scheduled", failing)
    assert await content_area.publication.publish_due() == 1
    assert len(asked) == 2


@dataclass(slots=True)
class FastMachine(ManualClock):
    """The clock of a machine that is two hours fast; the database's is right."""

    def now(self) -> datetime:
        """Return the machine's time."""
        return self.instant + timedelta(hours=2)


async def test_a_machine_whose_clock_is_wrong_publishes_at_the_right_time(
    content_area: ContentFixture,
) -> None:
    """The database's clock decides what is due, and from when on nodes show it."""
    await approve(content_area, await submitted(content_area))
    tomorrow = datetime(2026, 3, 26, 9)  # noqa: DTZ001
    await content_area.publication.schedule(CAT, KEY, (await item_of(content_area)).version, tomorrow)
    fast = FastMachine(datetime(2026, 3, 26, 7, 30, tzinfo=UTC))
    announced = GlobalAnnouncement("/content/images", fast)
    worker = replace(content_area.publication, clock=fast, announcement=announced)
    assert await worker.publish_due() == 0
    fast.instant = datetime(2026, 3, 26, 9, tzinfo=UTC)
    assert await worker.publish_due() == 1
    async with content_area.database.read() as connection:
        (decided,) = await GlobalDecisions().repository.all(connection)
    assert decided.state["editions"][0]["publish_at"] == "2026-03-26T09:00:00Z"


async def test_times_follow_the_brands_zone(content_area: ContentFixture) -> None:
    """In London, 09:00 on the Sunday when the clocks change is 08:00 UTC; 01:30 does not exist."""
    await approve(content_area, await submitted(content_area))
    version = (await item_of(content_area)).version
    for wrong in (datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 25, 11), datetime(2028, 1, 1)):  # noqa: DTZ001
        with pytest.raises(Invalid):
            await content_area.publication.schedule(CAT, KEY, version, wrong)
    item = await content_area.publication.schedule(CAT, KEY, version, datetime(2026, 3, 29, 9))  # noqa: DTZ001
    assert (await revision_of(content_area, 1)).publish_at == datetime(2026, 3, 29, 8, tzinfo=UTC)
    twice = datetime(2026, 10, 25, 1, 30)  # noqa: DTZ001
    await content_area.publication.schedule(CAT, KEY, item.version, twice, Occurrence.LATER)
    assert (await revision_of(content_area, 1)).publish_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


async def test_the_last_schedule_holds(content_area: ContentFixture) -> None:
    """An earlier time that is set later replaces the later one, and nothing is published twice."""
    await approve(content_area, await submitted(content_area))
    for local in (datetime(2026, 3, 28, 9), datetime(2026, 3, 27, 9)):  # noqa: DTZ001
        await content_area.publication.schedule(CAT, KEY, (await item_of(content_area)).version, local)
    content_area.clock.instant = datetime(2026, 3, 27, 9, tzinfo=UTC)
    assert await content_area.publication.publish_due() == 1
    content_area.clock.instant += timedelta(days=2)
    assert await content_area.publication.publish_due() == 0
    assert titles(content_area) == ["£5 free bet"]


async def test_what_becomes_unlawful_is_not_published_when_it_is_due(content_area: ContentFixture) -> None:
    """The revision goes back with a note, and the worker continues."""
    await approve(content_area, await submitted(content_area))
    tomorrow = datetime(2026, 3, 26, 9)  # noqa: DTZ001
    await content_area.publication.schedule(CAT, KEY, (await item_of(content_area)).version, tomorrow)
    async with content_area.rewards.write() as connection:
        await connection.execute(update(REWARD_CONFIG).values(wagering_multiple=40))
    content_area.clock.instant += timedelta(days=1)
    assert await content_area.publication.publish_due() == 0
    revision = await revision_of(content_area, 1)
    assert revision.state is RevisionState.APPROVED
    assert "at most 10" in str(revision.note)
    assert titles(content_area) == []


async def test_rolling_back_publishes_the_earlier_text_anew(content_area: ContentFixture) -> None:
    """As a revision of its own, in one step; the draft that somebody is writing stays."""
    await published(content_area, "First")
    await published(content_area, "Second")
    item = await content_area.editing.save(ANN, KEY, document("Draft"), (await item_of(content_area)).version)
    item = await content_area.publication.roll_back(CAT, KEY, 1, item.version, "a mistake")
    assert titles(content_area) == ["First", "Second", "First"]
    assert (item.published_revision, item.open_revision) == (4, 3)
    assert (await revision_of(content_area, 4)).rollback_of == 1
    for wrong in (3, 4, 9):
        with pytest.raises((Conflict, NotFound)):
            await content_area.publication.roll_back(CAT, KEY, wrong, item.version, "why")


async def test_an_unlawful_text_is_not_rolled_back_to(content_area: ContentFixture) -> None:
    """The law of today counts."""
    await published(content_area, "First")
    item = await published(content_area, "Second")
    async with content_area.rewards.write() as connection:
        await connection.execute(update(REWARD_CONFIG).values(wagering_multiple=40))
    with pytest.raises(Invalid):
        await content_area.publication.roll_back(CAT, KEY, 1, item.version, "why")
    assert titles(content_area) == ["First", "Second"]
