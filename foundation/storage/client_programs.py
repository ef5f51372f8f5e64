"""The client programs of MariaDB and MySQL: where they are, and how they get their credentials."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL

DUMP: Final = ("mariadb-dump", "mysqldump")
CLIENT: Final = ("mariadb", "mysql")
_FURTHER_FOLDERS: Final = "/usr/sbin:/usr/local/bin"


def find_program(names: Sequence[str]) -> str | None:
    """Return the path of the first of these programs that is installed; None if none is."""
    folders = f"{os.environ.get('PATH', os.defpath)}:{_FURTHER_FOLDERS}"
    return next((path for name in names if (path := shutil.which(name, path=folders))), None)


@contextmanager
def option_file(url: URL) -> Iterator[str]:
    """Keep the credentials in a file that nobody else can read, because command lines are visible."""
    options = {"user": url.username, "password": url.password, "host": url.host, "port": url.port}
    if socket := url.query.get("unix_socket"):
        options |= {"socket": str(socket)}
    elif url.host:
        options |= {"protocol": "tcp"}
    descriptor, path = tempfile.mkstemp(prefix="furlong-", suffix=".cnf")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("[client]\n")
            file.writelines(f"{name}={_quoted(str(value))}\n" for name, value in options.items() if value)
        yield path
    finally:
        Path(path).unlink(missing_ok=True)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
