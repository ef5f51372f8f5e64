"""Takes the cell away from its old place, and gives it to the new one."""

from functools import partial
from typing import Final

from pymysql.err import OperationalError

from cells.moving.errors import MoveError
from cells.moving.server import Place, quoted

LOCK_WAIT_SECONDS: Final = 10
PATIENT_SECONDS: Final = 1
"""How long the fence waits for open transactions before it ends them: the least that MariaDB can wait."""

_LOCK_WAIT_TIMEOUT: Final = 1205


def lock_account(place: Place) -> None:
    """Keep the cell's processes out, and end their sessions; their open transactions are rolled back."""
    with place.server.session() as cursor:
        cursor.execute("SET SESSION sql_log_bin = 0")
        for account in place.accounts:
            cursor.execute(f"ALTER USER {account} ACCOUNT LOCK")
            cursor.execute(f"KILL HARD USER {account}")


def unlock_account(place: Place) -> None:
    """Let the cell's processes in."""
    with place.server.session() as cursor:
        cursor.execute("SET SESSION sql_log_bin = 0")
        for account in place.accounts:
            cursor.execute(f"ALTER USER {account} ACCOUNT UNLOCK")


def fence(place: Place, epoch: int) -> None:
    """End all writes at the old place, for good. The row that says so is the last one that it replicates.

    Reads go on there until the switch. A transaction that holds up the row for a second belongs to a process
    that was stopped, or is stuck: then the account is locked and all its sessions are ended.

    Args:
        place: the old place.
        epoch: the cell's epoch before the move; its successor is that of the new place.
    """
    change = partial(_change_rows, place, epoch + 1, "fenced", only_from=(epoch, "open"))
    try:
        change(lock_wait_seconds=PATIENT_SECONDS)
    except OperationalError as error:
        if error.args[0] != _LOCK_WAIT_TIMEOUT:
            raise
        lock_account(place)
        change()


def open_new(place: Place, epoch: int) -> None:
    """Give the cell to the new place, which has the row that fenced the old one.

    Raises:
        MoveError: the row is missing, so the copy is not complete.
    """
    found = {_epoch_in(place, schema) for schema in place.schemas}
    if found != {epoch}:
        raise MoveError(f"{place.server} has epochs {sorted(found)} instead of {epoch}: it has not caught up")
    _change_rows(place, epoch, "open", only_from=(epoch, "fenced"))
    unlock_account(place)


def reopen(place: Place) -> None:
    """Give the cell back to its old place, under a new epoch if it was fenced already."""
    with place.server.session() as cursor:
        cursor.execute("START TRANSACTION")
        for schema in place.schemas:
            cursor.execute(
                f"UPDATE {quoted(schema)}.cell SET epoch = epoch + 1, state = 'open', "  # noqa: S608
                "changed_at = UTC_TIMESTAMP(6) WHERE state = 'fenced'"
            )
        cursor.execute("COMMIT")
    unlock_account(place)


def states(place: Place) -> set[str]:
    """Return the states of the cell in the databases of a place; none if they are not there."""
    found = set()
    for schema in place.schemas:
        if place.server.value(
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s AND table_name = 'cell'",
            (schema,),
        ):
            query = f"SELECT state FROM {quoted(schema)}.cell"  # noqa: S608 - a name of ours
            found |= {str(state) for (state,) in place.server.rows(query)}
    return found


def _change_rows(
    place: Place,
    epoch: int,
    state: str,
    *,
    only_from: tuple[int, str],
    lock_wait_seconds: int = LOCK_WAIT_SECONDS,
) -> None:
    """Change the rows of all databases in one transaction; those that are changed already stay."""
    with place.server.session() as cursor:
        cursor.execute(f"SET SESSION innodb_lock_wait_timeout = {lock_wait_seconds}")
        cursor.execute("START TRANSACTION")
        for schema in place.schemas:
            cursor.execute(
                f"UPDATE {quoted(schema)}.cell SET epoch = %s, state = %s, changed_at = UTC_TIMESTAMP(6) "  # noqa: S608
                "WHERE epoch = %s AND state = %s",
                (epoch, state, *only_from),
            )
        cursor.execute("COMMIT")


def _epoch_in(place: Place, schema: str) -> int:
    return int(place.server.value(f"SELECT epoch FROM {quoted(schema)}.cell") or 0)  # noqa: S608
