"""What must hold before a move begins, and how much there is to move."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

from cells.errors import MoveError
from cells.moving.server import Location, Server, quoted
from cells.regions import COUNT, BoundRegion
from foundation.storage.cells.cell import Cell
from foundation.storage.servers import address_of, by_server
from foundation.storage.settings import DatabaseSettings

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
        pymysql.err.MySQLError: A server cannot be reached.
    """
    rows = {schema: _cell_in(source.server, schema) for schema in source.schemas}
    missing = sorted(schema for schema, row in rows.items() if row is None)
    if missing:
        raise MoveError(
            f"{', '.join(missing)} on {source.server} belong to no cell: run `furlong cell claim` first"
        )
    found = [row for row in rows.values() if row is not None]
    name, first, last, of, epoch, _state = found[0]
    cell, (size, tables) = Cell(name, first, last, of), size_of(source)
    if _is_moved(found, target):
        return Findings(cell, epoch, size, tables, is_moved=True)
    problems = [*_problems_of_cell(found), *_problems_of_servers(source.server, target.server)]
    problems += [*_problems_of_target(target, name, epoch), *problems_of_region(source, target.region)]
    problems += [
        f"{each.server} has no account {each.account}" for each in (source, target) if not each.accounts
    ]
    return Findings(cell, epoch, size, tables, problems)


def require_together(source: Location, settings: DatabaseSettings, subgraphs: Collection[str]) -> None:
    """Check that the cell has all its databases on one server, by its processes' settings and by that server.

    Raises:
        MoveError: It has some elsewhere, which would stay there, and would be of another epoch.
        pymysql.err.MySQLError: The server cannot be reached.
    """
    addresses = [address_of(url) for url in by_server(settings, subgraphs)]
    present = {
        str(name) for (name,) in source.server.rows("SELECT schema_name FROM information_schema.schemata")
    }
    missing = [schema for schema in source.schemas if schema not in present]
    if len(set(addresses)) > 1:
        where = f"at {' and '.join(addresses)}, as FURLONG_DATABASE_URLS says"
    elif 0 < len(missing) < len(source.schemas):
        where = f"and {', '.join(missing)} not at {source.server}"
    else:
        return
    raise MoveError(
        f"the cell's databases are on several servers, {where}; moves, splits and merges are of databases on "
        "one. Nothing was changed. Stop the cell's processes, bring its databases to one server by `furlong "
        "backup` and `furlong restore`, and try again (docs/cells.md, Databases on several servers)"
    )


def cell_at(location: Location) -> tuple[Cell, int, str] | None:
    """Return the cell of a location, its epoch and state; None if its databases do not agree on them.

    If some databases have got more partitions already, as happens while cells are merged, return these.
    """
    rows = [_cell_in(location.server, schema) for schema in location.schemas]
    found = [row for row in rows if row is not None]
    if len(found) != len(rows) or len({(row[0], *row[3:]) for row in found}) > 1:
        return None
    name, _, _, of, epoch, state = found[0]
    cell = Cell(name, min(row[1] for row in found), max(row[2] for row in found), of)
    return cell, int(epoch), str(state)


def problems_of_region(location: Location, region: BoundRegion | None) -> list[str]:
    """Return which of the customers at a location may not be in a region; None has all customers."""
    if region is None:
        return []
    account = f"{quoted(location.schemas[0])}.account"
    return region.problems(location.server.rows(COUNT.format(account=account)))


def size_of(location: Location) -> tuple[int, int]:
    """Return bytes and number of the tables."""
    names = ", ".join(["%s"] * len(location.schemas))
    query = (
        "SELECT COALESCE(SUM(data_length + index_length), 0), COUNT(*) FROM information_schema.tables "  # noqa: S608
        f"WHERE table_schema IN ({names})"
    )
    ((size, tables),) = location.server.rows(query, location.schemas)
    return int(size), int(tables)


def _is_moved(rows: list[tuple[Any, ...]], target: Location) -> bool:
    """Return whether the source is fenced in whole, and the target has the same cell open."""
    if any(row[5] != FENCED for row in rows):
        return False
    there = [_cell_in(target.server, schema) for schema in target.schemas]
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


def _problems_of_servers(source: Server, target: Server) -> list[str]:
    problems = []
    if source.prefix != target.prefix:
        problems.append(f"the prefixes differ: {source.prefix} and {target.prefix}")
    for server in (source, target):
        version = str(server.value("SELECT VERSION()"))
        if "MariaDB" not in version:
            problems.append(f"{server} is {version}: only MariaDB can be moved")
    if not int(source.value("SELECT @@log_bin")):
        problems.append(f"{source} writes no binary log (log_bin): nothing can be replicated from it")
    if source.value("SELECT @@server_id") == target.value("SELECT @@server_id"):
        problems.append("both servers have the same server_id")
    return [*problems, *_problems_of_gtids(source, target)]


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
    logged = {one.strip().partition("-")[0] for one in position.split(",") if one.strip()}
    return {*logged, str(server.value("SELECT @@gtid_domain_id"))}


def _problems_of_target(target: Location, name: str, epoch: int) -> list[str]:
    """Tell whether the target has databases that a move must not replace."""
    problems = []
    for schema in target.schemas:
        if not target.server.value(
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s", (schema,)
        ):
            continue
        row = _cell_in(target.server, schema)
        if row is None or row[0] != name or row[4] > epoch or row[5] != FENCED:
            problems.append(
                f"{target.server} has a database {schema} that is not a former location of cell {name}: "
                "drop it if nobody needs it"
            )
    return problems


def _cell_in(server: Server, schema: str) -> tuple[Any, ...] | None:
    if not server.value(
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s AND table_name = 'cell'",
        (schema,),
    ):
        return None
    columns = "name, first, last, of, epoch, state"
    rows = server.rows(f"SELECT {columns} FROM {quoted(schema)}.cell")  # noqa: S608 - a name of ours
    return rows[0] if len(rows) == 1 else None
