"""Checks that each customer of a moved, split or merged cell is in the one location that may have them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cells.dividing.erased import misplaced
from cells.dividing.soundness import missing_tables, orphans, strangers, unknown_tables
from cells.moving.checks import OPEN, cell_at, problems_of_region
from cells.moving.journal import Journal, Kind, Step
from cells.moving.ownership import states
from cells.moving.server import Location, pairs
from cells.moving.verification import compare
from foundation.storage.cells.cell import Cell


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found at both locations.

    Attributes:
        tables: How many tables were compared; None if the target does not replicate the source.
        states: The states of the cell's databases by server, such as `open`.
        problems: What is wrong, in sentences.
        misplaced_pseudonyms: How many erased customers are kept in a cell under a pseudonym that is in a
            partition of another one. That is no problem: the next split or merge renames them.
    """

    tables: int | None = None
    states: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    misplaced_pseudonyms: int = 0

    def facts(self) -> dict[str, Any]:
        """Return what was found for people and programs, except for the problems."""
        facts: dict[str, Any] = {"tables": self.tables, "differing": 0} if self.tables else dict(self.states)
        if self.misplaced_pseudonyms:
            facts |= {"misplaced_pseudonyms": self.misplaced_pseudonyms}
        return facts | {"sound": not self.problems}


def verify(source: Location, target: Location, folder: Path) -> Verified:
    """Look at both locations before, during and after a move, split or merge. Nothing is changed.

    Args:
        source: The source.
        target: The target.
        folder: Where the journals of moves are.

    Raises:
        MoveError: A table of the copy differs; the message names it.
        pymysql.err.MySQLError: A server cannot be reached.
    """
    begun = _begun(source, target, folder)
    is_copy = begun is not None and begun.kind is not Kind.MERGE and Step.OPEN not in begun.begun
    locations = (source,) if is_copy else (source, target)
    problems = list(_problems_of_ownership(source, target, locations))
    erased = 0
    for location, cell in _open_cells(locations):
        problems += unknown_tables(location)
        problems += missing_tables(location) or [*strangers(location, cell), *orphans(location)]
        problems += problems_of_region(location, location.region)
        erased += misplaced(location, cell)
    if is_copy:
        problems += problems_of_region(source, target.region)
    if is_copy and begun is not None and Step.REPLICATE in begun.done and Step.FENCE not in begun.begun:
        tables = sum(compare(ours, theirs) for ours, theirs in pairs(source, target))
        return Verified(tables=tables, problems=problems, misplaced_pseudonyms=erased)
    shown = {str(location): ", ".join(sorted(states(location))) or "no cell" for location in (source, target)}
    return Verified(states=shown, problems=problems, misplaced_pseudonyms=erased)


def _begun(source: Location, target: Location, folder: Path) -> Journal | None:
    """Return the journal of what has begun between these locations and is not over."""
    cell = cell_at(source, changing=True)
    journal = None if cell is None else Journal.read(folder, cell[0].name)
    if journal is None or journal.is_over:
        return None
    same = (journal.source, journal.target) == (str(source), str(target))
    return journal if same else None


def _open_cells(locations: tuple[Location, ...]) -> list[tuple[Location, Cell]]:
    cells_there = [(location, cell_at(location)) for location in locations]
    return [(location, cell[0]) for location, cell in cells_there if cell is not None and cell[2] == OPEN]


def _problems_of_ownership(
    source: Location, target: Location, locations: tuple[Location, ...]
) -> Iterator[str]:
    """Tell whether each partition is open in exactly one of the locations that may have it."""
    opened = [cell for _, cell in _open_cells(locations)]
    known: set[int] = set()
    for each in (source, target):
        there = cell_at(each)
        if there is not None:
            known |= set(range(there[0].first, there[0].last + 1))
        elif states(each):
            yield f"the databases at {each} do not belong to one cell, at the same epoch"
    for number, where in ((0, "no location"), (2, "both locations")):
        concerned = sorted(
            partition for partition in known if sum(cell.owns(partition) for cell in opened) == number
        )
        if concerned:
            yield f"partitions {', '.join(map(str, concerned))} are open in {where}"
