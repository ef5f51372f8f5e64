"""A SQLite file that survives restarts, with transactions that have either all their effects or none."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Self


def open_file(path: Path | str, tables: str, *, across_threads: bool = False) -> sqlite3.Connection:
    """Open a file, and create it and its tables if they are missing.

    Args:
        path: The file.
        tables: The statements that create the tables.
        across_threads: Whether other threads may use the connection; they have to take turns.
    """
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=not across_threads)
    file.row_factory = sqlite3.Row
    file.execute("PRAGMA busy_timeout = 5000")
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = NORMAL")
    file.executescript(tables)
    return file


@contextmanager
def transaction(file: sqlite3.Connection) -> Iterator[None]:
    """Commit what the block executes, or roll it back if it raises."""
    file.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        file.execute("ROLLBACK")
        raise
    file.execute("COMMIT")


class SqliteStore:
    """A SQLite file in a folder; calls have effects together inside of `transaction`."""

    def __init__(self, folder: Path, name: str, tables: str) -> None:
        """Open a file in a folder; both are made if they are missing.

        Args:
            folder: The folder.
            name: The file's.
            tables: The statements that create the tables.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._file = open_file(folder / name, tables)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Commit what the block does, or undo it if it raises."""
        return transaction(self._file)
