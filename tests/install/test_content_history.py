"""What a file publishes is part of the content's history in the back office."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backoffice.audit.repository import in_order
from backoffice.content import models, repository
from backoffice.content.revisions.document import ContentKey
from backoffice.content.revisions.revision import ContentItem, ContentRevision, RevisionState
from foundation.storage.database import Database
from furlong.install.load import decide_load, plan_load
from furlong.install.world import Brand, World, read_world
from tests.install.decided import apply_decided, backoffice_of
from tests.support.subgraphs.club_fixture import ClubFixture
from tests.support.subgraphs.club_samples import make_config

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
DEMO = Path(__file__).resolve().parents[2] / "furlong/world.yaml"
KEY = ContentKey("northbet", "fb-5")


def world(**changes: Any) -> World:
    """Return the demo's first brand with one text, changed."""
    brand = read_world(DEMO).brands[0].model_dump()
    content = brand["content"][0]
    content["texts"]["en-GB"] |= changes
    return World(brands=(Brand(**brand | {"content": [content], "budgets": None}),))


async def load(club_fixture: ClubFixture, database: Database, **changes: Any) -> None:
    """Load a world, and let the nodes apply it."""
    plan = await plan_load(world(**changes), club_fixture.club.database, club_fixture.rewards.database, NOW)
    await decide_load(plan, database, NOW)
    await apply_decided(club_fixture, database, NOW)


async def history(database: Database) -> tuple[ContentItem, list[ContentRevision]]:
    """Return the item and its revisions, the newest first."""
    async with database.read() as connection:
        item = await repository.item(connection, KEY)
        assert item is not None
        return item, await repository.revisions(connection, KEY, 10)


async def test_what_a_file_publishes_is_a_revision(each_club: ClubFixture) -> None:
    """It is marked as imported and in the audit log; what the file leaves as it is adds nothing."""
    await each_club.add_rewards([make_config("fb-5")], [])
    async with backoffice_of(each_club) as database:
        await load(each_club, database)
        await load(each_club, database)
        item, (first,) = await history(database)
        assert (item.published_revision, item.open_revision) == (1, None)
        assert (first.state, first.document.texts["en-GB"].title) == (RevisionState.PUBLISHED, "£5 free bet")
        assert first.note == "imported by furlong load"
        await load(each_club, database, title="A fiver")
        item, (second, before) = await history(database)
        assert item.published_revision == 2
        assert (second.document.texts["en-GB"].title, second.state) == ("A fiver", RevisionState.PUBLISHED)
        assert before.state is RevisionState.SUPERSEDED
        async with database.read() as connection:
            entries = [one.entry async for one in in_order(connection)]
        assert (entries[-1].action, entries[-1].subject) == ("content.import", "content:northbet:fb-5")


async def test_what_was_loaded_before_there_was_a_history_becomes_its_first_revision(
    each_club: ClubFixture,
) -> None:
    """Loading the same file again records it, and decides nothing again."""
    await each_club.add_rewards([make_config("fb-5")], [])
    async with backoffice_of(each_club) as database:
        await load(each_club, database)
        async with database.write() as connection:
            for table in (models.CONTENT_REVISION, models.CONTENT_ITEM):
                await connection.execute(table.delete())
        await load(each_club, database)
        _, revisions = await history(database)
        assert len(revisions) == 1
