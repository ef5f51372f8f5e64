"""Splits a cell: its upper partitions become a new cell, with databases on another server.

The whole cell is copied as for a move. Behind the fence, the rows of the lower partitions are deleted from
the copy, and then those of the upper ones from the source, with which erased customers stay whose partition
nobody knows. No worker may start before: both halves would pay.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from msgspec import structs

from cells.dividing.erased import MISPLACED, misplaced, place_all
from cells.dividing.rows import trim
from cells.dividing.soundness import indivisible, missing_tables, unknown_tables
from cells.errors import MoveError
from cells.moving import ownership
from cells.moving.checks import OPEN, cell_at, check
from cells.moving.journal import Journal, Kind, Step
from cells.moving.locations import locations_of
from cells.moving.move import CATCHING_UP, CLOSING, Actions, Facts, Move, stop_replication
from cells.moving.server import Location
from cells.moving.settings import MoveSettings
from cells.tables import CellTables
from foundation.storage.cells.cell import Cell
from foundation.storage.errors import InvalidCell

FIRST: Final = "first"


@dataclass(frozen=True, slots=True)
class Halves:
    """What a cell is split into: the lower half keeps its name and its databases."""

    lower: Cell
    upper: Cell

    @classmethod
    def of(cls, cell: Cell, name: str, first: int) -> "Halves":
        """Return the halves of a cell; `first` is the first partition of the upper one, called `name`.

        Raises:
            MoveError: The cell cannot be split there, or the name cannot be a cell's.
        """
        if not cell.first < first <= cell.last:
            raise MoveError(
                f"cell {cell} cannot be split before partition {first}: choose one of "
                f"{cell.first + 1}-{cell.last}"
                if cell.first < cell.last
                else f"cell {cell} has one partition and cannot be split"
            )
        if name == cell.name:
            raise MoveError(f"the new cell needs another name than {name}")
        try:
            return cls(structs.replace(cell, last=first - 1), Cell(name, first, cell.last, cell.of))
        except InvalidCell as error:
            raise MoveError(str(error)) from error


def open_split(settings: MoveSettings, tables: CellTables, name: str, first: int) -> Move:
    """Return a split that has begun, or a new one. Nothing is changed.

    Args:
        settings: Where the cell is, and where the new one will be.
        tables: What a cell has.
        name: The new cell's name.
        first: Its first partition; it has all of the cell's partitions from there on.

    Raises:
        MoveError: The cell cannot be split like this, or another move of it is not over.
        pymysql.err.MySQLError: A server cannot be reached.
    """
    source, target = locations_of(settings, tables)
    findings = check(source, target)
    journal = Journal.open(settings.folder, findings.cell.name, str(source), str(target), Kind.SPLIT)
    begun = _halves_in(journal, findings.cell)
    if begun is not None and (begun.upper.name, begun.upper.first) != (name, first):
        raise MoveError(f"a split into {begun.lower} and {begun.upper} is not over: finish it, or give it up")
    split = begun or _open_halves(source, target)
    if begun is None and split is not None and (split.upper.name, split.upper.first) == (name, first):
        findings = replace(findings, is_moved=True, problems=[])
    halves = split if begun or findings.is_moved else Halves.of(findings.cell, name, first)
    if halves is not None and not (begun or findings.is_moved):
        findings.problems.extend(_problems_of_rows(source, halves))
    actions = _actions(halves or Halves.of(findings.cell, name, first), tables.keyed)
    return Move(source, target, findings, journal, settings.folder, None, settings.level_seconds, actions)


def _problems_of_rows(source: Location, halves: Halves) -> list[str]:
    """Return which rows would not be divided rightly."""
    if problems := [*unknown_tables(source), *missing_tables(source)]:
        return problems
    return indivisible(source, lambda customer: halves.upper.has(*customer))


def _actions(halves: Halves, keyed: frozenset[str]) -> Actions:
    return {
        **CATCHING_UP,
        Step.CHECK: partial(_check, halves),
        Step.TRIM_TARGET: partial(_trim_target, halves, keyed),
        Step.TRIM_SOURCE: partial(_trim_source, halves, keyed),
        Step.OPEN: _open,
        **CLOSING,
    }


def _halves_in(journal: Journal, cell: Cell) -> Halves | None:
    """Return the halves that a split has begun to make; the source may have its new range already."""
    facts = journal.facts
    if FIRST not in facts:
        return None
    first = int(facts[FIRST])
    lower = structs.replace(cell, first=int(facts["lowest"]), last=first - 1)
    return Halves(lower, Cell(facts["name"], first, int(facts["highest"]), cell.of))


def _open_halves(source: Location, target: Location) -> Halves | None:
    """Return the cells of both locations if these are open, and the second continues the first."""
    lower, upper = cell_at(source), cell_at(target)
    if lower is None or upper is None or {lower[2], upper[2]} != {OPEN}:
        return None
    return Halves(lower[0], upper[0]) if upper[0].first == lower[0].last + 1 else None


def _check(halves: Halves, move: Move) -> Facts:
    findings = check(move.source, move.target)
    findings.problems.extend(_problems_of_rows(move.source, halves))
    findings.require()
    return {
        "epoch": str(move.findings.epoch),
        "name": halves.upper.name,
        "lowest": str(halves.lower.first),
        FIRST: str(halves.upper.first),
        "highest": str(halves.upper.last),
        MISPLACED: str(misplaced(move.source, move.findings.cell)),
    }


def _trim_target(halves: Halves, keyed: frozenset[str], move: Move) -> Facts:
    stop_replication(move)
    rows = trim(move.target, halves.upper, keyed, is_copy=True)
    ownership.change_cell(move.target, halves.upper, int(move.journal.facts["epoch"]) + 1)
    return {"trimmed_at_target": str(rows)}


def _trim_source(halves: Halves, keyed: frozenset[str], move: Move) -> Facts:
    rows = trim(move.source, halves.upper, keyed, is_copy=False)
    place_all(move.source, halves.lower)
    ownership.change_cell(move.source, halves.lower, int(move.journal.facts["epoch"]) + 1)
    return {"trimmed_at_source": str(rows)}


def _open(move: Move) -> Facts:
    epoch = int(move.journal.facts["epoch"]) + 1
    for location in (move.target, move.source):
        ownership.open_at(location, epoch)
    return {}
