"""Splitting a cell and merging it back, killed at every step: each row is in exactly one cell."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, String, Table, TypeDecorator
from sqlalchemy.types import JSON

from cells.claim import without_fence
from cells.dividing.merge import open_merge
from cells.dividing.split import open_split
from cells.errors import MoveError
from cells.moving.journal import Step
from cells.moving.move import Move, go_back, run
from foundation.storage.cells.cell import Cell, partition_of
from foundation.storage.cells.division import Rows as RowRules
from foundation.storage.database import Database
from furlong.databases import METADATA
from furlong.install.cell_tables import CELL_TABLES
from subgraphs.block_list import SUBGRAPHS
from tests.support.long_form import LONG_FORM

from .conftest import PREFIX, CellServer, Mover, MovingHarness
from .test_moves import Killed, killed_at, quietly, unnoted

pytestmark = [
    pytest.mark.usefixtures("mariadb_installed"),
    pytest.mark.timeout(1800),
]
KEYED, SHARED = "club.choice.v1", "club.week.v1"
LOWER, UPPER = Cell("c1", 0, 0, 4), Cell("c2", 1, 1, 4)
CUSTOMERS = [f"c-{n}" for n in range(1000, 1120) if Cell("c1", 0, 1, 4).has("northbet", f"c-{n}")]
AT = datetime(2026, 4, 6, 9, 0, 0, 123456, tzinfo=UTC)
COPIED = {
    name
    for rules in CELL_TABLES.databases.values()
    for name, rule in rules.items()
    if rule in {RowRules.COPIED, RowRules.BOOKMARK}
}
"""Tables whose rows concern no single customer: both halves have them."""

Rows = dict[str, Counter[str]]


def value_for(column: Column[Any], customer: str) -> Any:
    """Return something that a column accepts, which differs from customer to customer if it is a text."""
    if column.name in {"brand_id", "customer_id"}:
        return customer if column.name == "customer_id" else "northbet"
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    length = getattr(column.type, "length", None) or getattr(kind, "length", None) or 200
    samples = {
        Boolean: True,
        Integer: 3,
        DateTime: AT,
        LargeBinary: b"\x00'\\\xff",
        JSON: {"text": "zażółć 'x' \\ 😀"},
        String: f"{customer}-żó"[:length],
    }
    return next((value for each, value in samples.items() if isinstance(kind, each)), AT)


def is_customers(table: Table) -> bool:
    """Return whether each row of a table belongs to one customer."""
    return {"brand_id", "customer_id"} <= set(table.columns.keys()) and table.name != "comparison"


async def fill(place: CellServer, names: Iterable[str] = SUBGRAPHS) -> None:
    """Give each customer a row in each table, and put into the others what a cell has there."""
    for name in names:
        database = Database.open(without_fence(place.settings), name)
        tables = METADATA[name].tables
        async with database.write() as connection:
            for table in tables.values():
                if is_customers(table):
                    columns = [column for column in table.columns if column.autoincrement is not True]
                    columns = [
                        column for column in columns if column.name != "id" and column.computed is None
                    ]
                    rows = [
                        {column.name: value_for(column, customer) for column in columns}
                        for customer in CUSTOMERS
                    ]
                    await connection.execute(table.insert(), rows)
            facts = [(KEYED, f"northbet:{customer}") for customer in CUSTOMERS] + [(SHARED, "northbet:week")]
            await connection.execute(
                tables["outbox"].insert(),
                [
                    {"topic": topic, "key": key, "value": "{}", "headers": {}, "written_at": AT}
                    for topic, key in facts
                ],
            )
            await connection.execute(
                tables["position"].insert(),
                [
                    {"topic": topic, "partition": at, "generation": "g", "next_offset": 7, "updated_at": AT}
                    for topic, at in ((KEYED, 0), (KEYED, 1), (SHARED, 0))
                ],
            )
            if name == "rewards":
                asked = {"brand_id": "northbet", "iso_week": "2026-W15", "reward_id": "fb-5", "asked": 7}
                await connection.execute(tables["reward_asked"].insert(), [asked])
            if name == "fulfilment":
                await connection.execute(
                    tables["attempt"].insert(),
                    [
                        {column.name: value_for(column, customer) for column in tables["attempt"].columns}
                        | {"key": f"{customer}-żó", "id": None}
                        for customer in CUSTOMERS
                    ],
                )
        await database.close()


def rows_at(place: CellServer, *, of: Callable[[Table], bool], names: Iterable[str] = SUBGRAPHS) -> Rows:
    """Return the rows of tables as text, without the numbers that a database gives them."""
    found: Rows = {}
    for name in names:
        for table in METADATA[name].tables.values():
            if of(table):
                columns = ", ".join(f"`{column.name}`" for column in table.columns if column.name != "id")
                rows = place.as_root(f"SELECT {columns} FROM {PREFIX}_{name}.`{table.name}`")  # noqa: S608
                found[f"{name}.{table.name}"] = Counter(map(repr, rows))
    return found


def of_cell(rows: Rows, cell: Cell) -> Rows:
    """Return the rows of a cell's customers."""
    own = [customer for customer in CUSTOMERS if cell.has("northbet", customer)]
    return {
        table: Counter(
            {row: n for row, n in found.items() if any(f"'{customer}'" in row for customer in own)}
        )
        for table, found in rows.items()
    }


