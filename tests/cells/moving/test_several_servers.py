"""A cell whose databases are on several servers is claimed there, and not moved, split or merged in part."""

import json
from pathlib import Path

import pytest

from cells.claim import claim, read_cells
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA
from furlong.topic_plans import KEYED_TOPICS
from subgraphs.block_list import SUBGRAPHS
from tests.support.database_probe import migrate
from tests.support.processes.forked_programs import run_forked

from .conftest import PREFIX, CellServer, MovingHarness

pytestmark = [pytest.mark.usefixtures("mariadb_installed"), pytest.mark.timeout(900)]
APART = "rewards"


def states(server: CellServer) -> dict[str, object]:
    """Return what the cell's databases on a server say of it, by their names."""
    rows = server.as_root(f"SHOW DATABASES LIKE '{PREFIX}%'")
    return {name: server.as_root(f"CHECKSUM TABLE {name}.cell") for (name,) in rows}


async def put_apart(moving: MovingHarness) -> DatabaseSettings:
    """Put one of the cell's databases on the second server; return the settings of the cell's processes."""
    moving.here.as_root(f"DROP DATABASE {PREFIX}_{APART}")
    urls = {APART: moving.there.settings.url}
    await migrate(DatabaseSettings(url=urls[APART]), APART, METADATA[APART])
    return moving.here.settings.model_copy(update={"urls": urls})


async def test_databases_are_claimed_where_they_are(moving: MovingHarness) -> None:
    """One server has been claimed before, and only the database on the other one is missing."""
    settings = await put_apart(moving)
    assert [one.database for one in await claim(settings, SUBGRAPHS, KEYED_TOPICS)] == [APART]
    assert {one.problem for one in await read_cells(settings, SUBGRAPHS)} == {""}
    assert list(states(moving.there)) == [f"{PREFIX}_{APART}"]
    assert f"{PREFIX}_{APART}" not in states(moving.here)


@pytest.mark.parametrize("told", ["by the server", "by the settings"])
async def test_a_part_of_a_cell_is_not_moved(told: str, moving: MovingHarness, tmp_path: Path) -> None:
    """Each command refuses, and says what to do, before anything is changed."""
    settings = await put_apart(moving)
    await claim(settings, SUBGRAPHS, KEYED_TOPICS)
    environment = moving.environment()
    if told == "by the settings":
        more = {"FURLONG_DATABASE_URL": settings.url, "FURLONG_DATABASE_URLS": json.dumps(settings.urls)}
        environment |= more
    before = states(moving.here), states(moving.there)
    commands = ("plan", "move", "split c2 1", "merge", "verify")
    for words in commands if told == "by the server" else ("move",):
        ended = run_forked(
            "furlong", "cell", *words.split(), environment=environment, folder=tmp_path, timeout=300
        )
        assert ended.returncode == 1, words
        assert "databases are on several servers" in ended.stderr
        assert "by `furlong backup` and `furlong restore`" in ended.stderr
    assert (states(moving.here), states(moving.there)) == before
    assert not moving.folder.exists()
