"""The upstream's system of record in SQLite: resources, the response to each key, a journal, refusals."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self

from simulator.sqlite_file import open_file, transaction
from simulator.world import Brand, World

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
    "applied",  # the only outcome with an effect
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
class ApiRequest:
    """A request as the journal stores it; `at` is in UTC, `fault` names the fault that was injected."""

    method: str
    path: str
    at: datetime
    customer: str | None = None
    key: str | None = None
    body: str | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A membership or a choice: its path, and the ids of its brand, customer and week."""

    path: str
    subject: dict[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """New fields of a resource, under an idempotency key."""

    key: str
    resource: Resource
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the upstream refuses a change."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """An HTTP status with its JSON body."""

    status: int
    body: dict[str, Any]


class Record:
    """The record in one SQLite file, which survives restarts.

    Each call is one transaction without an await, so that a disconnected client cannot leave half an effect.
    """

    def __init__(self, path: Path | str, *, keeps_keys: bool = True) -> None:
        """Open the file.

        Args:
            path: The file; it is created if it is missing.
            keeps_keys: If false, every request has an effect of its own, even if its key was used before.
        """
        self._keeps_keys = keeps_keys
        self._db = open_file(path, TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def fields(self, resource: Resource) -> dict[str, Any] | None:
        """Return the fields that a resource was last given; None if nothing is recorded."""
        row = self._recorded(resource)
        return None if row is None else json.loads(row["fields"])

    def put(
        self, api_request: ApiRequest, change: Change, refusal: Callable[[], Refusal | None]
    ) -> ApiResponse:
        """Record a change once, however often its key is used, and return the response.

        `refusal` is only called for a key that has no response yet. A refused change is answered with 422,
        and stays refused for that key.
        """
        with transaction(self._db):
            known = self._answered(change) if self._keeps_keys else None
            answer, outcome = known or self._decide(change, refusal(), api_request.at)
            self._write(api_request, outcome, answer.status)
        return answer

    def forget_keys(self) -> None:
        """Forget all keys and the responses to them; resources stay recorded."""
        with transaction(self._db):
            self._db.execute("DELETE FROM answered")

    def get(self, api_request: ApiRequest, resource: Resource) -> ApiResponse:
        """Return a response with the recorded fields of a resource, or 404."""
        row = self._recorded(resource)
        if row is None:
            self.note(api_request, "missing", 404)
            return ApiResponse(404, {"code": "NOT_FOUND", "message": "nothing is recorded here"})
        self.note(api_request, "found", 200)
        return _state(resource, json.loads(row["fields"]), row["revision"], row["recorded_at"])

    def note(self, api_request: ApiRequest, outcome: Outcome, status: int) -> None:
        """Write a request without an effect into the journal."""
        with transaction(self._db):
            self._write(api_request, outcome, status)

    def journal(self, customer: str | None = None) -> list[dict[str, Any]]:
        """Return all requests of one customer, or of all customers, oldest first."""
        rows = self._db.execute(
            "SELECT * FROM journal WHERE ? IS NULL OR customer = ? ORDER BY seq", (customer, customer)
        )
        return [dict(row) for row in rows]

    def _recorded(self, resource: Resource) -> sqlite3.Row | None:
        rows = self._db.execute("SELECT * FROM recorded WHERE path = ?", (resource.path,))
        row: sqlite3.Row | None = rows.fetchone()
        return row

    def _answered(self, change: Change) -> tuple[ApiResponse, Outcome] | None:
        row = self._db.execute("SELECT * FROM answered WHERE key = ?", (change.key,)).fetchone()
        if row is None:
            return None
        if (row["path"], row["fields"]) != (change.resource.path, _json(change.fields)):
            message = "this key came before with another request"
            return ApiResponse(409, {"code": "IDEMPOTENCY_CONFLICT", "message": message}), "conflict"
        return ApiResponse(row["status"], json.loads(row["answer"])), "replayed"

    def _decide(self, change: Change, refusal: Refusal | None, at: datetime) -> tuple[ApiResponse, Outcome]:
        outcome: Outcome
        if refusal is None:
            answer, outcome = self._apply(change, at)
        else:
            answer, outcome = ApiResponse(422, {"code": refusal.code, "message": refusal.message}), "refused"
        if self._keeps_keys:
            self._db.execute(
                "INSERT INTO answered VALUES (?, ?, ?, ?, ?)",
                (
                    change.key,
                    change.resource.path,
                    _json(change.fields),
                    answer.status,
                    json.dumps(answer.body),
                ),
            )
        return answer, outcome

    def _apply(self, change: Change, at: datetime) -> tuple[ApiResponse, Outcome]:
        row = self._recorded(change.resource)
        fields = _json(change.fields)
        if self._keeps_keys and row is not None and row["fields"] == fields:
            return _state(change.resource, change.fields, row["revision"], row["recorded_at"]), "unchanged"
        revision = 1 if row is None else row["revision"] + 1
        recorded_at = _instant(at)
        self._db.execute(
            "INSERT OR REPLACE INTO recorded VALUES (?, ?, ?, ?)",
            (change.resource.path, fields, revision, recorded_at),
        )
        return _state(change.resource, change.fields, revision, recorded_at), "applied"

    def _write(self, api_request: ApiRequest, outcome: Outcome, status: int) -> None:
        self._db.execute(
            "INSERT INTO journal (at, method, path, customer, key, body, outcome, status, fault)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                _instant(api_request.at),
                api_request.method,
                api_request.path,
                api_request.customer,
                api_request.key,
                api_request.body,
                outcome,
                status,
                api_request.fault,
            ),
        )


def _state(resource: Resource, fields: dict[str, Any], revision: int, recorded_at: str) -> ApiResponse:
    return ApiResponse(200, {**resource.subject, **fields, "revision": revision, "recorded_at": recorded_at})


def _instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


NO_BRAND = Refusal("UNKNOWN_BRAND", "the upstream knows no such brand")
INELIGIBLE = Refusal("INELIGIBLE", "this account may not take part in promotions")
NOT_MEMBER = Refusal("NOT_MEMBER", "this customer has not opted in to the club")
UNKNOWN_REWARD = Refusal("UNKNOWN_REWARD", "the upstream knows no such version of a reward")


def refuse_membership(world: World, brand_id: str, customer_id: str, state: str) -> Refusal | None:
    """Return why a change is refused, or None: anybody may leave, eligible and unknown accounts may join."""
    brand = world.brand(brand_id)
    if brand is None:
        return NO_BRAND
    if state == "opted_in" and _excluded(brand, customer_id):
        return INELIGIBLE
    return None


def refuse_choice(
    world: World, brand_id: str, customer_id: str, reward: tuple[str, int], *, member: bool
) -> Refusal | None:
    """Return why a choice is refused: eligible members may choose any version that was ever on Kafka."""
    brand = world.brand(brand_id)
    if brand is None:
        return NO_BRAND
    if _excluded(brand, customer_id):
        return INELIGIBLE
    if not member:
        return NOT_MEMBER
    if not brand.offers(*reward):
        return UNKNOWN_REWARD
    return None


def _excluded(brand: Brand, customer_id: str) -> bool:
    account = brand.account(customer_id)
    return account is not None and not account.eligible
