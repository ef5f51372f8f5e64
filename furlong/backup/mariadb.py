"""Backups of MariaDB and MySQL databases with the server's own dump and client programs."""

import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final

from sqlalchemy import URL

from foundation.storage.client_programs import CLIENT, DUMP, find_program, option_file
from furlong.backup.manifest import BackupError, create_private

OPTIONS: Final = (
    "--single-transaction",
    "--skip-lock-tables",
    "--no-tablespaces",
    "--hex-blob",
    "--default-character-set=utf8mb4",
    "--databases",
)
_USE: Final = re.compile(rb"USE `((?:[^`]|``)+)`;\s*")
_CREATE: Final = b"CREATE DATABASE "
_SANDBOX: Final = re.compile(rb"/\*M?!999999\\- enable the sandbox mode \*/")


def dump(urls: Mapping[str, URL], folder: Path) -> None:
    """Dump the schemas of one server as of one moment: one transaction reads them all.

    Args:
        urls: The databases, by subgraph.
        folder: Where to write a file for each database.

    Raises:
        BackupError: The program is missing, or the server refuses.
    """
    program = _program(DUMP)
    names = {str(url.database): name for name, url in urls.items()}
    with option_file(next(iter(urls.values()))) as options:
        command = [program, f"--defaults-extra-file={options}", *OPTIONS, *names]
        with (
            tempfile.TemporaryFile() as complaints,
            subprocess.Popen(  # noqa: S603 - the server's own program
                command, stdout=subprocess.PIPE, stderr=complaints
            ) as running,
        ):
            assert running.stdout is not None  # noqa: S101 - it is a pipe
            parts = _split(running.stdout, names, folder)
            status = running.wait()
            complaints.seek(0)
            _check(program, status, complaints.read())
    if missing := names.keys() - parts:
        raise BackupError(f"{program} wrote nothing for {', '.join(sorted(missing))}")


def load(source: Path, url: URL) -> None:
    """Execute the statements of a file in a database.

    Raises:
        BackupError: The program is missing, or the server refuses a statement.
    """
    program = _program(CLIENT)
    with option_file(url) as options, source.open("rb") as statements:
        command = [
            program,
            f"--defaults-extra-file={options}",
            "--default-character-set=utf8mb4",
            str(url.database),
        ]
        ended = subprocess.run(command, stdin=statements, capture_output=True, check=False)  # noqa: S603
    _check(program, ended.returncode, ended.stderr)


def file_of(name: str) -> str:
    """Return the name of a subgraph's file in a backup."""
    return f"{name}.sql"


def _split(dumped: IO[bytes], names: Mapping[str, str], folder: Path) -> set[str]:
    """Write the statements of each schema to its own file, after the settings that the dump begins with.

    A line that begins with USE is never data, because a dump escapes line breaks in literals.
    """
    header: list[bytes] = []
    found: set[str] = set()
    file: IO[bytes] | None = None
    try:
        for line in dumped:
            if use := _USE.fullmatch(line):
                schema = use[1].replace(b"``", b"`").decode()
                found.add(schema)
                if file:
                    file.close()
                path = folder / file_of(names[schema])
                create_private(path)
                file = path.open("wb")
                file.writelines(header)
            elif file is None:
                if not (_SANDBOX.match(line) or line.startswith(_CREATE)):
                    header.append(line)
            elif not line.startswith(_CREATE):
                file.write(line)
    finally:
        if file:
            file.close()
    return found


def _program(names: tuple[str, ...]) -> str:
    if path := find_program(names):
        return path
    raise BackupError(
        f"none of {', '.join(names)} is installed: they come with the client of the database server"
    )


def _check(program: str, status: int, complaints: bytes) -> None:
    if status:
        message = complaints.decode(errors="replace").strip()[-1000:]
        raise BackupError(f"{Path(program).name} ended with {status}: {message}")
