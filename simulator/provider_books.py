"""A reward provider's books in one SQLite file: every credit it ever made, and under which key."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self

TABLES = """
CREATE TABLE IF NOT EXISTS credit (
    seq INTEGER PRIMARY KEY, key TEXT NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL,
    reference TEXT NOT NULL, credited_at TEXT, expires_at TEXT, changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS credit_of_key ON credit (key);
CREATE TABLE IF NOT EXISTS known (key TEXT PRIMARY KEY, seq INTEGER, body TEXT) STRICT;
CREATE TABLE IF NOT EXISTS asked (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, method TEXT NOT NULL, key TEXT,
    outcome TEXT NOT NULL, fault TEXT
) STRICT;
"""
PAGE = 200

Status = Literal["pending", "credited", "used", "expired", "cancelled"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A credit as the books have it; times are RFC 3339 in UTC."""

    key: str
    body: dict[str, Any]
    status: Status
    reference: str | None
    credited_at: str | None
    expires_at: str | None
    changed_at: str | None

    def told(self) -> dict[str, Any]:
        """As it is told: what was asked for, and what became of it."""
        return {
            **self.body,
            "key": self.key,
            "status": self.status,
            "reference": self.reference,
            "credited_at": self.credited_at,
            "expires_at": self.expires_at,
            "changed_at": self.changed_at,
        }


class KeyConflict(Exception):
    """The key came before with another body."""


class KeyCancelled(Exception):
    """The key was cancelled: nothing is credited under it any more."""


class Books:
    """The books, which outlive restarts. Each call is one transaction."""

    def __init__(self, path: Path | str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA busy_timeout = 5000")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def credit(
        self, key: str, body: dict[str, Any], at: datetime, *, valid_days: int | None, pending: bool = False
    ) -> Entry:
        """Credits once, whatever the number of times the key comes; `pending` waits for `settle`.

        Raises:
            KeyConflict: the key came with another body.
            KeyCancelled: the key was cancelled.
        """
        with self._transaction():
            known = self._known(key)
            if known is None:
                return self._add(key, body, at, valid_days=valid_days, pending=pending)
            if known["seq"] is None:
                raise KeyCancelled
            if known["body"] != _json(body):
                raise KeyConflict
            return self._entry(known["seq"])

    def find(self, key: str) -> Entry | None:
        """What became of a key, as far as it is remembered; None where it is not."""
        known = self._known(key)
        if known is None:
            return None
        if known["seq"] is None:
            return Entry(key, {}, "cancelled", None, None, None, None)
        return self._entry(known["seq"])

    def cancel(self, key: str, at: datetime) -> Entry:
        """Sees to it that a key is never credited; a credit that has been made stays, and is returned."""
        with self._transaction():
            found = self.find(key)
            if found is None:
                self._db.execute("INSERT INTO known VALUES (?, NULL, NULL)", (key,))
            elif found.status == "pending":
                self._db.execute(
                    "UPDATE credit SET status = 'cancelled', changed_at = ? WHERE key = ?",
                    (instant(at), key),
                )
                self._db.execute("UPDATE known SET seq = NULL, body = NULL WHERE key = ?", (key,))
            elif found.status != "cancelled":
                return found
        return Entry(key, {}, "cancelled", None, None, None, instant(at))

    def change(self, key: str, status: Status, at: datetime) -> None:
        """Lets the customer use a credit, lets it expire, or settles a pending one."""
        credited = ", credited_at = changed_at" if status == "credited" else ""
        with self._transaction():
            self._db.execute(
                f"UPDATE credit SET status = ?, changed_at = ?{credited} WHERE key = ?",  # noqa: S608 - no foreign text
                (status, instant(at), key),
            )

    def forget(self) -> None:
        """Forgets all keys, as a provider does after its window: what comes again is new."""
        with self._transaction():
            self._db.execute("DELETE FROM known")

    def note(self, at: datetime, method: str, key: str | None, outcome: str, fault: str | None) -> None:
        """Writes a request down."""
        self._db.execute(
            "INSERT INTO asked (at, method, key, outcome, fault) VALUES (?, ?, ?, ?, ?)",
            (instant(at), method, key, outcome, fault),
        )

    def of_day(self, day: str, after: int) -> tuple[list[dict[str, Any]], int | None]:
        """A page of the credits of a day, and where the next begins."""
        rows = self._db.execute(
            "SELECT * FROM credit WHERE seq > ? AND substr(credited_at, 1, 10) = ?"
            " AND status != 'cancelled' ORDER BY seq LIMIT ?",
            (after, day, PAGE),
        ).fetchall()
        return [_entry(row).told() for row in rows], rows[-1]["seq"] if len(rows) == PAGE else None

    def effects(self) -> dict[str, int]:
        """How many credits each key had: what nobody may ever find above one."""
        rows = self._db.execute(
            "SELECT key, COUNT(*) AS number FROM credit WHERE credited_at IS NOT NULL GROUP BY key"
        )
        return {row["key"]: row["number"] for row in rows}

    def balance(self, customer: str) -> int:
        """What a customer has been credited in all, in minor units."""
        rows = self._db.execute("SELECT body FROM credit WHERE credited_at IS NOT NULL")
        bodies = [json.loads(row["body"]) for row in rows]
        return sum(body["amount_minor"] for body in bodies if body.get("customer") == customer)

    def requests(self, key: str | None = None) -> list[dict[str, Any]]:
        """Every request that came, oldest first, under a key or at all."""
        rows = self._db.execute("SELECT * FROM asked WHERE ? IS NULL OR key = ? ORDER BY seq", (key, key))
        return [dict(row) for row in rows]

    def spoil(self, key: str, **wrong: Any) -> None:
        """Makes the books differ from what was asked for: for tests of those who compare."""
        with self._transaction():
            found = self.find(key)
            body = (found.body if found else {}) | wrong
            self._db.execute("UPDATE credit SET body = ? WHERE key = ?", (_json(body), key))

    def lose(self, key: str) -> None:
        """Loses a credit: for tests of those who compare."""
        with self._transaction():
            self._db.execute("DELETE FROM credit WHERE key = ?", (key,))
            self._db.execute("DELETE FROM known WHERE key = ?", (key,))

    def _add(
        self, key: str, body: dict[str, Any], at: datetime, *, valid_days: int | None, pending: bool
    ) -> Entry:
        expires = None if valid_days is None else instant(at + timedelta(days=valid_days))
        seq = self._db.execute(
            "INSERT INTO credit (key, body, status, reference, credited_at, expires_at, changed_at)"
            " VALUES (?, ?, ?, '', ?, ?, ?)",
            (
                key,
                _json(body),
                "pending" if pending else "credited",
                None if pending else instant(at),
                expires,
                instant(at),
            ),
        ).lastrowid
        self._db.execute("UPDATE credit SET reference = ? WHERE seq = ?", (f"R-{seq:06}", seq))
        self._db.execute("INSERT INTO known VALUES (?, ?, ?)", (key, seq, _json(body)))
        return self._entry(seq)

    def _known(self, key: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute("SELECT * FROM known WHERE key = ?", (key,)).fetchone()
        return row

    def _entry(self, seq: int | None) -> Entry:
        return _entry(self._db.execute("SELECT * FROM credit WHERE seq = ?", (seq,)).fetchone())

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def instant(moment: datetime) -> str:
    """RFC 3339, as the provider writes it."""
    return moment.isoformat().replace("+00:00", "Z")


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        row["key"],
        json.loads(row["body"]),
        row["status"],
        row["reference"],
        row["credited_at"],
        row["expires_at"],
        row["changed_at"],
    )


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
