"""What must hold before a move begins, and how much there is to move."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final

from pymysql.err import OperationalError

from cells.errors import MoveError
from cells.moving.server import CellDatabase, Location, Place, Server, by_key, pairs, quoted
from cells.regions import COUNT, BoundRegion
from foundation.storage.cells.cell import Cell

OPEN: Final = "open"
FENCED: Final = "fenced"


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check of the servers found before a move.

    Attributes:
        epoch: The cell's epoch before the move.
        bytes: The size of the databases, as the server estimates it.
        problems: What prevents the move.
        is_moved: Whether the target has the cell already, and the source has given it up.
    """

    cell: Cell
    epoch: int
    bytes: int
    tables: int
    problems: list[str] = field(default_factory=list)
    is_moved: bool = False

    def require(self) -> None:
        """Check that nothing prevents the move.

        Raises:
            MoveError: Something does.
        """
        if self.problems:
            raise MoveError("; ".join(self.problems))


def check(source: Location, target: Location) -> Findings:
    """Check both locations, and return what was found. Nothing is changed.

    Raises:
        MoveError: The source has no cell.
        pymysql.err.MySQLError: A server of the source cannot be reached.
    """
    rows = [_cell_in(database) for database in source.databases]
    rows_read = [row for row in rows if row is not None]
    if len(rows_read) < len(rows):
        missing = [str(database) for database, row in zip(source.databases, rows, strict=True) if row is None]
        raise MoveError(f"{', '.join(missing)} belong to no cell: run `furlong cell claim` first")
    name, first, last, of, epoch, _state = rows_read[0]
    cell, (size, tables) = Cell(name, first, last, of), size_of(source)
    try:
        if _is_moved(rows_read, target):
            return Findings(cell, epoch, size, tables, is_moved=True)
        problems = [*_problems_of_cell(rows_read), *_problems_of_servers(source, target)]
        problems += [*_problems_of_target(target, name, epoch), *problems_of_region(source, target.region)]
        problems += problems_of_accounts(source, target)
    except OperationalError as fault:  # giving a move up must be possible while the target is down
        problems = [f"a server of the move does not answer: {fault.args[-1]}"]
    return Findings(cell, epoch, size, tables, problems)


def require_all_found(source: Location) -> None:
    """Check that the source has all of the cell's databases, or none at all.

    Raises:
        MoveError: It has some: the others are elsewhere, and would stay there, and be of another epoch.
        pymysql.err.MySQLError: A server cannot be reached.
    """
    query = "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = %s"
    missing = [
        str(database) for database in source.databases if not database.server.value(query, (database.schema,))
    ]
    if 0 < len(missing) < len(source.databases):
        raise MoveError(
            f"there is no {', '.join(missing)}: if the cell's databases are on several servers, name those "
            "that are not at FURLONG_CELL_MOVE_SOURCE_URL in FURLONG_CELL_MOVE_SOURCE_URLS "
            "(docs/cells.md, Databases on several servers)"
        )


def cell_at(location: Location, *, changing: bool = False) -> tuple[Cell, int, str] | None:
    """Return the cell of a location, its epoch and state; None if its databases do not agree on them.

    If some databases have got more partitions already, as happens while cells are merged, return these.

    Args:
        location: The location.
        changing: Whether a step that changes it may have been interrupted between two of its servers, so that
            they may have different epochs and states; then return those of the first.
    """
    rows = [_cell_in(database) for database in location.databases]
    rows_read = [row for row in rows if row is not None]
    agreeing = {(row[0], row[3]) if changing else (row[0], *row[3:]) for row in rows_read}
    if len(rows_read) != len(rows) or len(agreeing) > 1:
        return None
    name, _, _, of, epoch, state = rows_read[0]
    cell = Cell(name, min(row[1] for row in rows_read), max(row[2] for row in rows_read), of)
    return cell, int(epoch), str(state)


def problems_of_region(location: Location, region: BoundRegion | None) -> list[str]:
    """Return which of the customers at a location may not be in a region; None has all customers."""
    if region is None:
        return []
    first = location.databases[0]
    return region.problems(first.server.rows(COUNT.format(account=f"{quoted(first.schema)}.account")))


def problems_of_accounts(*locations: Location) -> list[str]:
    """Return which servers lack the account of the cell's processes."""
    return [
        f"{place.server} has no account {place.account}"
        for location in locations
        for place in location.places
        if not place.accounts
    ]


def size_of(location: Location) -> tuple[int, int]:
    """Return bytes and number of the tables."""
    sizes = [_size_of(place) for place in location.places]
    return sum(size for size, _ in sizes), sum(tables for _, tables in sizes)


