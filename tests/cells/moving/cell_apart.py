"""A cell whose databases are on two servers, and a mover that is killed between them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from pymysql.cursors import Cursor

from cells.dividing.merge import open_merge
from cells.dividing.split import open_split
from cells.moving.journal import Step
from cells.moving.locations import locations_of
from cells.moving.move import Move, open_move, run
from cells.moving.settings import MoveSettings
from cells.tables import CellTables
from cells.verify import verify
from furlong.install.cell_tables import CELL_TABLES

from .conftest import PREFIX, CellServer, MovingHarness
from .ledger_block import SCHEMA, ledger_tables
from .test_moves import Killed, quietly, unnoted

CLUB = ("club",)
LEDGER = ledger_tables()
TABLES = CellTables(
    {"club": CELL_TABLES.databases["club"], **LEDGER.databases}, CELL_TABLES.keyed | LEDGER.keyed
)


@dataclass
class Halves:
    """A cell of two databases: its club is at one server, and its ledger at another."""

    club: CellServer
    ledger: CellServer

    def cells(self) -> list[tuple[Any, ...]]:
        """Return what both databases say of their cell."""
        query = "SELECT name, first, last, epoch, state FROM {}.cell"
        return [
            *self.club.as_root(query.format(f"{PREFIX}_club")),
            *self.ledger.as_root(query.format(SCHEMA)),
        ]

    def states(self) -> list[str]:
        """Return the states of both."""
        return [row[-1] for row in self.cells()]


@dataclass
class Apart:
    """A cell on two servers, and the two to which it goes."""

    old: Halves
    new: Halves
    moving: MovingHarness

    def settings(self, *, back: bool = False, **changes: Any) -> MoveSettings:
        """Return the settings of a move there, or back."""
        old, new = (self.new, self.old) if back else (self.old, self.new)
        usual = {
            "source_url": old.club.admin_url,
            "source_urls": {"ledger": old.ledger.admin_url},
            "target_url": new.club.admin_url,
            "target_urls": {"ledger": new.ledger.admin_url},
        }
        return self.moving.settings(**(usual | changes))

    def move(self, **changes: Any) -> Move:
        """Open a move as a new process does."""
        return open_move(self.settings(**changes), TABLES)

    def split(self) -> Move:
        """Open a split of the cell."""
        return open_split(self.settings(), TABLES, "c2", 1)

    def merge(self) -> Move:
        """Open the merge that undoes it."""
        return open_merge(self.settings(back=True), TABLES)

    def problems(self) -> list[str]:
        """Return what `furlong cell verify` finds wrong."""
        return verify(*locations_of(self.settings(), TABLES), self.moving.folder).problems


@contextmanager
def dying_at(place: CellServer, words: str) -> Iterator[None]:
    """Kill the mover before the first statement at a server that begins with some words."""
    execute = Cursor.execute

    def execute_or_die(cursor: Cursor, query: str | bytearray, arguments: Any = None) -> int:
        statement = query if isinstance(query, str) else query.decode()
        if cursor.connection.port == place.server.port and statement.startswith(words):
            raise Killed
        return execute(cursor, query, arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cursor, "execute", execute_or_die)
        yield


def killed_in(open_again: Callable[[], Move], step: Step, place: CellServer, words: str) -> None:
    """Carry a move out until a step is killed at a server, when it has done its work at another one."""
    stack = ExitStack()

    def report(at: Step, says: str) -> None:
        if (at, says) == (step, "begins"):
            stack.enter_context(dying_at(place, words))
        elif at is step:
            pytest.fail(f"{step} does nothing at this server that begins with {words}")

    with stack, pytest.raises(Killed):
        run(open_again(), report)


def killed_on_the_way(
    open_again: Callable[[], Move], between: dict[Step, tuple[tuple[CellServer, str], ...]]
) -> None:
    """Carry a move out, killed in steps between two servers, and after them before their note."""
    for step, kills in between.items():
        for place, words in kills:
            killed_in(open_again, step, place, words)
        with pytest.raises(Killed), unnoted(step, "acted"):
            run(open_again(), quietly)
    run(open_again(), quietly)
    assert open_again().is_over
