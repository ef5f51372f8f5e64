"""The squad's system of record: what is recorded, what was answered to each key, and who asked for what."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self

TABLES = """
CREATE TABLE IF NOT EXISTS recorded (
    path TEXT PRIMARY KEY, fields TEXT NOT NULL, revision INTEGER NOT NULL, recorded_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS answered (
    key TEXT PRIMARY KEY, path TEXT NOT NULL, fields TEXT NOT NULL,
    status INTEGER NOT NULL, answer TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    customer TEXT, key TEXT, body TEXT, outcome TEXT NOT NULL, status INTEGER NOT NULL, fault TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS journal_of_customer ON journal (customer, seq);
"""

Outcome = Literal[
    "applied",  # the one outcome that is an effect
    "unchanged",
    "replayed",
    "refused",
    "conflict",
    "busy",
    "unanswered",
    "malformed",
    "found",
    "missing",
]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it goes into the journal; `at` is UTC, `fault` the fault that was injected into it."""

    method: str
    path: str
    at: datetime
    customer: str | None = None
    key: str | None = None
    body: str | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is recorded, and the ids that tell whose it is."""

    path: str
    subject: dict[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be recorded at a place, under an idempotency key."""

    key: str
    place: Place
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the squad does not do what was asked."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status with its JSON body."""

    status: int
    body: dict[str, Any]


class Record:
    """The record in one SQLite file, which outlives restarts.

    Each call is one transaction, made without a pause: a caller who goes away cannot leave half an effect.
    """

    def __init__(self, path: Path | str, *, keeps_keys: bool = True) -> None:
        """Opens the file.

        Args:
            path: where it is, or is made.
            keeps_keys: without them every request is an effect of its own, however often it comes.
        """
        self._keeps_keys = keeps_keys
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA busy_timeout = 5000")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def fields(self, place: Place) -> dict[str, Any] | None:
        """What was last recorded at a place, as it was sent, or None."""
        row = self._recorded(place)
        return None if row is None else json.loads(row["fields"])

    def put(self, asked: Asked, change: Change, refusal: Callable[[], Refusal | None]) -> Answer:
        """Record a change once, whatever the number of times its key comes, and answer it.

        `refusal` is asked only about a key that has no answer yet. What it refuses is answered 422, and
        stays refused for that key.
        """
        with self._transaction():
            known = self._answered(change) if self._keeps_keys else None
            answer, outcome = known or self._decide(change, refusal(), asked.at)
            self._write(asked, outcome, answer.status)
        return answer

    def forget_keys(self) -> None:
        """Forget which keys have come, and what was answered to them; what is recorded stays."""
        with self._transaction():
            self._db.execute("DELETE FROM answered")

    def get(self, asked: Asked, place: Place) -> Answer:
        """Tell what is recorded at a place."""
        row = self._recorded(place)
        if row is None:
            self.note(asked, "missing", 404)
            return Answer(404, {"code": "NOT_FOUND", "message": "nothing is recorded here"})
        self.note(asked, "found", 200)
        return _state(place, json.loads(row["fields"]), row["revision"], row["recorded_at"])

    def note(self, asked: Asked, outcome: Outcome, status: int) -> None:
        """Write a request that touches nothing into the journal."""
        with self._transaction():
            self._write(asked, outcome, status)

    def journal(self, customer: str | None = None) -> list[dict[str, Any]]:
        """Every request received, oldest first, of one customer or of all."""
        rows = self._db.execute(
            "SELECT * FROM journal WHERE ? IS NULL OR customer = ? ORDER BY seq", (customer, customer)
        )
        return [dict(row) for row in rows]

    def _recorded(self, place: Place) -> sqlite3.Row | None:
        rows = self._db.execute("SELECT * FROM recorded WHERE path = ?", (place.path,))
        row: sqlite3.Row | None = rows.fetchone()
        return row

    def _answered(self, change: Change) -> tuple[Answer, Outcome] | None:
        row = self._db.execute("SELECT * FROM answered WHERE key = ?", (change.key,)).fetchone()
        if row is None:
            return None
        if (row["path"], row["fields"]) != (change.place.path, _json(change.fields)):
            message = "this key came before with another request"
            return Answer(409, {"code": "IDEMPOTENCY_CONFLICT", "message": message}), "conflict"
        return Answer(row["status"], json.loads(row["answer"])), "replayed"

    def _decide(self, change: Change, refusal: Refusal | None, at: datetime) -> tuple[Answer, Outcome]:
        outcome: Outcome
        if refusal is None:
            answer, outcome = self._apply(change, at)
        else:
            answer, outcome = Answer(422, {"code": refusal.code, "message": refusal.message}), "refused"
        if self._keeps_keys:
            self._db.execute(
                "INSERT INTO answered VALUES (?, ?, ?, ?, ?)",
                (change.key, change.place.path, _json(change.fields), answer.status, json.dumps(answer.body)),
            )
        return answer, outcome

    def _apply(self, change: Change, at: datetime) -> tuple[Answer, Outcome]:
        row = self._recorded(change.place)
        fields = _json(change.fields)
        if self._keeps_keys and row is not None and row["fields"] == fields:
            return _state(change.place, change.fields, row["revision"], row["recorded_at"]), "unchanged"
        revision = 1 if row is None else row["revision"] + 1
        recorded_at = _instant(at)
        self._db.execute(
            "INSERT OR REPLACE INTO recorded VALUES (?, ?, ?, ?)",
            (change.place.path, fields, revision, recorded_at),
        )
        return _state(change.place, change.fields, revision, recorded_at), "applied"

    def _write(self, asked: Asked, outcome: Outcome, status: int) -> None:
        self._db.execute(
            "INSERT INTO journal (at, method, path, customer, key, body, outcome, status, fault)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                _instant(asked.at),
                asked.method,
                asked.path,
                asked.customer,
                asked.key,
                asked.body,
                outcome,
                status,
                asked.fault,
            ),
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _state(place: Place, fields: dict[str, Any], revision: int, recorded_at: str) -> Answer:
    return Answer(200, {**place.subject, **fields, "revision": revision, "recorded_at": recorded_at})


def _instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
