"""A provider's ledger in one SQLite file: all its credits with their keys, and all requests."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self

from simulator.sqlite_file import open_file, transaction

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
    """A credit in the ledger; times are RFC 3339 in UTC."""

    key: str
    body: dict[str, Any]
    status: Status
    reference: str | None
    credited_at: str | None
    expires_at: str | None
    changed_at: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the body of a response: the fields of the request, and the state of the credit."""
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
    """The key was already used with another body."""


class KeyCancelled(Exception):
    """The key was cancelled, so nothing is ever credited under it."""


class Ledger:
    """The ledger, which survives restarts. Each call is one transaction."""

    def __init__(self, path: Path | str) -> None:
        self._db = open_file(path, TABLES, across_threads=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def credit(
        self, key: str, body: dict[str, Any], at: datetime, *, valid_days: int | None, pending: bool = False
    ) -> Entry:
        """Credit once, however often the key is used; a pending credit waits for `change`.

        Raises:
            KeyConflict: The key was used with another body.
            KeyCancelled: The key was cancelled.
        """
        with transaction(self._db):
            known = self._known(key)
            if known is None:
                return self._add(key, body, at, valid_days=valid_days, pending=pending)
            if known["seq"] is None:
                raise KeyCancelled
            if known["body"] != _json(body):
                raise KeyConflict
            return self._entry(known["seq"])

    def find(self, key: str) -> Entry | None:
        """Return the entry of a key; None if the provider does not remember the key."""
        known = self._known(key)
        if known is None:
            return None
        if known["seq"] is None:
            return Entry(key, {}, "cancelled", None, None, None, None)
        return self._entry(known["seq"])

    def cancel(self, key: str, at: datetime) -> Entry:
        """Prevent a credit under a key; a credit that was made stays, and is returned."""
        with transaction(self._db):
            entry = self.find(key)
            if entry is None:
                self._db.execute("INSERT INTO known VALUES (?, NULL, NULL)", (key,))
            elif entry.status == "pending":
                self._db.execute(
                    "UPDATE credit SET status = 'cancelled', changed_at = ? WHERE key = ?",
                    (instant(at), key),
                )
                self._db.execute("UPDATE known SET seq = NULL, body = NULL WHERE key = ?", (key,))
            elif entry.status != "cancelled":
                return entry
        return Entry(key, {}, "cancelled", None, None, None, instant(at))

    def change(self, key: str, status: Status, at: datetime) -> None:
        """Change a credit's status: the customer uses it, it expires, or a pending one is settled."""
        credited = ", credited_at = changed_at" if status == "credited" else ""
        with transaction(self._db):
            self._db.execute(
                f"UPDATE credit SET status = ?, changed_at = ?{credited} WHERE key = ?",  # noqa: S608 - no input in it
                (status, instant(at), key),
            )

    def keys_of(self, customer: str) -> list[str]:
        """Return the keys of a customer's credits, regardless of the name of the customer field."""
        rows = self._db.execute("SELECT key, body FROM credit")
        return [row["key"] for row in rows if customer in json.loads(row["body"]).values()]

    def forget(self) -> None:
        """Forget all keys, as providers do after some time, so that a repeated request counts as new."""
        with transaction(self._db):
            self._db.execute("DELETE FROM known")

    def note(self, at: datetime, method: str, key: str | None, outcome: str, fault: str | None) -> None:
        """Record a request."""
        self._db.execute(
            "INSERT INTO asked (at, method, key, outcome, fault) VALUES (?, ?, ?, ?, ?)",
            (instant(at), method, key, outcome, fault),
        )

    def of_day(self, day: str, after: int) -> tuple[list[dict[str, Any]], int | None]:
        """Return a page of the credits of a day, and where the next page begins."""
        rows = self._db.execute(
            "SELECT * FROM credit WHERE seq > ? AND substr(credited_at, 1, 10) = ?"
            " AND status != 'cancelled' ORDER BY seq LIMIT ?",
            (after, day, PAGE),
        ).fetchall()
        return [_entry(row).to_json() for row in rows], rows[-1]["seq"] if len(rows) == PAGE else None

    def credits_after(self, seq: int) -> list[tuple[int, Entry]]:
        """Return a page of the credits after one, each with its number, in the order of their requests."""
        rows = self._db.execute("SELECT * FROM credit WHERE seq > ? ORDER BY seq LIMIT ?", (seq, PAGE))
        return [(row["seq"], _entry(row)) for row in rows]

    def effects(self) -> dict[str, int]:
        """Return the number of credits per key, which must never exceed one."""
        rows = self._db.execute(
            "SELECT key, COUNT(*) AS number FROM credit WHERE credited_at IS NOT NULL GROUP BY key"
        )
        return {row["key"]: row["number"] for row in rows}

    def balance(self, customer: str) -> int:
        """Return the sum of a customer's credits, in minor units."""
        rows = self._db.execute("SELECT body FROM credit WHERE credited_at IS NOT NULL")
        bodies = [json.loads(row["body"]) for row in rows]
        return sum(body["amount_minor"] for body in bodies if body.get("customer") == customer)

    def requests(self, key: str | None = None) -> list[dict[str, Any]]:
        """Return all requests, or those of one key, oldest first."""
        rows = self._db.execute("SELECT * FROM asked WHERE ? IS NULL OR key = ? ORDER BY seq", (key, key))
        return [dict(row) for row in rows]

    def spoil(self, key: str, **wrong: Any) -> None:
        """Make a credit differ from its request, to test reconciliation."""
        with transaction(self._db):
            entry = self.find(key)
            body = (entry.body if entry else {}) | wrong
            self._db.execute("UPDATE credit SET body = ? WHERE key = ?", (_json(body), key))

    def lose(self, key: str) -> None:
        """Remove a credit, to test reconciliation."""
        with transaction(self._db):
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


def instant(moment: datetime) -> str:
    """Return an instant in RFC 3339."""
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