def cells_at(place: CellServer) -> set[tuple[object, ...]]:
    """Return what all databases of a place say about their cell."""
    said: set[tuple[object, ...]] = set()
    for name in SUBGRAPHS:
        said |= set(place.as_root(f"SELECT name, first, last, state FROM {PREFIX}_{name}.cell"))  # noqa: S608
    return said


def keys_at(place: CellServer, topic: str) -> Counter[int]:
    """Return the partitions of the waiting facts of a topic in all outboxes."""
    counter: Counter[int] = Counter()
    for name in SUBGRAPHS:
        rows = place.as_root(f"SELECT `key` FROM {PREFIX}_{name}.outbox WHERE topic = '{topic}'")  # noqa: S608
        counter.update(partition_of(str(key).encode(), 4) for (key,) in rows)
    return counter


def partitions_at(place: CellServer) -> set[tuple[object, ...]]:
    """Return the positions of the progress consumer."""
    return set(place.as_root(f"SELECT topic, `partition` FROM {PREFIX}_progress.position"))  # noqa: S608


def asked_at(place: CellServer) -> list[int]:
    """Return how often rewards were asked for in vain."""
    return [int(asked) for (asked,) in place.as_root(f"SELECT asked FROM {PREFIX}_rewards.reward_asked")]  # noqa: S608


def ask_at(place: CellServer, *rewards: str) -> None:
    """Let a customer ask for rewards in vain, as the gateway notes it."""
    table = f"{PREFIX}_rewards.reward_asked"
    for reward in rewards:
        place.as_root(
            f"INSERT INTO {table} (brand_id, iso_week, reward_id, asked) "  # noqa: S608
            f"VALUES ('northbet', '2026-W15', '{reward}', 1) "
            "ON DUPLICATE KEY UPDATE asked = asked + 1"
        )


def split_of(moving: MovingHarness) -> Move:
    """Open a split as a new process does."""
    return open_split(moving.settings(), CELL_TABLES, "c2", 1)


def merge_of(moving: MovingHarness) -> Move:
    """Open the merge that undoes it: the upper half returns to the lower one."""
    settings = moving.settings(
        source_url=moving.settings().target_url, target_url=moving.settings().source_url
    )
    return open_merge(settings, CELL_TABLES)


def killed_everywhere(open_again: Callable[[], Move], steps: Iterable[Step]) -> None:
    """Carry a move out, killed at the beginning of steps, and after their action before its note."""
    for step in steps:
        for says in ("begins", "acted"):
            with contextlib.suppress(Killed), unnoted(step, says):
                run(open_again(), killed_at(step, says))
    run(open_again(), quietly)
    assert open_again().is_over
    run(open_again(), quietly)  # nothing is left to do


def test_a_cell_is_split_and_merged_back_whatever_is_killed(moving: MovingHarness) -> None:
    """Each half has exactly its customers' rows and facts; merged, the cell has exactly what it had."""
    here, there = moving.here, moving.there
    asyncio.run(fill(here))
    before, copied = rows_at(here, of=is_customers), rows_at(here, of=lambda one: one.name in COPIED)
    assert all(found.total() == len(CUSTOMERS) for found in before.values())
    attempts = rows_at(here, of=lambda one: one.name == "attempt")
    facts = keys_at(here, KEYED)

    killed_everywhere(lambda: split_of(moving), split_of(moving).actions)
    assert (cells_at(here), cells_at(there)) == ({("c1", 0, 0, "open")}, {("c2", 1, 1, "open")})
    for place, cell in ((here, LOWER), (there, UPPER)):
        assert rows_at(place, of=is_customers) == of_cell(before, cell)
        assert rows_at(place, of=lambda one: one.name in COPIED) == copied
        assert set(keys_at(place, KEYED)) == {cell.first}
        assert partitions_at(place) == {(KEYED, cell.first), (SHARED, 0)}
        counted = place.as_root(f"SELECT SUM(taken) FROM {PREFIX}_rewards.reward_taken")[0][0]  # noqa: S608
        assert counted == rows_at(place, of=is_customers)["rewards.reward_choice"].total()
    assert keys_at(here, KEYED) + keys_at(there, KEYED) == facts
    assert (keys_at(here, SHARED).total(), keys_at(there, SHARED).total()) == (len(SUBGRAPHS), 0)
    halves = [rows_at(place, of=lambda one: one.name == "attempt") for place in (here, there)]
    assert halves[0]["fulfilment.attempt"] + halves[1]["fulfilment.attempt"] == attempts["fulfilment.attempt"]
    assert all(half["fulfilment.attempt"] for half in halves)
    assert (asked_at(here), asked_at(there)) == ([7], [])
    ask_at(there, "fb-5", "cash-2")

    killed_everywhere(lambda: merge_of(moving), merge_of(moving).actions)
    assert (cells_at(here), cells_at(there)) == ({("c1", 0, 1, "open")}, {("c2", 1, 1, "fenced")})
    assert rows_at(here, of=is_customers) == before
    assert rows_at(here, of=lambda one: one.name == "attempt") == attempts
    assert keys_at(here, KEYED) == facts
    assert partitions_at(here) == {(KEYED, 0), (KEYED, 1), (SHARED, 0)}
    assert sorted(asked_at(here)) == [1, 7 + 1]


