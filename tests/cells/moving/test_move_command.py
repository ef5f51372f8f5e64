"""The command that moves a cell, killed by SIGKILL while it works."""

import json
import os
import time
from pathlib import Path

import pytest
from forked_programs import run_forked, start_forked
from running_furlong import without_settings

from .conftest import CellServer, MovingRig

pytestmark = [pytest.mark.mariadb, pytest.mark.timeout(900)]
LONG = os.environ.get("FURLONG_TORTURE", "") not in {"", "0"}
STEPS = ("check", "dump", "load", "replicate", "catch-up", "verify", "fence", "level", "open", "switch")
KILLED_IN = STEPS * 4 if LONG else ("load", "fence")


def environment(moving: MovingRig) -> dict[str, str]:
    """Return the environment of the command."""
    return without_settings() | {
        "FURLONG_CELL_MOVE_SOURCE_URL": moving.here.admin_url,
        "FURLONG_CELL_MOVE_TARGET_URL": moving.there.admin_url,
        "FURLONG_CELL_MOVE_FOLDER": str(moving.folder),
    }


def epochs(place: CellServer) -> list[tuple[object, ...]]:
    """Return what a place says about its cell."""
    return place.as_root("SELECT epoch, state FROM furlong_c1_progress.cell")


def kill_in(step: str, env: dict[str, str], folder: Path, log: Path) -> None:
    """Start the mover, and kill it when it says that it has begun a step, unless the move is over before."""
    if log.exists() and "Cell c1 is at" in log.read_text():
        return
    before = log.stat().st_size if log.exists() else 0
    with log.open("ab") as output:
        mover = start_forked("furlong", "cell", "move", environment=env, folder=folder, log=output)
        try:
            while mover.poll() is None and f"{step} " not in log.read_text()[before:]:
                time.sleep(0.01)
        finally:
            mover.kill()
            mover.wait(60)


def test_the_command_continues_after_sigkill(moving: MovingRig, tmp_path: Path) -> None:
    """However often it is killed, the last call ends the move; plan and verify say where it is."""
    env, log = environment(moving), tmp_path / "move.log"
    planned = run_forked("furlong", "cell", "plan", "--json", environment=env, folder=tmp_path, timeout=300)
    assert planned.returncode == 0, planned.stderr
    (plan,) = json.loads(planned.stdout)
    assert plan["cell"] == "c1 (partitions 0-1 of 4)"
    assert (plan["problems"], plan["begun"]) == ([], [])
    for step in KILLED_IN:
        kill_in(step, env, tmp_path, log)
    if "Cell c1 is at" not in log.read_text():  # otherwise the last one was done before it could be killed
        ended = run_forked("furlong", "cell", "move", environment=env, folder=tmp_path, timeout=300)
        assert ended.returncode == 0, ended.stderr + log.read_text()
        assert f"Cell c1 is at 127.0.0.1:{moving.there.server.port}" in ended.stdout
    verified = run_forked(
        "furlong", "cell", "verify", "--json", environment=env, folder=tmp_path, timeout=300
    )
    assert verified.returncode == 0, verified.stderr
    assert json.loads(verified.stdout)[0]["sound"] is True
    assert (epochs(moving.here), epochs(moving.there)) == ([(2, "fenced")], [(2, "open")])
    assert list(moving.folder.glob("*.sql")) == []
