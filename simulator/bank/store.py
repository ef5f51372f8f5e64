"""What the bank must not forget, in one SQLite file: accounts, files of payments, what moves on which day."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from simulator.bank.statements import Movement, MovementKind
from simulator.sqlite_file import SqliteStore

FILE: Final = "bank.sqlite"
DAY: Final = "day"
TABLES: Final = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS account (
    iban TEXT PRIMARY KEY, currency TEXT NOT NULL, opening INTEGER NOT NULL, opened TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS file (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, digest TEXT NOT NULL, message TEXT,
    refused TEXT NOT NULL, moved INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS movement (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, day TEXT, kind TEXT NOT NULL,
    amount INTEGER NOT NULL, part TEXT NOT NULL, holder TEXT NOT NULL, other TEXT NOT NULL,
    remittance TEXT NOT NULL, reason TEXT NOT NULL, batch INTEGER NOT NULL, bare INTEGER NOT NULL,
    returns INTEGER UNIQUE
) STRICT;
CREATE INDEX IF NOT EXISTS movement_of_day ON movement (account, day);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of a customer of the bank: what it had when it was opened, in minor units."""

    iban: str
    currency: str
    opening: int
    opened: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A movement in the file.

    Attributes:
        seq: Its place in the order of their making.
        account: The IBAN of the account on which it is.
        day: When it is booked, which may be later than today; None for never.
        batch: What it is booked together with: the place of the first; 0 for nothing.
        bare: Whether statements say only what all of these are together.
        returns: The place of the payment that it brings back; None for none.
    """

    seq: int
    account: str
    day: date | None
    batch: int
    bare: bool
    returns: int | None
    movement: Movement


class Store(SqliteStore):
    """The file; its calls have effects together inside of `transaction`."""

    def __init__(self, folder: Path) -> None:
        """Open the file in a folder; both are made if they are missing."""
        super().__init__(folder, FILE, TABLES)

    def setting(self, name: str, default: str) -> str:
        """Return what was set."""
        row = self._file.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return default if row is None else str(row["value"])

    def set(self, name: str, value: str) -> None:
        """Set something."""
        self._file.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def accounts(self) -> list[Account]:
        """Return the accounts, in the order of their IBANs."""
        return [
            Account(**{**dict(row), "opened": date.fromisoformat(row["opened"])})
            for row in self._file.execute("SELECT * FROM account ORDER BY iban")
        ]

    def open_account(self, account: Account) -> None:
        """Add an account, unless there is one with its IBAN."""
        self._file.execute(
            "INSERT OR IGNORE INTO account VALUES (?, ?, ?, ?)",
            (account.iban, account.currency, account.opening, str(account.opened)),
        )

    def add(
        self,
        account: str,
        day: date | None,
        movement: Movement,
        *,
        batch: int = 0,
        bare: bool = False,
        returns: int | None = None,
    ) -> int:
        """Add a movement, whose reference follows from its place, and return this."""
        what = (movement.kind.name, movement.amount, movement.part, movement.holder, movement.account)
        why = (movement.remittance, movement.reason)
        cursor = self._file.execute(
            "INSERT INTO movement VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (account, None if day is None else str(day), *what, *why, batch, bare, returns),
        )
        return int(cursor.lastrowid or 0)

    def movements(self) -> list[Kept]:
        """Return all movements, in the order of their making."""
        return [_kept(row) for row in self._file.execute("SELECT * FROM movement ORDER BY seq")]

    def movements_of(self, account: str, day: date) -> list[Kept]:
        """Return the movements of an account on a day, in the order of their making."""
        rows = self._file.execute(
            "SELECT * FROM movement WHERE account = ? AND day = ? ORDER BY seq", (account, str(day))
        )
        return [_kept(row) for row in rows]

    def newest_payment(self, part: str) -> Kept | None:
        """Return the newest payment with an `EndToEndId` that is booked and has not come back."""
        row = self._file.execute(
            "SELECT * FROM movement WHERE part = ? AND kind = 'PAYMENT' AND day IS NOT NULL"
            " AND seq NOT IN (SELECT returns FROM movement WHERE returns IS NOT NULL)"
            " ORDER BY seq DESC LIMIT 1",
            (part,),
        ).fetchone()
        return None if row is None else _kept(row)

    def moved_until(self, account: str, day: date) -> int:
        """Return what has moved on an account until the end of a day, in minor units."""
        row = self._file.execute(
            "SELECT COALESCE(SUM(amount), 0) FROM movement WHERE account = ? AND day <= ?",
            (account, str(day)),
        ).fetchone()
        return int(row[0])

    def add_file(self, name: str, digest: str, message: str | None, refused: str) -> int:
        """Add a file of payments, with why it is refused, and return its place."""
        cursor = self._file.execute(
            "INSERT INTO file (name, digest, message, refused, moved) VALUES (?, ?, ?, ?, 0)",
            (name, digest, message, refused),
        )
        return int(cursor.lastrowid or 0)

    def takes_up(self, name: str, digest: str) -> int | None:
        """Return the place of a file that was booked, and not moved before the bank was stopped."""
        row = self._file.execute(
            "SELECT seq FROM file WHERE name = ? AND digest = ? AND moved = 0", (name, digest)
        ).fetchone()
        return None if row is None else int(row["seq"])

    def has_message(self, message: str) -> bool:
        """Return whether a file with an id was taken."""
        query = "SELECT 1 FROM file WHERE message = ? AND refused = ''"
        return self._file.execute(query, (message,)).fetchone() is not None

    def moved(self, seq: int) -> None:
        """Note that a file is not in the outbox any more."""
        self._file.execute("UPDATE file SET moved = 1 WHERE seq = ?", (seq,))

    def refusal(self, seq: int) -> tuple[str, str]:
        """Return the message id of a file, and why it was refused; "" for what it has not."""
        row = self._file.execute("SELECT message, refused FROM file WHERE seq = ?", (seq,)).fetchone()
        return row["message"] or "", row["refused"]

    def files(self) -> list[dict[str, Any]]:
        """Return the files of payments, in the order in which they were taken."""
        rows = self._file.execute("SELECT name, message, refused FROM file ORDER BY seq")
        return [dict(row) for row in rows]


def _kept(row: Any) -> Kept:
    movement = Movement(
        reference=f"B{row['seq']:012d}",
        kind=MovementKind[row["kind"]],
        amount=row["amount"],
        part=row["part"],
        holder=row["holder"],
        account=row["other"],
        remittance=row["remittance"],
        reason=row["reason"],
    )
    return Kept(
        seq=row["seq"],
        account=row["account"],
        day=None if row["day"] is None else date.fromisoformat(row["day"]),
        batch=row["batch"],
        bare=bool(row["bare"]),
        returns=row["returns"],
        movement=movement,
    )
