"""What a test of a loop needs: some items, of which one is poisoned."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeAlias

from sqlalchemy import text

from foundation.storage.database import Database
from subgraphs.kit.durable_steps.loop import LoopName
from subgraphs.kit.durable_steps.postponed import PostponedItems
from tests.support.repository_files import ROOT, repository_files

LONG: Final = timedelta(minutes=11)
"""More than the longest pause."""


@dataclass
class LoopFixture:
    """Some items of a loop, of which one is poisoned.

    Attributes:
        round: Goes over what is due.
        done: Returns the numbers of the items that are done.
        later: Lets time pass.
        cases: Returns how many cases a person sees beside the alert; None if the loop opens none.
    """

    postponed: PostponedItems
    round: Callable[[], Any]
    done: Callable[[], Any]
    later: Callable[[timedelta], None]
    cases: Callable[[], Any] | None = None


Make: TypeAlias = Callable[[Path, Sequence[bool]], AbstractAsyncContextManager[LoopFixture]]


async def run_sql(database: Database, statement: str, **values: Any) -> Any:
    """Run a statement that no code of ours would."""
    async with database.write() as connection:
        found = await connection.execute(text(statement), values)
        return found.all() if found.returns_rows else []


def declared_loops() -> dict[LoopName, str]:
    """Return all loops that are declared, and the file of each; each has a name of its own."""
    loops: dict[LoopName, str] = {}
    for place in repository_files("*.py"):
        number = (
            0 if place.startswith("tests/") else len(re.findall(r"= LoopName\(", (ROOT / place).read_text()))
        )
        if number:
            module = import_module(place.removesuffix(".py").replace("/", "."))
            mine = {name for name in vars(module).values() if isinstance(name, LoopName)}
            new = dict.fromkeys(mine - loops.keys(), place)
            assert len(new) >= number, f"{place}: a loop is declared in a module, under a name of its own"
            loops |= new
    return loops