def _size_of(place: Place) -> tuple[int, int]:
    names = ", ".join(["%s"] * len(place.schemas))
    query = (
        "SELECT COALESCE(SUM(data_length + index_length), 0), COUNT(*) FROM information_schema.tables "  # noqa: S608
        f"WHERE table_schema IN ({names})"
    )
    ((size, tables),) = place.server.rows(query, place.schemas)
    return int(size), int(tables)


def _is_moved(rows: list[tuple[Any, ...]], target: Location) -> bool:
    """Return whether the source is fenced in whole, and the target has the same cell open."""
    if any(row[5] != FENCED for row in rows):
        return False
    there = [_cell_in(database) for database in target.databases]
    return all(
        row is not None and row[:4] == rows[0][:4] and row[4] >= rows[0][4] and row[5] != FENCED
        for row in there
    )


def _problems_of_cell(rows: list[tuple[Any, ...]]) -> list[str]:
    problems = []
    if len({row[:5] for row in rows}) > 1:
        problems.append("the databases do not belong to the same cell at the same epoch")
    if any(row[5] == FENCED for row in rows):
        problems.append("the cell is fenced: it is being moved, or was moved away from there")
    return problems


def _problems_of_servers(source: Location, target: Location) -> Iterator[str]:
    for ours, theirs in zip(source.databases, target.databases, strict=True):
        if ours.schema != theirs.schema:
            yield f"the prefixes differ: {ours} would be {theirs}"
    servers = [place.server for place in (*source.places, *target.places)]
    for server in servers:
        version = str(server.value("SELECT VERSION()"))
        if "MariaDB" not in version:
            yield f"{server} is {version}: only MariaDB can be moved"
    identities = [(server, server.value("SELECT @@server_id")) for server in servers]
    for (one, identity), (other, other_identity) in combinations(identities, 2):
        if identity == other_identity:
            yield f"{one} and {other} have the same server_id, or are one server"
    yield from _problems_of_replication([(old.server, new.server) for old, new in pairs(source, target)])


def _problems_of_replication(copied: list[tuple[Server, Server]]) -> Iterator[str]:
    """Tell which servers cannot replicate those from which they would get databases."""
    for server in dict.fromkeys(old for old, _ in copied):
        if not int(server.value("SELECT @@log_bin")):
            yield f"{server} writes no binary log (log_bin): nothing can be replicated from it"
    for server, sources in by_key((new, old) for old, new in copied).items():
        if len(sources) > 1:
            yield (
                f"{server} would get databases of {' and '.join(map(str, sources))}: it can replicate one "
                "server (docs/cells.md, Databases on several servers)"
            )
    for old, new in copied:
        yield from _problems_of_gtids(old, new)


def _problems_of_gtids(source: Server, target: Server) -> list[str]:
    """Tell whether a strict target would refuse the source's transactions beside those of its own.

    A server with `gtid_strict_mode` refuses numbers out of order, which two servers of one domain both give.
    """
    if not (int(target.value("SELECT @@gtid_strict_mode")) and int(target.value("SELECT @@log_bin"))):
        return []
    return [
        f"{target} has gtid_strict_mode, and numbers transactions in domain {domain} as {source} does, so it "
        "would refuse to replicate them: set another gtid_domain_id before it writes anything, or "
        "gtid_strict_mode = 0"
        for domain in sorted(_domains(source) & _domains(target))
    ]


def _domains(server: Server) -> set[str]:
    """Return the GTID domains of a server's transactions: those in its binary log, and the next one's."""
    position = str(server.value("SELECT @@gtid_binlog_pos") or "")
    logged = {part.strip().partition("-")[0] for part in position.split(",") if part.strip()}
    return {*logged, str(server.value("SELECT @@gtid_domain_id"))}


def _problems_of_target(target: Location, name: str, epoch: int) -> list[str]:
    """Tell whether the target has databases that a move must not replace."""
    problems = []
    for database in target.databases:
        if not database.server.value(
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s", (database.schema,)
        ):
            continue
        row = _cell_in(database)
        if row is None or row[0] != name or row[4] > epoch or row[5] != FENCED:
            problems.append(
                f"{database.server} has a database {database.schema} that is not a former location of cell "
                f"{name}: drop it if nobody needs it"
            )
    return problems


def _cell_in(database: CellDatabase) -> tuple[Any, ...] | None:
    if not database.server.value(
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s AND table_name = 'cell'",
        (database.schema,),
    ):
        return None
    columns = "name, first, last, of, epoch, state"
    rows = database.server.rows(f"SELECT {columns} FROM {quoted(database.schema)}.cell")  # noqa: S608 - ours
    return rows[0] if len(rows) == 1 else None
