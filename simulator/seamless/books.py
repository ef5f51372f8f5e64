"""The books of a simulated operator: what its customers have, and each transaction once, in a SQLite file.

They are written from Hub88's description alone, so that tests can hold them against our journal.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from types import TracebackType
from typing import Any, Final, Self

from simulator.sqlite_file import open_file, transaction

UNITS: Final = 100_000
"""Units of an amount in one of the currency."""

OK: Final = "RS_OK"
DUPLICATE: Final = "RS_ERROR_DUPLICATE_TRANSACTION"
MISSING: Final = "RS_ERROR_TRANSACTION_DOES_NOT_EXIST"
TABLES: Final = """
CREATE TABLE IF NOT EXISTS customer (
    user TEXT PRIMARY KEY, currency TEXT NOT NULL, balance INTEGER NOT NULL, token TEXT NOT NULL,
    refusal TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS movement (
    transaction_uuid TEXT PRIMARY KEY, kind TEXT NOT NULL, user TEXT NOT NULL, amount INTEGER NOT NULL,
    reference TEXT NOT NULL, content TEXT NOT NULL, balance INTEGER NOT NULL,
    is_taken_back INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS movement_reference ON movement (reference);
"""
_CONTENT: Final = ("user", "amount", "currency", "round", "game_code", "reference_transaction_uuid")


@dataclass(frozen=True, slots=True)
class Said:
    """What the operator answers: a status, and the balance if it knows the customer."""

    status: str
    balance: int | None = None
    currency: str | None = None


class OperatorBooks:
    """The books of one operator; amounts are in 1/100,000 of a currency."""

    def __init__(self, path: Path | str) -> None:
        self._file = open_file(path, TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def open(self, user: str, currency: str, balance: int, token: str) -> None:
        """Open a customer's account, or leave it as it is."""
        with transaction(self._file):
            self._file.execute(
                "INSERT OR IGNORE INTO customer (user, currency, balance, token) VALUES (?, ?, ?, ?)",
                (user, currency, balance, token),
            )

    def sign_in(self, user: str, currency: str, balance: int) -> str:
        """Let a customer in, who has an account from the first time on; return the token of the session."""
        self.open(user, currency, balance, token_urlsafe(24))
        return str(self._customer(user)["token"])

    def new_session(self, user: str) -> str:
        """Begin another session of a customer: bets need its token from now on, which is returned."""
        token = token_urlsafe(24)
        with transaction(self._file):
            self._file.execute("UPDATE customer SET token = ? WHERE user = ?", (token, user))
        return token

    def refuse(self, user: str, status: str) -> None:
        """Refuse a customer's bets with a status from now on; "" refuses none."""
        with transaction(self._file):
            self._file.execute("UPDATE customer SET refusal = ? WHERE user = ?", (status, user))

    def balance(self, user: str) -> Said:
        """Return what a customer can stake."""
        row = self._customer(user)
        if row is None:
            return Said("RS_ERROR_INVALID_TOKEN")
        return Said(OK, row["balance"], row["currency"])

    def bet(self, asked: Mapping[str, Any]) -> Said:
        """Take a stake."""
        with transaction(self._file):
            row = self._customer(asked["user"])
            if row is None or row["token"] != asked["token"]:
                return Said("RS_ERROR_INVALID_TOKEN")
            if (before := self._repeated("bet", asked, row)) is not None:
                return before
            if self._rollback_of(asked["transaction_uuid"]):
                return Said("RS_ERROR_UNKNOWN", row["balance"], row["currency"])
            if (refusal := _refusal(row, asked)) is not None:
                return Said(refusal, row["balance"], row["currency"])
            return self._move("bet", asked, row, -asked["amount"])

    def win(self, asked: Mapping[str, Any]) -> Said:
        """Pay what a bet has won."""
        with transaction(self._file):
            row = self._customer(asked["user"])
            if row is None:
                return Said("RS_ERROR_UNKNOWN")
            if (before := self._repeated("win", asked, row)) is not None:
                return before
            bet = self._movement(asked["reference_transaction_uuid"])
            if bet is None or bet["kind"] != "bet" or bet["is_taken_back"]:
                return Said(MISSING, row["balance"], row["currency"])
            if row["currency"] != asked["currency"]:
                return Said("RS_ERROR_WRONG_CURRENCY", row["balance"], row["currency"])
            return self._move("win", asked, row, asked["amount"])

    def rollback(self, asked: Mapping[str, Any]) -> Said:
        """Take a transaction back, or see to it that it is never made."""
        with transaction(self._file):
            row = self._customer(asked["user"])
            if row is None:
                return Said("RS_ERROR_UNKNOWN")
            if (before := self._repeated("rollback", asked, row)) is not None:
                return before
            reference = asked["reference_transaction_uuid"]
            made = self._movement(reference)
            amount = 0 if made is None or made["is_taken_back"] else -made["amount"]
            self._file.execute(
                "UPDATE movement SET is_taken_back = 1 WHERE transaction_uuid = ?", (reference,)
            )
            return self._move("rollback", asked, row, amount)

    def balances(self) -> dict[str, int]:
        """Return what each customer has."""
        return {row["user"]: row["balance"] for row in self._file.execute("SELECT * FROM customer")}

    def movements(self) -> list[dict[str, Any]]:
        """Return all transactions, in the order in which they were made."""
        columns = "transaction_uuid, kind, user, amount, reference, is_taken_back"
        rows = self._file.execute(f"SELECT {columns} FROM movement ORDER BY rowid")  # noqa: S608 - our own names
        return [dict(row) for row in rows]

    def _move(self, kind: str, asked: Mapping[str, Any], row: Any, amount: int) -> Said:
        balance = row["balance"] + amount
        self._file.execute("UPDATE customer SET balance = ? WHERE user = ?", (balance, row["user"]))
        self._file.execute(
            "INSERT INTO movement (transaction_uuid, kind, user, amount, reference, content, balance) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                asked["transaction_uuid"],
                kind,
                row["user"],
                amount,
                asked.get("reference_transaction_uuid", ""),
                _content(asked),
                balance,
            ),
        )
        return Said(OK, balance, row["currency"])

    def _repeated(self, kind: str, asked: Mapping[str, Any], row: Any) -> Said | None:
        """Return the answer of the first time, if the transaction is known."""
        before = self._movement(asked["transaction_uuid"])
        if before is None:
            return None
        if (before["kind"], before["content"]) != (kind, _content(asked)):
            return Said(DUPLICATE, row["balance"], row["currency"])
        return Said(OK, before["balance"], row["currency"])

    def _customer(self, user: str) -> Any:
        return self._file.execute("SELECT * FROM customer WHERE user = ?", (user,)).fetchone()

    def _movement(self, id_: str) -> Any:
        query = "SELECT * FROM movement WHERE transaction_uuid = ?"
        return self._file.execute(query, (id_,)).fetchone()

    def _rollback_of(self, id_: str) -> bool:
        query = "SELECT 1 FROM movement WHERE kind = 'rollback' AND reference = ?"
        return self._file.execute(query, (id_,)).fetchone() is not None


def _refusal(row: Any, asked: Mapping[str, Any]) -> str | None:
    if row["refusal"]:
        return str(row["refusal"])
    if row["currency"] != asked["currency"]:
        return "RS_ERROR_WRONG_CURRENCY"
    return "RS_ERROR_NOT_ENOUGH_MONEY" if row["balance"] < asked["amount"] else None


def _content(asked: Mapping[str, Any]) -> str:
    return json.dumps({name: asked.get(name) for name in _CONTENT})
