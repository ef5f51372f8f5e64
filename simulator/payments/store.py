"""What the processor must not forget, in one SQLite file: objects, answers by key, webhooks to send."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias
from uuid import uuid4

from simulator.sqlite_file import SqliteStore

FILE: Final = "payments.sqlite"
TABLES: Final = """
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    created INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS object_of_kind ON object (kind, seq);
CREATE TABLE IF NOT EXISTS waiting (id TEXT PRIMARY KEY, due INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, id TEXT NOT NULL,
    status INTEGER NOT NULL, body BLOB NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, attempts INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""
PREFIXES: Final = {
    "checkout.session": "cs_test",
    "payment_intent": "pi",
    "charge": "ch",
    "refund": "re",
    "payout": "po",
    "dispute": "du",
    "balance_transaction": "txn",
    "event": "evt",
}
"""How the ids of each kind of object begin."""

Object: TypeAlias = dict[str, Any]
"""An object as the API shows it; members whose names begin with `_` are not shown."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered to the first request under a key.

    Attributes:
        request: Tells the request from others.
        id: The id of the request.
    """

    request: str
    id: str
    status: int
    body: bytes


class Store(SqliteStore):
    """The file; its calls have effects together inside of `transaction`."""

    def __init__(self, folder: Path) -> None:
        """Open the file in a folder; both are made if they are missing."""
        super().__init__(folder, FILE, TABLES)

    def add(self, kind: str, created: int, members: Object) -> Object:
        """Add an object, and return it with its id."""
        name = f"{PREFIXES[kind]}_{uuid4().hex[:24]}"
        added = {"id": name, "object": kind, "created": created, "livemode": False, **members}
        self._file.execute(
            "INSERT INTO object (id, kind, created, body) VALUES (?, ?, ?, ?)",
            (name, kind, created, json.dumps(added)),
        )
        return added

    def put(self, changed: Object) -> None:
        """Replace an object."""
        self._file.execute("UPDATE object SET body = ? WHERE id = ?", (json.dumps(changed), changed["id"]))

    def find(self, name: str) -> Object | None:
        """Return the object with an id."""
        row = self._file.execute("SELECT body FROM object WHERE id = ?", (name,)).fetchone()
        return None if row is None else json.loads(row["body"])

    def place_of(self, name: str) -> int | None:
        """Return where an object is in the order of their making."""
        row = self._file.execute("SELECT seq FROM object WHERE id = ?", (name,)).fetchone()
        return None if row is None else int(row["seq"])

    def newest(self, kind: str, *, before: int | None = None, after: int = 0) -> Iterator[Object]:
        """Yield the objects of a kind, the newest first, between two places."""
        rows = self._file.execute(
            "SELECT body FROM object WHERE kind = ? AND seq > ? AND (? IS NULL OR seq < ?) ORDER BY seq DESC",
            (kind, after, before, before),
        )
        return (json.loads(row["body"]) for row in rows)

    def wait(self, name: str, due: int) -> None:
        """Note that something is to become of an object."""
        self._file.execute("INSERT OR REPLACE INTO waiting VALUES (?, ?)", (name, due))

    def wait_no_more(self, name: str) -> None:
        """Note that nothing is to become of an object."""
        self._file.execute("DELETE FROM waiting WHERE id = ?", (name,))

    def due(self, now: int) -> list[str]:
        """Return the ids of the objects of which something is to become now."""
        rows = self._file.execute("SELECT id FROM waiting WHERE due <= ? ORDER BY due, rowid", (now,))
        return [row["id"] for row in rows]

    def answered(self, key: str, since: int) -> KeptAnswer | None:
        """Return what was answered under a key since an instant."""
        row = self._file.execute("SELECT * FROM answer WHERE key = ? AND at >= ?", (key, since)).fetchone()
        return None if row is None else KeptAnswer(row["request"], row["id"], row["status"], row["body"])

    def keep(self, key: str, answer: KeptAnswer, at: int) -> None:
        """Keep an answer under a key."""
        self._file.execute(
            "INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?)",
            (key, answer.request, answer.id, answer.status, answer.body, at),
        )

    def deliver(self, event: str) -> None:
        """Note that an event is to be sent."""
        self._file.execute("INSERT INTO delivery (event, attempts) VALUES (?, 0)", (event,))

    def deliveries(self, after: int = 0) -> list[tuple[int, str, int]]:
        """Return the place, the event and the attempts of what is to be sent, after a place."""
        rows = self._file.execute("SELECT * FROM delivery WHERE seq > ? ORDER BY seq", (after,))
        return [(row["seq"], row["event"], row["attempts"]) for row in rows]

    def attempted(self, place: int, attempts: int) -> None:
        """Note how often it was tried to send something."""
        self._file.execute("UPDATE delivery SET attempts = ? WHERE seq = ?", (attempts, place))

    def delivered(self, place: int) -> None:
        """Note that something needs not be sent any more."""
        self._file.execute("DELETE FROM delivery WHERE seq = ?", (place,))

    def setting(self, name: str, default: Any) -> Any:
        """Return what was set."""
        row = self._file.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row["value"])

    def set(self, name: str, value: Any) -> None:
        """Set something."""
        self._file.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))
