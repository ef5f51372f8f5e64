"""The fence: who may write into a cell's database, and who may not any more."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from cells.claim import claim, read_cells, require_cells, without_fence
from foundation.storage.cells.ownership import CellState, read_cell, write_cell
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.errors import CellFenced, CellMismatch, CellMoved
from foundation.storage.settings import DatabaseSettings
from subgraphs.club.models import COMPARISON, METADATA, STREAM
from tests.support.database_probe import migrate

Celled = Callable[..., DatabaseSettings]
KEYED = ("club.progress.v1",)


@pytest.fixture
async def claimed(database_url: str, celled: Celled) -> DatabaseSettings:
    """A club database of cell c1."""
    settings = celled(database_url, "c1", "0-1")
    await migrate(without_fence(settings), "club", METADATA)
    await claim(settings, ["club"], KEYED)
    return settings


async def change(settings: DatabaseSettings, **changes: Any) -> None:
    """Change what the database says about its cell, as a mover does."""
    database = Database.open(without_fence(settings), "club")
    async with database.write() as connection:
        row = await read_cell(connection)
        assert row is not None
        await write_cell(connection, replace(row, **changes))
    await database.close()


async def note(database: Database, name: str) -> None:
    """Write something into the cell's database."""
    now = SystemClock().now()
    async with database.write() as connection:
        await connection.execute(
            COMPARISON.insert().values(name=name, begun_at=now, brand_id="b", customer_id="c")
        )


async def noted(settings: DatabaseSettings) -> list[str]:
    """What was written."""
    database = Database.open(without_fence(settings), "club")
    async with database.read() as connection:
        found = list(await connection.scalars(select(COMPARISON.c.name).order_by(COMPARISON.c.name)))
    await database.close()
    return found


async def test_the_cells_own_processes_write(claimed: DatabaseSettings) -> None:
    """A process whose settings name the database's cell writes as ever."""
    database = Database.open(claimed, "club")
    await note(database, "one")
    await note(database, "two")
    await database.close()
    assert await noted(claimed) == ["one", "two"]


@pytest.mark.parametrize(
    ("name", "partitions", "of"), [("c2", "0-1", 4), ("c1", "0-2", 4), ("c1", "0-1", 8), ("c2", "2-3", 4)]
)
async def test_a_process_of_another_cell_writes_nothing(
    claimed: DatabaseSettings, celled: Celled, name: str, partitions: str, of: int
) -> None:
    """Another name, another range or another number of partitions: the transaction is refused."""
    database = Database.open(celled(claimed.url, name, partitions, of), "club")
    with pytest.raises(CellMismatch, match="belongs to cell c1"):
        await note(database, "foreign")
    await database.close()
    assert await noted(claimed) == []


async def test_a_fenced_cell_takes_no_writes_until_it_is_open_again(claimed: DatabaseSettings) -> None:
    """While a cell is moved, and after it was moved away, its processes' transactions are refused."""
    database = Database.open(claimed, "club")
    await note(database, "before")
    await change(claimed, epoch=2, state=CellState.FENCED)
    for _ in range(3):
        with pytest.raises(CellFenced):
            await note(database, "meanwhile")
    await change(claimed, epoch=3, state=CellState.OPEN)
    with pytest.raises(CellMoved, match="epoch 3"):
        await note(database, "stale")
    await note(database, "after")
    await database.close()
    assert await noted(claimed) == ["after", "before"]


async def test_a_process_with_a_stale_epoch_is_refused_once(claimed: DatabaseSettings) -> None:
    """A transaction begun before a move is repeated after it; a new process knows the epoch at once."""
    stale, fresh = Database.open(claimed, "club"), Database.open(claimed, "club")
    await note(stale, "before")
    await change(claimed, epoch=7)
    with pytest.raises(CellMoved):
        await note(stale, "stale")
    await note(stale, "again")
    await note(fresh, "fresh")
    await stale.close()
    await fresh.close()
    assert await noted(claimed) == ["again", "before", "fresh"]


async def test_a_database_is_claimed_once(claimed: DatabaseSettings, celled: Celled) -> None:
    """A second claim changes nothing; one for another cell is refused."""
    assert await claim(claimed, ["club"], KEYED) == []
    with pytest.raises(CellMismatch):
        await claim(celled(claimed.url, "c2", "2-3"), ["club"], KEYED)
    (found,) = await read_cells(claimed, ["club"])
    assert found.row is not None
    assert (found.row.cell.name, found.row.epoch, found.problem) == ("c1", 1, "")


async def test_a_dry_run_of_a_claim_writes_nothing(database_url: str, celled: Celled) -> None:
    """It says what would be claimed."""
    settings = celled(database_url, "c1", "0-1")
    await migrate(without_fence(settings), "club", METADATA)
    assert [one.database for one in await claim(settings, ["club"], KEYED, dry_run=True)] == ["club"]
    (found,) = await read_cells(settings, ["club"])
    assert found.row is None
    assert "belongs to no cell" in found.problem


async def test_a_database_with_other_customers_is_not_claimed(database_url: str, celled: Celled) -> None:
    """A database that has applied records of other partitions holds customers of other cells."""
    settings = celled(database_url, "c1", "0-1")
    await migrate(without_fence(settings), "club", METADATA)
    database, now = Database.open(without_fence(settings), "club"), SystemClock().now()
    async with database.write() as connection:
        for topic, partition in (("club.progress.v1", 3), ("club.scheme.v1", 2), ("club.progress.v1", 0)):
            row = {"topic": topic, "partition": partition, "generation": "g", "next_offset": 1}
            await connection.execute(STREAM.position.insert().values(**row, updated_at=now))
    await database.close()
    with pytest.raises(CellMismatch, match="partitions 3, which"):
        await claim(settings, ["club"], KEYED)


async def test_a_command_does_not_start_on_another_cells_database(
    claimed: DatabaseSettings, celled: Celled
) -> None:
    """Each process checks at its start: without settings of a cell, too."""
    await require_cells(claimed, ["club", "backoffice"])
    for foreign in (celled(claimed.url, "c2", "2-3"), celled(claimed.url, None, None)):
        with pytest.raises(CellMismatch, match="club: "):
            await require_cells(foreign, ["club"])
