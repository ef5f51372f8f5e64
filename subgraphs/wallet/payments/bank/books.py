"""What a bank has said so far: the statements that were believed, and its reports on orders."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Final, TypeVar

from msgspec import Struct

from subgraphs.wallet.payments.bank.entries import Entry
from subgraphs.wallet.payments.bank.folders import READ, Files
from subgraphs.wallet.payments.bank.reports import Status, read_report
from subgraphs.wallet.payments.bank.statements import Statement, read_statements
from subgraphs.wallet.payments.processor import Unreadable

T = TypeVar("T")
_NAME: Final = re.compile(r"([0-9]{8})-([0-9]{4}-[0-9]{2}-[0-9]{2})-[0-9a-f]{32}(-s)?\.xml")
_REJECTION: Final = re.compile(r"rejected-([0-9]{4}-[0-9]{2}-[0-9]{2})-[0-9a-f]{32}\.xml")
_WITH_STATEMENT: Final = "-s.xml"
"""So end the names of files whose entries have the statement in their ids; those of older ones do not."""

_CHARGE: Final = re.compile(r"(?=(p[a-z2-7]{26})(c[1-9]))")


class Believed(Struct, frozen=True):
    """A file of statements that were believed.

    Attributes:
        number: In which order, from 1.
        day_to: The last day of its statements.
    """

    number: int
    name: str
    day_to: date
    statements: tuple[Statement, ...]


class Books:
    """The statements that were believed, in their order, and the reports."""

    def __init__(self) -> None:
        self._files: dict[str, Believed] = {}
        self._parts: dict[str, list[Entry]] = {}
        self._references: dict[str, list[Entry]] = {}
        self._rejections: dict[str, tuple[Status, ...]] = {}
        self._rejected: dict[str, tuple[Status, date]] = {}

    def follow(self, files: Files, since: date) -> None:
        """Read what was added since the last time; leave out what is older than a day, but for the last.

        Raises:
            OSError: The files cannot be read.
            Unreadable: One of them was changed since it was believed.
        """
        listed = files.names(READ)
        self._follow_rejections(
            files, {name: day for name in listed if (day := _rejection_day(name)) and day >= since}
        )
        days = {name: day for name in listed if (day := _day_of(name))}
        newest = max(days, default="")
        names = {name: day for name, day in days.items() if day >= since or name == newest}
        kept = [believed for name, believed in self._files.items() if name in names]
        if len(kept) < len(self._files):
            self._files, self._parts, self._references = {}, {}, {}
            for believed in kept:
                self.add(believed)
        for name in sorted(set(names) - set(self._files)):
            if (content := files.read(READ, name)) is not None:
                self.add(Believed(int(name[:8]), name, names[name], _statements(name, content)))

    def _follow_rejections(self, files: Files, names: dict[str, date]) -> None:
        if names.keys() == self._rejections.keys():
            return
        kept = {name: statuses for name, statuses in self._rejections.items() if name in names}
        for name in names.keys() - kept.keys():
            if (content := files.read(READ, name)) is not None:
                kept[name] = _read(name, content, read_report)
        self._rejections = kept
        self._rejected = {
            status.part: (status, names[name])
            for name, statuses in kept.items()
            for status in statuses
            if status.is_rejection
        }

    def add(self, believed: Believed) -> None:
        """Add statements after all others."""
        self._files[believed.name] = believed
        for statement in believed.statements:
            for entry in statement.entries:
                self._references.setdefault(reference_of(entry), []).append(entry)
                for part in {entry.part, named_in(entry)} - {""}:
                    self._parts.setdefault(part, []).append(entry)

    @property
    def last(self) -> Believed | None:
        """Return what was believed last."""
        return max(self._files.values(), key=lambda believed: believed.number, default=None)

    def after(self, number: int) -> list[Believed]:
        """Return what was believed after the file with a number, in order."""
        later = [believed for believed in self._files.values() if believed.number > number]
        return sorted(later, key=lambda believed: believed.number)

    @property
    def statements(self) -> Iterator[Statement]:
        """Yield all statements."""
        for believed in self._files.values():
            yield from believed.statements

    def of_part(self, part: str) -> list[Entry]:
        """Return the entries that name a part."""
        return self._parts.get(part, [])

    def rejection(self, part: str) -> Status | None:
        """Return that the bank has refused an order; None if no report says so."""
        return self._rejected[part][0] if part in self._rejected else None

    def is_over(self, part: str, before: date) -> bool:
        """Tell whether the bank had booked an order, or refused it, before a day."""
        if part in self._rejected and self._rejected[part][1] < before:
            return True
        return any(is_debit(entry) and entry.day < before for entry in self.of_part(part))

    def credit(self, reference: str) -> Entry | None:
        """Return the money that came under a reference; None if there is none, or more than one."""
        entries = [entry for entry in self._references.get(reference, []) if is_credit(entry)]
        return entries[0] if len(entries) == 1 else None

    def reach(self, day: date) -> bool:
        """Tell whether a statement goes to a day, or further; before it, there are no gaps."""
        return any(statement.day_to >= day for statement in self.statements)

    def of_day(self, day: date) -> list[Entry]:
        """Return the entries of a day."""
        return [entry for statement in self.statements for entry in statement.entries if entry.day == day]


def _statements(name: str, content: bytes) -> tuple[Statement, ...]:
    return _read(name, content, partial(read_statements, older_ids=not name.endswith(_WITH_STATEMENT)))


def _read(name: str, content: bytes, read: Callable[[bytes], T]) -> T:
    try:
        return read(content)
    except Unreadable as fault:
        raise Unreadable(f"{READ}/{name}: {fault}") from None


def name_of_report(day: date, digest: str, statuses: Iterable[Status]) -> str:
    """Return the name under which a report is kept that came on a day; of rejections, it is read again."""
    is_rejection = any(status.is_rejection for status in statuses)
    return f"{'rejected' if is_rejection else 'report'}-{day}-{digest[:32]}.xml"


def name_of(number: int, day_to: date, digest: str) -> str:
    """Return the name of a file of believed statements, by which they keep their order."""
    return f"{number:08}-{day_to}-{digest[:32]}{_WITH_STATEMENT}"


def instant(day: date) -> datetime:
    """Return the beginning of a day, as the instant of what a bank has booked on it."""
    return datetime.combine(day, time(), UTC)


def reference_of(entry: Entry) -> str:
    """Return by what an entry is looked up at the bank."""
    return entry.reference or entry.id


def is_credit(entry: Entry) -> bool:
    """Tell whether somebody has paid us: what comes back is no payment."""
    return entry.amount > 0 and not entry.is_return and not entry.odd


def is_debit(entry: Entry) -> bool:
    """Tell whether we have paid somebody."""
    return entry.amount < 0 and not entry.is_return and not entry.odd


def came_back(entry: Entry) -> bool:
    """Tell whether what we had paid came back."""
    return entry.amount > 0 and entry.is_return and not entry.odd


def named_in(entry: Entry) -> str:
    """Return the charge that a payer has written into a transfer; "" if none, or more than one.

    Banks and people leave out the dash, put in spaces, and write in capitals.
    """
    if not is_credit(entry):
        return ""
    written = "".join(filter(str.isalnum, f"{entry.remittance} {entry.part}".lower()))
    charges = {f"{payment}-{number}" for payment, number in _CHARGE.findall(written)}
    return charges.pop() if len(charges) == 1 else ""


def first(entries: Iterable[Entry]) -> Entry | None:
    """Return the first of some entries; None if there is none."""
    return next(iter(entries), None)


def days_before(now: datetime, days: int) -> date:
    """Return the day so many days ago."""
    return (now - timedelta(days=days)).astimezone(UTC).date()


def _day_of(name: str) -> date | None:
    matched = _NAME.fullmatch(name)
    return date.fromisoformat(matched[2]) if matched else None


def _rejection_day(name: str) -> date | None:
    matched = _REJECTION.fullmatch(name)
    return date.fromisoformat(matched[1]) if matched else None
