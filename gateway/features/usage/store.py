"""Stores usage in an SQLite file that all workers of a node share: uses by day, operation and client."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from gateway.features.usage.operation import UsedOperation

LOCK_SECONDS: Final = 5.0
"""How long to wait for another worker's write."""

CLIENTS_PER_OPERATION: Final = 100
"""The most clients and versions of an operation per day; all others count as `other`."""

OTHER: Final = "other"

_NAME: Final = re.compile(r"[\x20-\x7e]*")

_TABLES: Final = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS operation (digest TEXT PRIMARY KEY, name TEXT NOT NULL, document TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS coordinate (name TEXT, digest TEXT, PRIMARY KEY (name, digest)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS used (day TEXT, digest TEXT, client TEXT, version TEXT, requests INTEGER NOT NULL,
    failed INTEGER NOT NULL, seconds REAL NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (day, digest, client, version)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lost (day TEXT PRIMARY KEY, requests INTEGER NOT NULL) WITHOUT ROWID;
"""


class UsageStoreError(Exception):
    """The file cannot be read or written."""


class Use(Struct, frozen=True):
    """The uses of one operation by one client.

    Attributes:
        requests: The number of requests.
        failed: How many requests had errors or were refused.
        seconds: The total duration of the requests.
    """

    operation: UsedOperation
    client: str
    version: str
    requests: int
    failed: int
    seconds: float


class StoredUse(Struct, frozen=True):
    """The uses of one operation by one client in one day.

    Attributes:
        last: When the latest uses were written, in seconds since 1970.
    """

    day: str
    digest: str
    operation: str
    client: str
    version: str
    requests: int
    failed: int
    seconds: float
    last: int


class UsageStore(Struct, frozen=True):
    """The usage store in a file.

    Attributes:
        path: The file, which is created on the first write.
        most: The most operations.
        days: How many days are kept.
        now: Returns the time in seconds since 1970.
    """

    path: Path
    most: int = 5_000
    days: int = 400
    now: Callable[[], float] = time.time

    def add(self, uses: Iterable[Use], lost: int = 0) -> None:
        """Add current uses, and the number of uses that could not be recorded.

        Raises:
            UsageStoreError: The file cannot be written.
        """
        now = int(self.now())
        day = _day(now)
        with self._open(writes=True) as database:
            known: int = database.execute("SELECT COUNT(*) FROM operation").fetchone()[0]
            for use in uses:
                if not self._knows(database, use.operation, room=known < self.most):
                    lost += use.requests
                    continue
                _add(database, day, now, use)
                known = database.execute("SELECT COUNT(*) FROM operation").fetchone()[0]
            if lost:
                database.execute(
                    "INSERT INTO lost VALUES (?, ?) "
                    "ON CONFLICT (day) DO UPDATE SET requests = requests + excluded.requests",
                    (day, lost),
                )
            self._forget(database, now)

    def uses(self, since: date, until: date | None = None, coordinate: str | None = None) -> list[StoredUse]:
        """Return the uses from one day to another, inclusive; of one coordinate, or all.

        Raises:
            UsageStoreError: The file cannot be read.
        """
        last = until or date.max
        with self._open() as database:
            rows = database.execute(
                "SELECT day, digest, operation.name, client, version, requests, failed, seconds, last "
                "FROM used JOIN operation USING (digest) WHERE day BETWEEN :since AND :until "
                "AND (:name IS NULL OR digest IN (SELECT digest FROM coordinate WHERE name = :name)) "
                "ORDER BY day, operation.name, digest, client, version",
                {"since": since.isoformat(), "until": last.isoformat(), "name": coordinate},
            )
            return [StoredUse(*row) for row in rows]

    def coordinates(self) -> dict[str, set[str]]:
        """Return the digests of the operations that use a coordinate, by its name.

        Raises:
            UsageStoreError: The file cannot be read.
        """
        digests: dict[str, set[str]] = {}
        with self._open() as database:
            for name, digest in database.execute("SELECT name, digest FROM coordinate"):
                digests.setdefault(name, set()).add(digest)
        return digests

    def documents(self) -> dict[str, str]:
        """Return the operations' texts by their digests.

        Raises:
            UsageStoreError: The file cannot be read.
        """
        with self._open() as database:
            return dict(database.execute("SELECT digest, document FROM operation"))

    def lost(self, since: date, until: date | None = None) -> int:
        """Return how many requests were not counted in a range of days.

        Raises:
            UsageStoreError: The file cannot be read.
        """
        with self._open() as database:
            row = database.execute(
                "SELECT COALESCE(SUM(requests), 0) FROM lost WHERE day BETWEEN ? AND ?",
                (since.isoformat(), (until or date.max).isoformat()),
            ).fetchone()
            return int(row[0])

    def first_day(self) -> date | None:
        """Return the first day with uses; None if there are none.

        Raises:
            UsageStoreError: The file cannot be read.
        """
        with self._open() as database:
            row = database.execute("SELECT MIN(day) FROM used").fetchone()
            return None if row[0] is None else date.fromisoformat(row[0])

    def today(self) -> date:
        """Return the day in UTC."""
        return date.fromisoformat(_day(int(self.now())))

    @contextmanager
    def _open(self, *, writes: bool = False) -> Iterator[sqlite3.Connection]:
        if not writes and not self.path.is_file():
            raise UsageStoreError(f"{self.path}: there is no such file, so nothing has been counted yet")
        try:
            with closing(sqlite3.connect(self.path, timeout=LOCK_SECONDS, isolation_level=None)) as database:
                if writes:
                    database.executescript(_TABLES)
                database.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
                yield database
                database.execute("COMMIT")
        except sqlite3.Error as error:
            raise UsageStoreError(f"{self.path}: {error}") from error

    @staticmethod
    def _knows(database: sqlite3.Connection, operation: UsedOperation, *, room: bool) -> bool:
        """Return whether an operation is in the store, or add it if there is room."""
        digest = operation.digest
        if database.execute("SELECT 1 FROM operation WHERE digest = ?", (digest,)).fetchone() is None:
            if not room:
                return False
            row = (digest, operation.name, operation.text)
            database.execute("INSERT INTO operation VALUES (?, ?, ?)", row)
        # The schema may have changed since, which may change an operation's coordinates.
        database.executemany(
            "INSERT OR IGNORE INTO coordinate VALUES (?, ?)",
            ((coordinate, digest) for coordinate in operation.coordinates),
        )
        return True

    def _forget(self, database: sqlite3.Connection, now: int) -> None:
        """Delete data that is older than the retention time."""
        oldest = (date.fromisoformat(_day(now)) - timedelta(days=self.days)).isoformat()
        if not database.execute("DELETE FROM used WHERE day < ?", (oldest,)).rowcount:
            return
        database.execute("DELETE FROM lost WHERE day < ?", (oldest,))
        database.execute("DELETE FROM operation WHERE digest NOT IN (SELECT digest FROM used)")
        database.execute("DELETE FROM coordinate WHERE digest NOT IN (SELECT digest FROM operation)")


def _add(database: sqlite3.Connection, day: str, now: int, use: Use) -> None:
    client, version = _plain(use.client), _plain(use.version)
    digest = use.operation.digest
    key = (day, digest, client, version)
    is_new = (
        database.execute(
            "SELECT 1 FROM used WHERE day = ? AND digest = ? AND client = ? AND version = ?", key
        ).fetchone()
        is None
    )
    if is_new:
        count = database.execute(
            "SELECT COUNT(*) FROM used WHERE day = ? AND digest = ?", (day, digest)
        ).fetchone()[0]
        if count >= CLIENTS_PER_OPERATION:
            key = (day, digest, OTHER, "")
    database.execute(
        "INSERT INTO used VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "requests = requests + excluded.requests, failed = failed + excluded.failed, "
        "seconds = seconds + excluded.seconds, last = excluded.last",
        (*key, use.requests, use.failed, use.seconds, now),
    )


def _plain(name: str) -> str:
    """Return a name that is safe to print on a terminal."""
    return name if _NAME.fullmatch(name) else OTHER


def _day(now: int) -> str:
    return datetime.fromtimestamp(now, UTC).date().isoformat()
