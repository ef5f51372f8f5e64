"""Keeps the target up to date with the source by MariaDB's own replication, by GTID."""

import time
from typing import Any, Final

from pymysql.err import OperationalError

from cells.moving.errors import MoveError, NotCaughtUp
from cells.moving.server import Location, Server, literal

CONNECTION: Final = "furlong"
CLOSE_SECONDS: Final = 0.5
"""The target has caught up once its lag is below this."""

ROUND_SECONDS: Final = 5.0
STUCK_SECONDS: Final = 600.0
_NO_SUCH_CONNECTION: Final = 1617
_PAUSE: Final = 0.05


def position(server: Server) -> str:
    """Return the GTID of the last transaction in a server's binary log."""
    return str(server.value("SELECT @@gtid_binlog_pos"))


def start(source: Location, target: Location, gtid: str) -> None:
    """Replicate the cell's databases from the moment of the dump on; done again, it changes nothing."""
    server = target.server
    if status(server) is None:
        server.execute(
            f"SET GLOBAL gtid_slave_pos = {literal(gtid)}",
            f"CHANGE MASTER '{CONNECTION}' TO MASTER_HOST = {literal(source.server.host)}, "
            f"MASTER_PORT = {source.server.port}, MASTER_USER = {literal(source.server.url.username or '')}, "
            f"MASTER_PASSWORD = {literal(source.server.url.password or '')}, "
            "MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1",
        )
    found = status(server)
    if found is not None and found["Slave_SQL_Running"] == "No" and found["Slave_IO_Running"] == "No":
        # Other cells and the back office may be on the same server.
        tables = ",".join(schema.replace("_", "\\_") + ".%" for schema in target.schemas)
        server.execute(f"SET GLOBAL {CONNECTION}.replicate_wild_do_table = '{tables}'")
    resume(server)


def resume(server: Server) -> None:
    """Let the replication run, if it does not."""
    server.execute(f"START SLAVE '{CONNECTION}'")


def pause(server: Server) -> None:
    """Stop the replication for a while."""
    server.execute(f"STOP SLAVE '{CONNECTION}'")


def run_until(server: Server, gtid: str) -> None:
    """Apply everything up to a GTID and nothing after it.

    Raises:
        MoveError: The replication broke, or does not get there within ten minutes.
    """
    server.execute(f"START SLAVE '{CONNECTION}' UNTIL master_gtid_pos = {literal(gtid)}")
    deadline = time.monotonic() + STUCK_SECONDS
    while True:
        found = _require_sound(server)
        if found["Slave_SQL_Running"] == "No":
            return
        if time.monotonic() > deadline:
            raise MoveError(f"{server} does not reach {gtid}: SHOW SLAVE '{CONNECTION}' STATUS says why")
        time.sleep(_PAUSE)


def stop(server: Server) -> None:
    """End the replication and forget where it came from; without one, do nothing."""
    if status(server) is not None:
        server.execute(f"STOP SLAVE '{CONNECTION}'", f"RESET SLAVE '{CONNECTION}' ALL")


def catch_up(source: Server, target: Server) -> None:
    """Return once the target is less than half a second behind.

    Raises:
        MoveError: The replication broke, or makes no progress.
    """
    deadline = time.monotonic() + STUCK_SECONDS
    while time.monotonic() < deadline:
        began = time.monotonic()
        if _reaches(target, position(source), ROUND_SECONDS) and time.monotonic() - began < CLOSE_SECONDS:
            return
        _require_sound(target)
    raise MoveError(f"{target} does not catch up with {source}: writes arrive faster than it applies them")


def wait_for(target: Server, gtid: str, seconds: float) -> None:
    """Return once the target has applied everything up to a GTID.

    Raises:
        NotCaughtUp: It has not within that time.
    """
    if not _reaches(target, gtid, seconds):
        found = status(target) or {}
        raise NotCaughtUp(
            f"{target} did not reach {gtid} within {seconds:g} s; {found.get('Last_SQL_Error') or 'no error'}"
        )


def status(server: Server) -> dict[str, Any] | None:
    """Return what the server says about the replication; None if there is none."""
    try:
        with server.session(dicts=True) as cursor:
            cursor.execute(f"SHOW SLAVE '{CONNECTION}' STATUS")
            row: Any = cursor.fetchone()
    except OperationalError as error:
        if error.args[0] == _NO_SUCH_CONNECTION:
            return None
        raise
    found: dict[str, Any] | None = row
    return found


def _reaches(server: Server, gtid: str, seconds: float) -> bool:
    return bool(server.value("SELECT MASTER_GTID_WAIT(%s, %s)", (gtid, seconds)) == 0)


def _require_sound(server: Server) -> dict[str, Any]:
    found = status(server)
    if found is None:
        raise MoveError(f"{server} does not replicate any more: begin the move again with --back, then anew")
    for kind in ("SQL", "IO"):
        if found[f"Last_{kind}_Errno"]:
            raise MoveError(f"the replication to {server} broke: {found[f'Last_{kind}_Error']}")
    return found