def test_until_rows_are_deleted_or_copied_there_is_a_way_back(moving: MovingHarness) -> None:
    """A split that is given up leaves the cell whole, and a merge leaves both cells; later, both refuse."""
    here, there = moving.here, moving.there
    asyncio.run(fill(here))
    before = rows_at(here, of=is_customers)
    with pytest.raises(Killed):
        run(split_of(moving), killed_at(Step.TRIM_SOURCE, "begins"))
    with pytest.raises(MoveError, match="finish this move"):
        go_back(split_of(moving))
    run(split_of(moving), quietly)
    with pytest.raises(Killed):
        run(merge_of(moving), killed_at(Step.FENCE_TARGET, "ends"))
    assert {row[3] for row in cells_at(here) | cells_at(there)} == {"fenced"}
    go_back(merge_of(moving))
    assert (cells_at(here), cells_at(there)) == ({("c1", 0, 0, "open")}, {("c2", 1, 1, "open")})
    run(merge_of(moving), quietly)
    assert rows_at(here, of=is_customers) == before
    with pytest.raises(MoveError, match="drop it if nobody needs it"):  # what the merged cell has left
        run(split_of(moving), quietly)
    there.as_root(*(f"DROP DATABASE {PREFIX}_{name}" for name in SUBGRAPHS))
    with pytest.raises(Killed):
        run(split_of(moving), killed_at(Step.TRIM_TARGET, "ends"))
    go_back(split_of(moving))
    assert cells_at(here) == {("c1", 0, 1, "open")}
    assert rows_at(here, of=is_customers) == before
    assert there.as_root(f"SHOW DATABASES LIKE '{PREFIX}%'") == []


def test_the_dry_run_of_a_split_says_that_a_strict_target_would_refuse_it(moving: MovingHarness) -> None:
    """Both servers number their transactions in one domain: it would fail after dump and load."""
    assert split_of(moving).findings.problems == []
    moving.there.as_root("SET GLOBAL gtid_strict_mode = 1")
    try:
        (problem,) = split_of(moving).findings.problems
        assert "would refuse to replicate them: set another gtid_domain_id" in problem
    finally:
        moving.there.as_root("SET GLOBAL gtid_strict_mode = 0")


def test_a_split_refuses_what_cannot_be(moving: MovingHarness) -> None:
    """Partitions that the cell does not have, the same name, and a neighbour that is none; all stays."""
    for name, first, words in (
        ("c2", 0, "choose one of 1-1"),
        ("c2", 2, "choose"),
        ("c1", 1, "another name"),
    ):
        with pytest.raises(MoveError, match=words):
            open_split(moving.settings(), CELL_TABLES, name, first)
    with pytest.raises(MoveError, match="do not belong to one cell"):
        merge_of(moving)
    assert cells_at(moving.here) == {("c1", 0, 1, "open")}


def test_the_commands_continue_after_sigkill(moving: MovingHarness) -> None:
    """`furlong cell split` and `merge` are killed while they work, and called again until they are done."""
    asyncio.run(fill(moving.here))
    before = rows_at(moving.here, of=is_customers)
    mover = Mover(moving, ("split", "c2", "1"))
    for step in split_of(moving).actions if LONG_FORM else (Step.TRIM_TARGET, Step.TRIM_SOURCE):
        mover.kill_in(step)
    mover.finish()
    assert "route its partitions there" in mover.log.read_text()
    moving.here, moving.there = moving.there, moving.here
    mover = Mover(moving, ("merge",))
    steps = open_merge(moving.settings(), CELL_TABLES).actions
    for step in steps if LONG_FORM else (Step.JOIN,):
        mover.kill_in(step)
    mover.finish()
    assert rows_at(moving.there, of=is_customers) == before
    assert cells_at(moving.there) == {("c1", 0, 1, "open")}
    assert json.loads((moving.folder / "c2.json").read_text())["kind"] == "merge"
