"""Backups of SQLite databases with SQLite's own online backup."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from furlong.backup.manifest import BackupError, create_private

LOCK_SECONDS: Final = 60.0


def dump(files: Mapping[str, Path], folder: Path) -> None:
    """Copy databases as of one moment: writers of all of them wait until the last one is copied.

    Raises:
        BackupError: A database is missing, or cannot be locked because a write takes too long.
    """
    for path in files.values():
        if not path.exists():
            raise BackupError(f"there is no {path}: `furlong db status` shows the databases")
    with _locked(list(files.values())):
        for name, path in files.items():
            target = folder / file_of(name)
            create_private(target)
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")


def load(source: Path, target: Path) -> None:
    """Put a saved database in place, atomically."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    create_private(partial)
    partial.write_bytes(source.read_bytes())
    for left in (f"{target.name}-wal", f"{target.name}-shm"):
        target.with_name(left).unlink(missing_ok=True)
    partial.replace(target)


def file_of(name: str) -> str:
    """Return the name of a subgraph's file in a backup."""
    return f"{name}.sqlite"


@contextmanager
def _locked(paths: list[Path]) -> Iterator[None]:
    connections = [sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None) for path in paths]
    try:
        for connection in connections:
            connection.execute("BEGIN IMMEDIATE")
        yield
    except sqlite3.OperationalError as error:
        raise BackupError(f"the databases could not be locked: {error}") from error
    finally:
        for connection in connections:
            connection.close()
