"""No version that a page has seen is given again, although a backup was older; on both engines."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Integer, literal, select

from backoffice.errors import Stale
from backoffice.versions import next_version, next_version_in
from tests.backoffice.content_fixture import ANN, KEY, content_fixture, document
from tests.support.office.backoffice_fixture import backoffice_database, copy_backoffice

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


async def test_a_version_grows_and_is_never_below_the_clock(database_url: str) -> None:
    """The database reckons as the process does."""
    async with backoffice_database(database_url) as database, database.read() as connection:
        for version, seconds in ((0, 0), (0, 5), (5, 5), (9, 5), (4, 5)):
            at = FIRST + timedelta(seconds=seconds)
            expected = max(version + 1, seconds)
            assert next_version(version, at) == expected
            column = literal(version, Integer)
            assert await connection.scalar(select(next_version_in(column, at))) == expected


@pytest.mark.parametrize("backup", ["older", "none"])
async def test_a_page_from_before_a_loss_overwrites_no_text(tmp_path: Path, backup: str) -> None:
    """What was saved since has a version that no page has seen."""
    async with content_fixture(f"sqlite+aiosqlite:///{tmp_path / 'live'}") as content_area:
        first = await content_area.editing.save(ANN, KEY, document(), 0)
    copy_backoffice(tmp_path, "live", to=("older", "later"))
    async with content_fixture(f"sqlite+aiosqlite:///{tmp_path / 'later'}") as content_area:
        content_area.clock.advance(timedelta(minutes=1))
        seen = await content_area.editing.save(ANN, KEY, document(title="Before the loss"), first.version)
    async with content_fixture(f"sqlite+aiosqlite:///{tmp_path / backup}") as content_area:
        content_area.clock.advance(timedelta(minutes=2))
        known = first.version if backup == "older" else 0
        saved = await content_area.editing.save(ANN, KEY, document(title="After it"), known)
        assert saved.version > seen.version
        with pytest.raises(Stale):
            await content_area.editing.save(ANN, KEY, document(title="Unseen"), seen.version)
