"""Takes the cell away from the source, and gives it to the target: on each of their servers.

Each function can be repeated after it was interrupted between two servers.
"""

from typing import Final

from pymysql.err import OperationalError

from cells.errors import MoveError
from cells.moving.server import Location, Place, quoted
from foundation.storage.cells.cell import Cell

LOCK_WAIT_SECONDS: Final = 10
PATIENT_SECONDS: Final = 1
"""How long the fence waits for open transactions before it ends them: the least that MariaDB can wait."""

_LOCK_WAIT_TIMEOUT: Final = 1205
_SET_STATE: Final = (
    "UPDATE {}.cell SET epoch = %s, state = %s, changed_at = UTC_TIMESTAMP(6) WHERE epoch = %s AND state = %s"
)
"""The new epoch and state, and those that the row had; a row that is changed already stays."""


def lock_account(location: Location) -> None:
    """Keep the cell's processes out, and end their sessions; their open transactions are rolled back."""
    for place in location.places:
        _lock(place)


def fence(location: Location, epoch: int) -> None:
    """End all writes at the source permanently. The row that says so is the last one that it replicates.

    Reads continue there until the switch. A transaction that holds up the row for a second belongs to a
    process that was stopped, or is stuck: then the account is locked and all its sessions are ended.

    Args:
        location: The source.
        epoch: The cell's epoch before the move; its successor is that of the target.
    """
    for place in location.places:
        _insist(place, _SET_STATE, (epoch + 1, "fenced", epoch, "open"))


def open_at(location: Location, epoch: int) -> None:
    """Open the cell at a location that has the row of the fence on all of its servers.

    Raises:
        MoveError: The row is missing, so the copy is not complete.
    """
    for place in location.places:
        epochs = {_epoch_in(place, schema) for schema in place.schemas}
        if epochs != {epoch}:
            raise MoveError(
                f"{place.server} has epochs {sorted(epochs)} instead of {epoch}: it has not caught up"
            )
    for place in location.places:
        _execute(place, _SET_STATE, (epoch, "open", epoch, "fenced"))
        _unlock(place)


def reopen(location: Location, epoch: int) -> None:
    """Give the cell back to the source after a fence, under the same new epoch in all of its databases.

    Args:
        location: The source; some of its servers may not be fenced yet, or be open again.
        epoch: The cell's epoch before the fence.
    """
    for place in location.places:
        _insist(
            place,
            "UPDATE {}.cell SET epoch = %s, state = 'open', changed_at = UTC_TIMESTAMP(6) WHERE epoch < %s",
            (epoch + 2, epoch + 2),
        )
        _unlock(place)


def change_cell(location: Location, cell: Cell, epoch: int) -> None:
    """Give the databases of a location, which are fenced at an epoch, another name or other partitions."""
    for place in location.places:
        _execute(
            place,
            "UPDATE {}.cell SET name = %s, first = %s, last = %s WHERE epoch = %s AND state = 'fenced'",
            (cell.name, cell.first, cell.last, epoch),
        )


def states(location: Location) -> set[str]:
    """Return the states of the cell in the databases of a location; none if they are not there."""
    found = set()
    for database in location.databases:
        if database.server.value(
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s AND table_name = 'cell'",
            (database.schema,),
        ):
            query = f"SELECT state FROM {quoted(database.schema)}.cell"  # noqa: S608 - a name of ours
            found |= {str(state) for (state,) in database.server.rows(query)}
    return found


def _insist(place: Place, statement: str, arguments: tuple[object, ...]) -> None:
    """Execute a statement as `_execute` does; end the processes' sessions if their transactions hinder it."""
    try:
        _execute(place, statement, arguments, PATIENT_SECONDS)
    except OperationalError as error:
        if error.args[0] != _LOCK_WAIT_TIMEOUT:
            raise
        _lock(place)
        _execute(place, statement, arguments)


def _execute(
    place: Place, statement: str, arguments: tuple[object, ...], lock_wait_seconds: int = LOCK_WAIT_SECONDS
) -> None:
    """Execute a statement for each database of a server, which is its `{}`, in one transaction."""
    with place.server.session() as cursor:
        cursor.execute(f"SET SESSION innodb_lock_wait_timeout = {lock_wait_seconds}")
        cursor.execute("START TRANSACTION")
        for schema in place.schemas:
            cursor.execute(statement.format(quoted(schema)), arguments)
        cursor.execute("COMMIT")


def _lock(place: Place) -> None:
    with place.server.session() as cursor:
        cursor.execute("SET SESSION sql_log_bin = 0")
        for account in place.accounts:
            cursor.execute(f"ALTER USER {account} ACCOUNT LOCK")
            cursor.execute(f"KILL HARD USER {account}")


def _unlock(place: Place) -> None:
    with place.server.session() as cursor:
        cursor.execute("SET SESSION sql_log_bin = 0")
        for account in place.accounts:
            cursor.execute(f"ALTER USER {account} ACCOUNT UNLOCK")


def _epoch_in(place: Place, schema: str) -> int:
    return int(place.server.value(f"SELECT epoch FROM {quoted(schema)}.cell") or 0)  # noqa: S608
