"""The command that moves a cell, killed by SIGKILL while it works."""

import json
from pathlib import Path

import pytest

from cells.moving.journal import Step
from cells.moving.move import MOVING
from tests.support.long_form import LONG_FORM
from tests.support.processes.forked_programs import run_forked

from .conftest import PREFIX, CellServer, Mover, MovingHarness

pytestmark = [
    pytest.mark.usefixtures("mariadb_installed"),
    pytest.mark.timeout(900),
]
KILLED_IN = tuple(MOVING) * 4 if LONG_FORM else (Step.LOAD, Step.FENCE)


def epochs(place: CellServer) -> list[tuple[object, ...]]:
    """Return what a place says about its cell."""
    return place.as_root("SELECT epoch, state FROM furlong_c1_progress.cell")


def test_the_command_continues_after_sigkill(moving: MovingHarness, tmp_path: Path) -> None:
    """However often it is killed, the last call ends the move; plan and verify say where it is.

    A finished move is not begun again, nor given up: that would open the source beside the new one.
    """
    env, mover = moving.environment(), Mover(moving)
    planned = run_forked("furlong", "cell", "plan", "--json", environment=env, folder=tmp_path, timeout=300)
    assert planned.returncode == 0, planned.stderr
    (plan,) = json.loads(planned.stdout)
    assert plan["cell"] == "c1 (partitions 0-1 of 4)"
    assert (plan["problems"], plan["begun"]) == ([], [])
    for step in KILLED_IN:
        mover.kill_in(step)
    mover.finish()
    assert f"Cell c1 is at 127.0.0.1:{moving.there.server.port}" in mover.log.read_text()
    now = "Now change FURLONG_DATABASE_URL(S) of the cell's processes, and restart them."
    for word, more in (("move", [now]), ("plan", [])):
        again = run_forked("furlong", "cell", word, environment=env, folder=tmp_path, timeout=300)
        assert again.returncode == 0, again.stderr
        assert again.stdout.splitlines() == [
            f"Cell c1 is at 127.0.0.1:{moving.there.server.port}/{PREFIX} already.",
            *more,
        ]
    back = run_forked("furlong", "cell", "move", "--back", environment=env, folder=tmp_path, timeout=300)
    assert back.returncode == 1
    assert "there is no move of cell c1 to give up" in back.stderr
    verified = run_forked(
        "furlong", "cell", "verify", "--json", environment=env, folder=tmp_path, timeout=300
    )
    assert verified.returncode == 0, verified.stderr
    assert json.loads(verified.stdout)[0]["sound"] is True
    assert (epochs(moving.here), epochs(moving.there)) == ([(2, "fenced")], [(2, "open")])
    assert list(moving.folder.glob("*.sql")) == []
