"""A SQLite file that survives restarts, with transactions that have either all their effects or none."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
