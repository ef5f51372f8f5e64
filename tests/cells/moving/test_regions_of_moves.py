"""A cell's customers stay in their region, whether the cell is moved, split or merged."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from cells.dividing.merge import open_merge
from cells.dividing.split import open_split
from cells.errors import MoveError
from cells.moving.journal import Step
from cells.moving.locations import locations_of
from cells.moving.move import Move, go_back, open_move, run
from cells.moving.settings import MoveSettings
from cells.verify import Verified, verify
from furlong.install.cell_tables import CELL_TABLES
from subgraphs.block_list import SUBGRAPHS
from tests.support.processes.forked_programs import run_forked

from .conftest import PREFIX, CellServer, MovingHarness
from .test_moves import Killed, killed_at, quietly

pytestmark = [
    pytest.mark.usefixtures("mariadb_installed"),
    pytest.mark.timeout(900),
]
REGIONS = {
    "uk": {"kafka": ["10.0.0.5:9092"], "customers": ["northbet:GB"]},
    "mt": {"kafka": ["10.1.0.5:9093"], "customers": ["northbet:MT"]},
}
PROBLEM = "customers of northbet in GB (1) belong to region uk, and this is mt"
UPPER, LOWER = "c-1002", "c-1011"
"""Customers of the partitions 1 and 0."""


@pytest.fixture(autouse=True)
def region_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the map, and set the region of this process."""
    file = tmp_path / "regions.yaml"
    file.write_text(yaml.safe_dump({"home": "uk", "regions": REGIONS}))
    monkeypatch.setenv("FURLONG_REGION", "uk")
    monkeypatch.setenv("FURLONG_REGION_MAP", str(file))
    return file


def register(place: CellServer, customer: str, jurisdiction: str = "GB") -> None:
    """Give a place an account."""
    place.as_root(
        f"INSERT INTO {PREFIX}_club.account (brand_id, customer_id, revision, status, verified, "  # noqa: S608
        "jurisdiction, currency, rg_state, promo_restricted, occurred_at) VALUES "
        f"('northbet', '{customer}', 1, 'active', 1, '{jurisdiction}', 'GBP', 'none', 0, '2026-01-01')"
    )


def states(place: CellServer) -> list[tuple[object, ...]]:
    """Return partitions, epoch and state of a place's cell."""
    return place.as_root(f"SELECT first, last, epoch, state FROM {PREFIX}_progress.cell")  # noqa: S608


def verified(moving: MovingHarness, **changes: object) -> Verified:
    """Return what `furlong cell verify` finds."""
    settings = moving.settings(**changes)
    return verify(*locations_of(settings, CELL_TABLES), settings.folder)


def split_of(settings: MoveSettings) -> Move:
    """Open a split before partition 1."""
    return open_split(settings, CELL_TABLES, "c2", 1)


def merge_of(settings: MoveSettings) -> Move:
    """Open a merge of the second half into the first."""
    return open_merge(settings, CELL_TABLES)


def refuses_to_leave(moving: MovingHarness, opened: Callable[[MoveSettings], Move]) -> None:
    """The plan for another region names the customers, and the move changes nothing; at home it may begin."""
    before = [states(moving.here), moving.there.as_root("SHOW DATABASES")]
    abroad = opened(moving.settings(target_region="mt"))
    assert abroad.findings.problems == [PROBLEM]
    with pytest.raises(MoveError, match="belong to region uk"):
        run(abroad, quietly)
    assert [states(moving.here), moving.there.as_root("SHOW DATABASES")] == before
    go_back(opened(moving.settings(target_region="mt")))  # it has begun with this check, and stays there
    assert opened(moving.settings()).findings.problems == []


def test_no_cell_is_moved_split_or_merged_into_a_region_that_may_not_have_its_customers(
    moving: MovingHarness,
) -> None:
    """Within their region it may; verify names customers who are in the wrong region or in the wrong half."""
    register(moving.here, UPPER)
    refuses_to_leave(moving, lambda settings: open_move(settings, CELL_TABLES))
    refuses_to_leave(moving, split_of)
    assert verified(moving).problems == []

    with pytest.raises(Killed):
        run(split_of(moving.settings()), killed_at(Step.REPLICATE, "ends"))
    assert verified(moving).problems == []
    assert verified(moving, target_region="mt").problems == [PROBLEM]
    run(split_of(moving.settings()), quietly)
    assert verified(moving).problems == []
    assert verified(moving, target_region="mt").problems == [PROBLEM]

    register(moving.here, LOWER, "MT")
    register(moving.there, LOWER)
    here, there = (f"127.0.0.1:{each.server.port}/{PREFIX}" for each in (moving.here, moving.there))
    assert verified(moving).problems == [
        "customers of northbet in MT (1) belong to region mt, and this is uk",
        f"{PREFIX}_club at {there} has rows of 1 customers of other cells, such as {LOWER} of northbet",
    ]
    for place in (moving.here, moving.there):
        place.as_root(f"DELETE FROM {PREFIX}_club.account WHERE customer_id = '{LOWER}'")  # noqa: S608
    assert here != there

    moving.here, moving.there = moving.there, moving.here
    refuses_to_leave(moving, merge_of)
    run(merge_of(moving.settings()), quietly)
    assert verified(moving).problems == []
    assert verified(moving, target_region="mt").problems == [PROBLEM]


def test_verify_finds_partitions_that_are_open_twice_or_nowhere(
    moving: MovingHarness, tmp_path: Path
) -> None:
    """In the middle of a move nobody may write, so it says so; afterwards all is sound, until a hand errs."""
    with pytest.raises(Killed):
        run(open_move(moving.settings(), CELL_TABLES), killed_at(Step.FENCE, "ends"))
    assert verified(moving).problems == ["partitions 0, 1 are open in no location"]
    run(open_move(moving.settings(), CELL_TABLES), quietly)
    assert verified(moving).problems == []
    moving.here.as_root(*(f"UPDATE {PREFIX}_{name}.cell SET state = 'open'" for name in SUBGRAPHS))  # noqa: S608
    wrong = run_forked(
        "furlong", "cell", "verify", environment=moving.environment(), folder=tmp_path, timeout=300
    )
    assert wrong.returncode == 1
    assert "sound: False" in wrong.stdout
    assert "furlong: partitions 0, 1 are open in both locations" in wrong.stderr
