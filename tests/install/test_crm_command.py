"""`furlong import crm` as an operator runs it."""

import asyncio
from pathlib import Path

import pytest
from redis import Redis
from typer.testing import CliRunner, Result

from cells.claim import without_fence
from consumers.rewards.messages import RewardConfigured, decode_reward_config
from foundation.storage.cells.cell import Cell
from foundation.storage.cells.ownership import CellRow, CellState, write_cell
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.cli import app
from subgraphs.kit.live.valkey_bus import decode
from subgraphs.rewards.catalogue.config_repository import ConfigWriter
from subgraphs.rewards.models import METADATA, REWARD_CONFIG
from tests.support.consumers.progress_reducer import opened_reducer
from tests.support.consumers.sample_messages import reward
from tests.support.database_probe import migrated
from tools.private_valkey import PrivateValkey

HEADER = "brand,customer,week,staked,currency\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set up a folder with databases that contain the brand and its free bet."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    monkeypatch.setenv("FURLONG_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)

    async def install() -> None:
        async with opened_reducer(url), migrated(url, "rewards", METADATA) as rewards:
            terms = decode_reward_config(reward())
            assert isinstance(terms, RewardConfigured)
            async with rewards.write() as connection:
                await ConfigWriter(REWARD_CONFIG, rewards.dialect).store(connection, [terms.row()], [])

    asyncio.run(install())
    return tmp_path


def imports(*arguments: str) -> Result:
    """Run `furlong import crm ARGUMENTS`."""
    return CliRunner().invoke(app, ["import", "crm", *arguments])


def test_a_dry_run_shows_the_difference_and_changes_nothing(folder: Path) -> None:
    """After a dry run, the next run still finds the rows new."""
    (folder / "a.csv").write_text(HEADER + "northbet,c-1,2026-W10,25.00,GBP\n")
    for _ in range(2):
        ended = imports("a.csv", "--dry-run")
        assert ended.exit_code == 0
        assert ended.output.startswith("+ northbet 2026-W10 c-1: 2500 GBP")
        assert ended.output.endswith("1 new, 0 changed, 0 as before, 0 rejected\nNothing was changed.\n")


def test_good_rows_are_imported_though_others_are_rejected(folder: Path) -> None:
    """The command ends with 1, so that nobody overlooks the rejected rows."""
    (folder / "a.csv").write_text(HEADER + "northbet,c-1,2026-W10,25.00,GBP\nnorthbet,c-2,never,1,GBP\n")
    first, second = imports("a.csv"), imports("a.csv")
    assert (first.exit_code, second.exit_code) == (1, 1)
    assert "! line 3: no such week: 'never'" in first.output
    assert "1 new, 0 changed, 0 as before, 1 rejected\nImported." in first.output
    assert "0 new, 0 changed, 1 as before, 1 rejected" in second.output


@pytest.mark.parametrize("mode", [(), ("--all-or-nothing",)])
def test_each_cell_imports_its_own_customers_rows(
    folder: Path, monkeypatch: pytest.MonkeyPatch, mode: tuple[str, ...]
) -> None:
    """The same file is imported in each of two cells: each row is taken, or rejected, in one of them."""
    customers = {f"c-{number}" for number in range(8)}
    rows = [f"northbet,{customer},2026-W10,25.00,GBP\n" for customer in sorted(customers)]
    (folder / "a.csv").write_text(HEADER + "".join(rows))
    (folder / "wrong.csv").write_text(HEADER + "nobody,c-1,2026-W10,25.00,GBP\n")
    taken, wrong = [], []
    for cell in (Cell("c0", 0, 1, 4), Cell("c1", 2, 3, 4)):
        asyncio.run(_give_to(cell))
        monkeypatch.setenv("FURLONG_CELL", cell.name)
        monkeypatch.setenv("FURLONG_CELL_PARTITIONS", cell.partitions)
        monkeypatch.setenv("FURLONG_CELL_OF", str(cell.of))
        ended = imports("a.csv", *mode)
        assert ended.exit_code == 0, ended.output
        found = {customer for customer in customers if f"+ northbet 2026-W10 {customer}:" in ended.output}
        assert found == {customer for customer in customers if cell.has("northbet", customer)}
        assert f"{8 - len(found)} rows are about customers of other cells" in ended.output
        taken.append(found)
        wrong.append(imports("wrong.csv", *mode).exit_code)
    assert taken[0] | taken[1] == customers
    assert sorted(wrong) == [0, 1]


async def _give_to(cell: Cell) -> None:
    """Write into the databases which cell they belong to."""
    for name in ("progress", "rewards"):
        database = Database.open(without_fence(DatabaseSettings()), name)
        async with database.write() as connection:
            await write_cell(connection, CellRow(cell, 1, CellState.OPEN, SystemClock().now()))
        await database.close()


def test_an_unknown_reward_is_refused_with_its_line_in_a_dry_run_as_well(folder: Path) -> None:
    """Nothing of such a row is stored."""
    rows = "northbet,c-1,2026-W10,25.00,GBP,fb-5\nnorthbet,c-2,2026-W10,25.00,GBP,fb-55\n"
    (folder / "a.csv").write_text(HEADER.rstrip() + ",reward\n" + rows)
    dry, wet, again = imports("a.csv", "--dry-run"), imports("a.csv"), imports("a.csv")
    for ended in (dry, wet, again):
        assert ended.exit_code == 1
        assert "! line 3: unknown reward 'fb-55': `furlong reward list northbet`" in ended.output
    assert "1 new, 0 changed, 0 as before, 1 rejected\nImported." in wet.output
    assert "0 new, 0 changed, 1 as before, 1 rejected" in again.output


def test_all_or_nothing_imports_nothing_of_a_file_with_a_wrong_row(folder: Path) -> None:
    """The rows stay new until the whole file is valid."""
    (folder / "a.csv").write_text(HEADER + "northbet,c-1,2026-W10,25.00,GBP\nnorthbet,c-2,never,1,GBP\n")
    for _ in range(2):
        ended = imports("a.csv", "--all-or-nothing")
        assert ended.exit_code == 1
        assert ended.output.endswith("1 new, 0 changed, 0 as before, 1 rejected\nNothing was changed.\n")
    (folder / "a.csv").write_text(HEADER + "northbet,c-1,2026-W10,25.00,GBP\n")
    assert imports("a.csv", "--all-or-nothing").output.endswith("Imported.\n")


def test_a_file_with_a_wrong_header_ends_with_what_to_do(folder: Path) -> None:
    """The command ends with one message and without a traceback."""
    (folder / "a.csv").write_text("name;week\n")
    ended = imports("a.csv")
    assert ended.exit_code == 1
    assert "furlong: the columns are separated by semicolons" in ended.output


def test_customers_with_open_pages_are_told(
    folder: Path, valkey: PrivateValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a notice to all processes, once for the file, and not of rows that stay as they were."""
    monkeypatch.setenv("FURLONG_REDIS_URL", valkey.url)
    monkeypatch.setenv("FURLONG_LIVE_CHANNEL", "test:crm")
    (folder / "a.csv").write_text(
        HEADER + "northbet,c-1,2026-W10,25.00,GBP\nnorthbet,c-2,2026-W10,5.00,GBP\n"
    )
    with Redis.from_url(valkey.url) as server, server.pubsub() as heard:
        heard.subscribe("test:crm")
        assert heard.get_message(timeout=60)
        assert imports("a.csv").output.endswith("Imported.\n")
        (folder / "a.csv").write_text(
            HEADER + "northbet,c-1,2026-W10,26.00,GBP\nnorthbet,c-2,2026-W10,5.00,GBP\n"
        )
        assert imports("a.csv").output.endswith("Imported.\n")
        messages = [heard.get_message(timeout=60) for _ in range(2)]
    found = [decode(message["data"]) for message in messages if message]
    assert [set(each.customers) for each in found if each] == [
        {b"northbet:c-1", b"northbet:c-2"},
        {b"northbet:c-1"},
    ]
