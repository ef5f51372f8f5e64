"""The folders of a simulated bank: it takes payments from `outbox`, and writes to `inbox`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from simulator.bank.books import TAKEN_BEFORE, Books, NotPossible
from simulator.bank.reports import DUPLICATE, WRONG, write_rejection
from simulator.bank.statements import Booking, DayStatement, Movement, MovementKind, Version, write_statements
from simulator.bank.store import DAY, Account, Kept

OUTBOX: Final = "outbox"
SENT: Final = "sent"
INBOX: Final = "inbox"
OF_THE_CUSTOMER: Final = ("read", "refused", "records")
"""What the bank's customer keeps beside; the bank makes these as well, so that nobody has to for a trial."""

_FILES: Final = "files"
_ONE_DAY: Final = timedelta(days=1)
FOREIGN: Final = "DE02120300000000202051"
"""Whose statement comes by mistake."""

_FOREIGN_CREDIT: Final = Movement(reference="F1", kind=MovementKind.CREDIT, amount=1234, holder="A. Stranger")


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of a bank.

    Whatever is not XML, or begins with a dot because it is being written, is left where it is.

    Attributes:
        folder: What they are in; they are made by `prepare`.
    """

    folder: Path
    books: Books
    version: Version

    def prepare(self) -> None:
        """Make the folders that are missing, and begin with the clock's day."""
        for name in (OUTBOX, SENT, INBOX, *OF_THE_CUSTOMER):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.books.store.set(DAY, str(self.books.today))

    def look(self) -> None:
        """Take what is in the outbox, and write the statements of days that are over; nothing in silence."""
        if self.books.faults.silent:
            return
        self._take()
        while self.books.today < self.books.clock.now().date():
            self._close_day()

    def close_day(self) -> list[str]:
        """Let the bank's day be over, whatever the clock says, and return the names of the statements' files.

        Raises:
            NotPossible: The bank is silent.
        """
        self._check_not_silent()
        self._take()
        return self._close_day()

    def write_again(self, day: date) -> list[str]:
        """Write a duplicate of a day's statements, and return the name of its file.

        Raises:
            NotPossible: The bank is silent, or the day is not over.
        """
        self._check_not_silent()
        if day >= self.books.today or not self._statements(day):
            raise NotPossible("there is no statement of that day")
        with self.books.store.transaction():
            return [self._write(day, self._statements(day, copy=True))]

    def _check_not_silent(self) -> None:
        if self.books.faults.silent:
            raise NotPossible("the bank is silent")

    def _take(self) -> None:
        for path in sorted((self.folder / OUTBOX).glob("*.xml")):
            if path.name.startswith("."):
                continue
            with self.books.store.transaction():
                place = self.books.take_file(path.name, path.read_bytes())
                self._report(place)
            target = self.folder / SENT / path.name
            path.rename(target.with_stem(f"{target.stem}-{place}") if target.exists() else target)
            self.books.store.moved(place)

    def _report(self, place: int) -> None:
        """Answer a file that was refused, if the bank does."""
        order, refused = self.books.store.refusal(place)
        if order and refused and self.books.faults.take("reports"):
            reason = DUPLICATE if refused == TAKEN_BEFORE else WRONG
            now = self.books.clock.now()
            self._put("report", lambda name: write_rejection(name, order, reason, now))

    def _close_day(self) -> list[str]:
        books, day = self.books, self.books.today
        with books.store.transaction():
            statements = self._statements(day)
            files = [self._write(day, self._spoiled(statements), cut=books.faults.take("cut"))]
            if books.faults.take("twice"):
                files.append(self._write(day, self._statements(day, copy=True)))
            if books.faults.take("foreign"):
                files.append(self._write(day, (_foreign(day),)))
            books.store.set(DAY, str(day + _ONE_DAY))
        return files

    def _statements(self, day: date, *, copy: bool = False) -> tuple[DayStatement, ...]:
        return tuple(
            self._statement(account, day, copy)
            for account in self.books.store.accounts()
            if account.opened <= day
        )

    def _statement(self, account: Account, day: date, copy: bool) -> DayStatement:  # noqa: FBT001 - not public
        return DayStatement(
            id=f"{day:%Y%m%d}-{account.iban[-8:]}",
            number=(day - account.opened).days + 1,
            account=account.iban,
            currency=account.currency,
            day=day,
            opening=self.books.balance(account, day - _ONE_DAY),
            closing=self.books.balance(account, day),
            bookings=_bookings(self.books.store.movements_of(account.iban, day)),
            copy=copy,
        )

    def _spoiled(self, statements: tuple[DayStatement, ...]) -> tuple[DayStatement, ...]:
        """Leave out an entry of each statement that is to miss one, and spoil one where it is to be odd."""
        return tuple(map(self._spoiled_one, statements))

    def _spoiled_one(self, statement: DayStatement) -> DayStatement:
        faults = self.books.faults
        if statement.bookings and faults.take("misses_line"):
            return replace(statement, bookings=statement.bookings[:-1])
        return replace(statement, odd=bool(statement.bookings) and faults.take("odd"))

    def _write(self, day: date, statements: tuple[DayStatement, ...], *, cut: bool = False) -> str:
        def document(name: str) -> bytes:
            written = write_statements(self.version, name, self.books.clock.now(), statements)
            return written[: len(written) // 2] if cut else written

        return self._put(f"statement-{day}", document)

    def _put(self, kind: str, document: Callable[[str], bytes]) -> str:
        """Write a file, which is there as a whole or not at all; the number in its name rises.

        Args:
            kind: What its name begins with.
            document: Returns what is in it, by its message id.
        """
        number = int(self.books.store.setting(_FILES, "0")) + 1
        name = f"{kind}-{number:06d}.xml"
        part = self.folder / INBOX / f".{name}"
        part.write_bytes(document(f"M{number:09d}"))
        part.rename(self.folder / INBOX / name)
        self.books.store.set(_FILES, str(number))
        return name


def _bookings(movements: list[Kept]) -> tuple[Booking, ...]:
    groups: dict[int, list[Kept]] = {}
    for kept in movements:
        groups.setdefault(kept.batch or kept.seq, []).append(kept)
    return tuple(
        Booking(tuple(kept.movement for kept in group), bare=group[0].bare) for group in groups.values()
    )


def _foreign(day: date) -> DayStatement:
    return DayStatement(
        id=f"{day:%Y%m%d}-{FOREIGN[-8:]}",
        number=1,
        account=FOREIGN,
        currency="EUR",
        day=day,
        opening=0,
        closing=_FOREIGN_CREDIT.amount,
        bookings=(Booking((_FOREIGN_CREDIT,)),),
    )
