"""A cell whose databases are on several servers is claimed there, and moved as a whole, or not at all."""

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


async def test_a_part_of_a_cell_is_not_moved(moving: MovingHarness, tmp_path: Path) -> None:
    """Without the server of the database that is elsewhere, each command refuses; nothing is changed."""
    await claim(await put_apart(moving), SUBGRAPHS, KEYED_TOPICS)
    before = states(moving.here), states(moving.there)
    for words in ("plan", "move", "split c2 1", "merge", "verify"):
        ended = run_forked(
            "furlong", "cell", *words.split(), environment=moving.environment(), folder=tmp_path, timeout=300
        )
        assert ended.returncode == 1, words
        assert f"there is no {PREFIX}_{APART} at" in ended.stderr
        assert "in FURLONG_CELL_MOVE_SOURCE_URLS" in ended.stderr
    assert (states(moving.here), states(moving.there)) == before
    assert not moving.folder.exists()


async def test_the_command_moves_a_cell_of_two_servers(
    moving: MovingHarness, more_servers: tuple[CellServer, CellServer], tmp_path: Path
) -> None:
    """With the servers of all databases, by the environment, all of them go to two others."""
    settings = await put_apart(moving)
    await claim(settings, SUBGRAPHS, KEYED_TOPICS)
    for place in more_servers:
        place.empty()
    old, new = moving.there, more_servers[1]
    environment = moving.environment(
        FURLONG_CELL_MOVE_TARGET_URL=more_servers[0].admin_url,
        FURLONG_CELL_MOVE_SOURCE_URLS=json.dumps({APART: old.admin_url}),
        FURLONG_CELL_MOVE_TARGET_URLS=json.dumps({APART: new.admin_url}),
        FURLONG_DATABASE_URL=settings.url,
        FURLONG_DATABASE_URLS=json.dumps(settings.urls),
    )
    said = []
    for word in ("move", "verify", "plan"):
        ended = run_forked("furlong", "cell", word, environment=environment, folder=tmp_path, timeout=300)
        assert ended.returncode == 0, ended.stderr
        said.append(ended.stdout)
    there = (
        f"127.0.0.1:{more_servers[0].server.port}/{PREFIX}; {APART} at 127.0.0.1:{new.server.port}/{PREFIX}"
    )
    assert f"Cell c1 is at {there}." in said[0]
    assert "Now change FURLONG_DATABASE_URL(S) of" in said[0]
    assert f"{there}: open" in said[1]
    assert said[2] == f"Cell c1 is at {there} already.\n"
    assert list(states(new)) == [f"{PREFIX}_{APART}"]
    assert len(states(more_servers[0])) == len(SUBGRAPHS) - 1
