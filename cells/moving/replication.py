"""Copies a cell's databases from server to server by dump, and keeps them equal by MariaDB's replication."""

import re
import subprocess
import time
from pathlib import Path
from typing import Any, Final

from pymysql.err import OperationalError

from cells.errors import MoveError, NotCaughtUp
from cells.moving.server import Place, Server, literal, quoted
from foundation.storage.client_programs import CLIENT, DUMP, find_program, option_file

OPTIONS: Final = (
    "--single-transaction",
    "--master-data=2",
    "--gtid",
    "--no-tablespaces",
    "--hex-blob",
    "--default-character-set=utf8mb4",
    "--databases",
)
LOADING: Final = "furlong_cell_load"
LOCK_SECONDS: Final = 120
_PIECE: Final = 2**20
_HEAD: Final = 64 * 1024
_POSITION: Final = re.compile(rb"^-- SET GLOBAL gtid_slave_pos='([0-9,-]+)';$", re.MULTILINE)


def dump_databases(place: Place, file: Path) -> str:
    """Copy the databases into a file as of one moment, while they are written; return that moment's GTID.

    Raises:
        MoveError: The program is missing, or failed.
    """
    program = _program(DUMP)
    file.unlink(missing_ok=True)  # a dump whose mover was killed may still be writing to the removed file
    file.touch(mode=0o600)
    with option_file(place.server.url) as options, file.open("wb") as output:
        ended = subprocess.run(  # noqa: S603 - the server's own program
            [program, f"--defaults-extra-file={options}", *OPTIONS, *place.schemas],
            stdout=output,
            stderr=subprocess.PIPE,
            check=False,
        )
    _require(program, ended.returncode, ended.stderr)
    position = _position_in(file)
    if position is None:
        raise MoveError(f"{file} names no GTID: does {place.server} write a binary log?")
    return position


def load_dump(file: Path, place: Place) -> None:
    """Replace the databases by those of a dump, without writing a binary log.

    The client reads from a pipe, so it ends soon after this process if that is killed. It holds a lock until
    then, for which a new attempt waits: two of them never load at the same time.

    Raises:
        MoveError: The program is missing, or failed.
    """
    program = _program(CLIENT)
    with place.server.session() as cursor:
        cursor.execute("SELECT GET_LOCK(%s, %s)", (LOADING, LOCK_SECONDS))
        if cursor.fetchone() != (1,):
            raise MoveError(f"an earlier load on {place.server} is still running")
        cursor.execute("SET SESSION sql_log_bin = 0")
        for schema in place.schemas:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted(schema)}")
    first = f"SET SESSION sql_log_bin = 0; SELECT GET_LOCK('{LOADING}', {LOCK_SECONDS});\n"
    with option_file(place.server.url) as options:
        command = [program, f"--defaults-extra-file={options}", "--default-character-set=utf8mb4", "--batch"]
        with (
            file.open("rb") as statements,
            subprocess.Popen(  # noqa: S603 - the server's own program
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            ) as running,
        ):
            assert running.stdin is not None  # noqa: S101 - it is a pipe
            assert running.stderr is not None  # noqa: S101 - it is a pipe
            try:
                running.stdin.write(first.encode())
                while piece := statements.read(_PIECE):
                    running.stdin.write(piece)
                running.stdin.close()
            except BrokenPipeError:
                pass  # the client has ended, and says why
            complaints = running.stderr.read()
    _require(program, running.returncode, complaints)


def drop_databases(place: Place) -> None:
    """Drop the databases at a place, without writing a binary log."""
    with place.server.session() as cursor:
        cursor.execute("SET SESSION sql_log_bin = 0")
        cursor.execute(f"SET SESSION lock_wait_timeout = {LOCK_SECONDS}")
        for schema in place.schemas:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted(schema)}")


def forget_dump(file: Path) -> None:
    """Delete a dump: it has customers' data."""
    file.unlink(missing_ok=True)


def _position_in(file: Path) -> str | None:
    """Return the GTID in a dump: newer dump programs write it at the end, older ones at the beginning."""
    with file.open("rb") as written:
        head = written.read(_HEAD)
        written.seek(max(0, file.stat().st_size - _HEAD))
        match = _POSITION.search(written.read()) or _POSITION.search(head)
    return None if match is None else match[1].decode()


def _program(names: tuple[str, ...]) -> str:
    if path := find_program(names):
        return path
    raise MoveError(f"none of {', '.join(names)} is installed: they come with the client of MariaDB")


def _require(program: str, status: int, complaints: bytes) -> None:
    if status:
        message = complaints.decode(errors="replace").strip()[-1000:]
        raise MoveError(f"{Path(program).name} ended with {status}: {message}")


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


def start(source: Place, target: Place, gtid: str) -> None:
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
    seen = status(server)
    if seen is not None and seen["Slave_SQL_Running"] == "No" and seen["Slave_IO_Running"] == "No":
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
        seen = _require_sound(server)
        if seen["Slave_SQL_Running"] == "No":
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
        seen = status(target) or {}
        raise NotCaughtUp(
            f"{target} did not reach {gtid} within {seconds:g} s; {seen.get('Last_SQL_Error') or 'no error'}"
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
    seen: dict[str, Any] | None = row
    return seen


def _reaches(server: Server, gtid: str, seconds: float) -> bool:
    return bool(server.value("SELECT MASTER_GTID_WAIT(%s, %s)", (gtid, seconds)) == 0)


def _require_sound(server: Server) -> dict[str, Any]:
    seen = status(server)
    if seen is None:
        raise MoveError(f"{server} does not replicate any more: begin the move again with --back, then anew")
    for kind in ("SQL", "IO"):
        if seen[f"Last_{kind}_Errno"]:
            raise MoveError(f"the replication to {server} broke: {seen[f'Last_{kind}_Error']}")
    return seen
