"""Takes the cell away from the source, and gives it to the target."""

from functools import partial
from typing import Final

from pymysql.err import OperationalError

from cells.errors import MoveError
from cells.moving.server import Location, quoted
from foundation.storage.cells.cell import Cell

LOCK_WAIT_SECONDS: Final = 10
PATIENT_SECONDS: Final = 1
"""How long the fence waits for open transactions before it ends them: the least that MariaDB can wait."""

_LOCK_WAIT_TIMEOUT: Final = 1205


def lock_account(location: Location) -> None:
    """Keep the cell's processes out, and end their sessions; their open transactions are rolled back."""
    with location.server.session() as cursor:
        cursor.execute("SET SESSION sql_log_bin = 0")
        for account in location.accounts:
            cursor.execute(f"ALTER USER {account} ACCOUNT LOCK")
            cursor.execute(f"KILL HARD USER {account}")


def unlock_account(location: Location) -> None:
    """Let the cell's processes in."""
    with location.server.session() as cursor:
        cursor.execute("SET SESSION sql_log_bin = 0")
        for account in location.accounts:
            cursor.execute(f"ALTER USER {account} ACCOUNT UNLOCK")


def fence(location: Location, epoch: int) -> None:
    """End all writes at the source permanently. The row that says so is the last one that it replicates.

    Reads continue there until the switch. A transaction that holds up the row for a second belongs to a
    process that was stopped, or is stuck: then the account is locked and all its sessions are ended.

    Args:
        location: The source.
        epoch: The cell's epoch before the move; its successor is that of the target.
    """
    change = partial(_change_rows, location, epoch + 1, "fenced", only_from=(epoch, "open"))
    try:
        change(lock_wait_seconds=PATIENT_SECONDS)
    except OperationalError as error:
        if error.args[0] != _LOCK_WAIT_TIMEOUT:
            raise
        lock_account(location)
        change()


def open_at(location: Location, epoch: int) -> None:
    """Open the cell at a location that has the row of the fence.

    Raises:
        MoveError: The row is missing, so the copy is not complete.
    """
    found = {_epoch_in(location, schema) for schema in location.schemas}
    if found != {epoch}:
        raise MoveError(
            f"{location.server} has epochs {sorted(found)} instead of {epoch}: it has not caught up"
        )
    _change_rows(location, epoch, "open", only_from=(epoch, "fenced"))
    unlock_account(location)


def reopen(location: Location) -> None:
    """Give the cell back to the source, under a new epoch if it was fenced already."""
    with location.server.session() as cursor:
        cursor.execute("START TRANSACTION")
        for schema in location.schemas:
            cursor.execute(
                f"UPDATE {quoted(schema)}.cell SET epoch = epoch + 1, state = 'open', "  # noqa: S608
                "changed_at = UTC_TIMESTAMP(6) WHERE state = 'fenced'"
            )
        cursor.execute("COMMIT")
    unlock_account(location)


def change_cell(location: Location, cell: Cell, epoch: int) -> None:
    """Give the databases of a location, which are fenced at an epoch, another name or other partitions."""
    with location.server.session() as cursor:
        cursor.execute("START TRANSACTION")
        for schema in location.schemas:
            cursor.execute(
                f"UPDATE {quoted(schema)}.cell SET name = %s, first = %s, last = %s "  # noqa: S608
                "WHERE epoch = %s AND state = 'fenced'",
                (cell.name, cell.first, cell.last, epoch),
            )
        cursor.execute("COMMIT")


def states(location: Location) -> set[str]:
    """Return the states of the cell in the databases of a location; none if they are not there."""
    found = set()
    for schema in location.schemas:
        if location.server.value(
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s AND table_name = 'cell'",
            (schema,),
        ):
            query = f"SELECT state FROM {quoted(schema)}.cell"  # noqa: S608 - a name of ours
            found |= {str(state) for (state,) in location.server.rows(query)}
    return found


def _change_rows(
    location: Location,
    epoch: int,
    state: str,
    *,
    only_from: tuple[int, str],
    lock_wait_seconds: int = LOCK_WAIT_SECONDS,
) -> None:
    """Change the rows of all databases in one transaction; those that are changed already stay."""
    with location.server.session() as cursor:
        cursor.execute(f"SET SESSION innodb_lock_wait_timeout = {lock_wait_seconds}")
        cursor.execute("START TRANSACTION")
        for schema in location.schemas:
            cursor.execute(
                f"UPDATE {quoted(schema)}.cell SET epoch = %s, state = %s, changed_at = UTC_TIMESTAMP(6) "  # noqa: S608
                "WHERE epoch = %s AND state = %s",
                (epoch, state, *only_from),
            )
        cursor.execute("COMMIT")


def _epoch_in(location: Location, schema: str) -> int:
    return int(location.server.value(f"SELECT epoch FROM {quoted(schema)}.cell") or 0)  # noqa: S608
