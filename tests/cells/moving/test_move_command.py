"""The command that moves a cell, killed by SIGKILL while it works."""

import json
import os
from pathlib import Path

import pytest
import yaml
from forked_programs import run_forked

from cells.moving.errors import MoveError
from cells.moving.journal import Step
from cells.moving.move import MOVING, run
from cells.moving.wiring import open_move
from furlong.subgraph_names import SUBGRAPHS

from .conftest import PREFIX, CellServer, Mover, MovingRig

pytestmark = [pytest.mark.mariadb, pytest.mark.timeout(900)]
LONG = os.environ.get("FURLONG_TORTURE", "") not in {"", "0"}
KILLED_IN = tuple(MOVING) * 4 if LONG else (Step.LOAD, Step.FENCE)


def epochs(place: CellServer) -> list[tuple[object, ...]]:
    """Return what a place says about its cell."""
    return place.as_root("SELECT epoch, state FROM furlong_c1_progress.cell")


def test_the_command_continues_after_sigkill(moving: MovingRig, tmp_path: Path) -> None:
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
    for word in ("move", "plan"):
        again = run_forked("furlong", "cell", word, environment=env, folder=tmp_path, timeout=300)
        assert again.returncode == 0, again.stderr
        assert again.stdout == f"Cell c1 is at 127.0.0.1:{moving.there.server.port}/{PREFIX} already.\n"
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


def test_a_cell_does_not_move_to_a_region_that_may_not_have_its_customers(
    moving: MovingRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan names the customers, and the move changes nothing. Within their region it may begin."""
    file = tmp_path / "regions.yaml"
    regions = {
        "uk": {"kafka": ["10.0.0.5:9092"], "customers": ["northbet:GB"]},
        "mt": {"kafka": ["10.1.0.5:9093"], "customers": ["northbet:MT"]},
    }
    file.write_text(yaml.safe_dump({"home": "uk", "regions": regions}))
    monkeypatch.setenv("FURLONG_REGION", "uk")
    monkeypatch.setenv("FURLONG_REGION_MAP", str(file))
    moving.here.as_root(
        "INSERT INTO furlong_c1_club.account (brand_id, customer_id, revision, status, verified, "
        "jurisdiction, currency, rg_state, promo_restricted, occurred_at) VALUES "
        "('northbet', 'c-1', 1, 'active', 1, 'GB', 'GBP', 'none', 0, '2026-01-01')"
    )
    abroad = open_move(moving.settings(target_region="mt"), SUBGRAPHS)
    problem = "customers of northbet in GB (1) belong to region uk, and this is mt"
    assert abroad.findings.problems == [problem]
    with pytest.raises(MoveError, match="belong to region uk"):
        run(abroad, lambda _step, _says: None)
    assert epochs(moving.here) == [(1, "open")]
    assert open_move(moving.settings(), SUBGRAPHS).findings.problems == []
