"""Merges a cell into a neighbour: the neighbour gets its partitions and its customers' rows."""

from functools import partial
from typing import Final

from msgspec import structs

from cells.dividing.copying import Copy
from cells.dividing.erased import MISPLACED, misplaced, place, place_all
from cells.dividing.owners import Database
from cells.dividing.rows import recount
from cells.dividing.soundness import missing_tables, unknown_tables
from cells.errors import MoveError
from cells.moving import ownership
from cells.moving.checks import (
    FENCED,
    OPEN,
    Findings,
    cell_at,
    problems_of_accounts,
    problems_of_region,
    size_of,
)
from cells.moving.journal import Journal, Kind, Step
from cells.moving.locations import locations_of
from cells.moving.move import CLOSING, Actions, Facts, Move, fence_source
from cells.moving.server import Location
from cells.moving.settings import MoveSettings
from cells.tables import CellTables
from foundation.storage.cells.cell import Cell

_COLUMNS: Final = (
    "SELECT table_name, column_name, column_type FROM information_schema.columns "
    "WHERE table_schema = %s ORDER BY 1, 2"
)


def open_merge(settings: MoveSettings, tables: CellTables) -> Move:
    """Return a merge that has begun, or a new one. Nothing is changed.

    Args:
        settings: The source is the cell that ends, the target is the one that gets its customers.
        tables: What each cell has.

    Raises:
        MoveError: There are no two cells, or another move of the source is not over.
        pymysql.err.MySQLError: A server cannot be reached.
    """
    source, target = locations_of(settings, tables)
    there = cell_at(source, changing=True)
    begun = None if there is None else Journal.read(settings.folder, there[0].name)
    findings = check_merge(source, target, changing=begun is not None and not begun.is_over)
    journal = Journal.open(settings.folder, findings.cell.name, str(source), str(target), Kind.MERGE)
    actions: Actions = {
        Step.CHECK: _check,
        Step.FENCE: fence_source,
        Step.FENCE_TARGET: _fence_target,
        Step.JOIN: partial(_join, tables.keyed),
        Step.OPEN: _open,
        Step.SWITCH: _retire,
        **CLOSING,
    }
    return Move(source, target, findings, journal, settings.folder, None, settings.level_seconds, actions)


def check_merge(source: Location, target: Location, *, changing: bool = False) -> Findings:
    """Check both cells, and return what was found. Nothing is changed.

    Args:
        source: The cell that ends.
        target: The one that gets its customers.
        changing: Whether a merge of them has begun, so that a step may have been interrupted between two of
            their servers.

    Raises:
        MoveError: The databases of one of them belong to no cell, or not to the same.
    """
    ends, gets = cell_at(source, changing=changing), cell_at(target, changing=changing)
    if ends is None or gets is None:
        at = source if ends is None else target
        raise MoveError(f"the databases at {at} do not belong to one cell, at the same epoch")
    size, tables = size_of(source)
    (cell, epoch, state), (other, _, state_of_other) = ends, gets
    if state == FENCED and other.owns(cell.first) and other.owns(cell.last) and state_of_other == OPEN:
        return Findings(cell, epoch, size, tables, is_moved=True)
    problems = [
        f"cell {each.name} is fenced: it is being moved, or was moved away from there"
        for each, found in ((cell, state), (other, state_of_other))
        if found != OPEN
    ]
    if cell.of != other.of or (cell.last + 1 != other.first and other.last + 1 != cell.first):
        problems.append(f"the partitions of {cell} and {other} are not next to one another")
    problems += problems_of_region(source, target.region)
    for ours, theirs in zip(source.databases, target.databases, strict=True):
        if ours.server.rows(_COLUMNS, (ours.schema,)) != theirs.server.rows(_COLUMNS, (theirs.schema,)):
            problems.append(f"{ours} and {theirs} are of different releases: run `furlong db upgrade`")
    for each in (source, target):
        problems += [*unknown_tables(each), *missing_tables(each)]
    if _addresses(source) & _addresses(target) and source.account == target.account:
        problems.append(f"both cells have the account {source.account} of one server: give each its own")
    return Findings(cell, epoch, size, tables, [*problems, *problems_of_accounts(source, target)])


def _addresses(location: Location) -> set[tuple[str, int]]:
    return {(place.server.host, place.server.port) for place in location.places}


def _check(move: Move) -> Facts:
    check_merge(move.source, move.target).require()
    (cell, epoch, _), (other, other_epoch, _) = _both(move)
    return {
        "epoch": str(epoch),
        "target_epoch": str(other_epoch),
        "name": other.name,
        "first": str(min(cell.first, other.first)),
        "last": str(max(cell.last, other.last)),
        MISPLACED: str(misplaced(move.source, cell) + misplaced(move.target, other)),
    }


def _both(move: Move) -> tuple[tuple[Cell, int, str], tuple[Cell, int, str]]:
    ends, gets = cell_at(move.source), cell_at(move.target)
    if ends is None or gets is None:
        raise MoveError("a database does not belong to the same cell as the others")
    return ends, gets


def _fence_target(move: Move) -> Facts:
    ownership.fence(move.target, int(move.journal.facts["target_epoch"]))
    return {}


def _join(keyed: frozenset[str], move: Move) -> Facts:
    facts = move.journal.facts
    whole = Cell(facts["name"], int(facts["first"]), int(facts["last"]), move.findings.cell.of)
    return {"rows": str(join(move.source, move.target, whole, move.findings.cell, keyed))}


def _open(move: Move) -> Facts:
    ownership.open_at(move.target, int(move.journal.facts["target_epoch"]) + 1)
    return {}


def _retire(move: Move) -> Facts:
    ownership.lock_account(move.source)
    return {}


def join(source: Location, target: Location, whole: Cell, part: Cell, keyed: frozenset[str]) -> int:
    """Copy the rows of all customers of one cell into another; return how many were copied.

    Nothing else may write to them. Each database is changed in one transaction, together with the cell's
    range in it, which shows whether this was done, so it can be repeated. Before, each cell's misplaced
    pseudonyms get partitions of the cell that has them: both may have heard of a person under the same one.

    Args:
        source: The databases of the cell that ends.
        target: The databases that get its customers.
        whole: The cell at the target, with all partitions that it will have.
        part: The cell that ends.
        keyed: The topics that are keyed by customer.
    """
    copied = 0
    place_all(source, part)
    for ours, theirs in zip(source.databases, target.databases, strict=True):
        with theirs.server.session() as writing:
            into = Database(writing, theirs)
            writing.execute("START TRANSACTION")
            writing.execute(f"SELECT first, last FROM {into.name('cell')} FOR UPDATE")  # noqa: S608
            row = writing.fetchone()
            if row == (whole.first, whole.last):
                continue
            if row is not None:
                place(into, structs.replace(whole, first=row[0], last=row[1]))
            copied += Copy(ours, into).everything(part, keyed)
            recount(into)
            writing.execute(
                f"UPDATE {into.name('cell')} SET first = %s, last = %s",  # noqa: S608
                (whole.first, whole.last),
            )
            writing.execute("COMMIT")
    return copied
