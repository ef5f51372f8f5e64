"""Copies the databases of a cell with the server's own dump and client programs."""

import re
import subprocess
from pathlib import Path
from typing import Final

from cells.moving.errors import MoveError
from cells.moving.server import Location, quoted
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


def dump(location: Location, file: Path) -> str:
    """Copy the databases into a file as of one moment, while they are written; return that moment's GTID.

    Raises:
        MoveError: The program is missing, or failed.
    """
    program = _program(DUMP)
    file.unlink(missing_ok=True)  # a dump whose mover was killed may still be writing to the removed file
    file.touch(mode=0o600)
    with option_file(location.server.url) as options, file.open("wb") as output:
        ended = subprocess.run(  # noqa: S603 - the server's own program
            [program, f"--defaults-extra-file={options}", *OPTIONS, *location.schemas],
            stdout=output,
            stderr=subprocess.PIPE,
            check=False,
        )
    _require(program, ended.returncode, ended.stderr)
    position = _position_in(file)
    if position is None:
        raise MoveError(f"{file} names no GTID: does {location.server} write a binary log?")
    return position


def load(file: Path, location: Location) -> None:
    """Replace the databases by those of a dump, without writing a binary log.

    The client reads from a pipe, so it ends soon after this process if that is killed. It holds a lock until
    then, for which a new attempt waits: two of them never load at the same time.

    Raises:
        MoveError: The program is missing, or failed.
    """
    program = _program(CLIENT)
    with location.server.session() as cursor:
        cursor.execute("SELECT GET_LOCK(%s, %s)", (LOADING, LOCK_SECONDS))
        if cursor.fetchone() != (1,):
            raise MoveError(f"an earlier load on {location.server} is still running")
        cursor.execute("SET SESSION sql_log_bin = 0")
        for schema in location.schemas:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted(schema)}")
    first = f"SET SESSION sql_log_bin = 0; SELECT GET_LOCK('{LOADING}', {LOCK_SECONDS});\n"
    with option_file(location.server.url) as options:
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


def drop(location: Location) -> None:
    """Drop the databases of a location, without writing a binary log."""
    with location.server.session() as cursor:
        cursor.execute("SET SESSION sql_log_bin = 0")
        cursor.execute(f"SET SESSION lock_wait_timeout = {LOCK_SECONDS}")
        for schema in location.schemas:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted(schema)}")


def forget_dump(file: Path) -> None:
    """Delete a dump: it has customers' data."""
    file.unlink(missing_ok=True)


def _position_in(file: Path) -> str | None:
    """Return the GTID in a dump: newer dump programs write it at the end, older ones at the beginning."""
    with file.open("rb") as written:
        head = written.read(_HEAD)
        written.seek(max(0, file.stat().st_size - _HEAD))
        found = _POSITION.search(written.read()) or _POSITION.search(head)
    return None if found is None else found[1].decode()


def _program(names: tuple[str, ...]) -> str:
    if path := find_program(names):
        return path
    raise MoveError(f"none of {', '.join(names)} is installed: they come with the client of MariaDB")


def _require(program: str, status: int, complaints: bytes) -> None:
    if status:
        message = complaints.decode(errors="replace").strip()[-1000:]
        raise MoveError(f"{Path(program).name} ended with {status}: {message}")
