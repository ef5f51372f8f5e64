"""Content is data: what looks like code is stored as the text that it is, and no link takes it anywhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from backoffice.advertising import link_problem
from backoffice.content import repository
from backoffice.content.revisions.document import TEXT_FIELDS
from tests.backoffice.content_fixture import ANN, KEY, content_fixture

HOSTILE: list[str] = json.loads(Path(__file__).with_name("hostile_texts.json").read_text(encoding="utf-8"))


async def test_every_field_keeps_what_was_written(tmp_path: Path) -> None:
    """Nothing is cut out or escaped on the way in: it is escaped where it is shown."""
    assert len(HOSTILE) > 100
    async with content_fixture(f"sqlite+aiosqlite:///{tmp_path}") as content_area:
        version = 0
        for start in range(0, len(HOSTILE), 40):
            some = HOSTILE[start : start + 40]
            texts: dict[str, Any] = {
                f"x{number}": dict.fromkeys(TEXT_FIELDS, text) for number, text in enumerate(some)
            }
            values = {"position": 1, "eligible_games": some, "texts": texts}
            item = await content_area.editing.save(ANN, KEY, values, version)
            version = item.version
            async with content_area.database.read() as connection:
                found = await repository.revision(connection, KEY, item.newest_revision)
            assert found is not None
            assert found.document.as_json() == values


@pytest.mark.parametrize("text", HOSTILE)
def test_no_hostile_text_is_a_link(text: str) -> None:
    """Neither of its own nor behind a slash or a host that is allowed."""
    hosts = {"northbet.example"}
    if not text.isascii() or any(mark in text for mark in "<>\"'`{}|^\\ \t\n"):
        assert link_problem(f"https://northbet.example/{text}", hosts) is not None
    assert link_problem(text, hosts) is not None
