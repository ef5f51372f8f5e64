"""Statements that have come in, and whether they are believed: they have to continue those before.

What is not believed moves no money: a person looks at it, and puts it into the inbox again if it is right.
"""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from subgraphs.wallet.payments.bank.books import Books
from subgraphs.wallet.payments.bank.folders import INBOX, READ, Files
from subgraphs.wallet.payments.bank.options import BankOptions
from subgraphs.wallet.payments.bank.reports import Status, is_report, read_report
from subgraphs.wallet.payments.bank.statements import Statement, read_statements
from subgraphs.wallet.payments.processor import Notice, ReportLine, Unreadable

_HEARD: Final = ".heard"
"""The file that has the number of the last one that was heard; without it, all are heard again."""


class Arrival(Struct, frozen=True, kw_only=True):
    """A file that has come.

    Attributes:
        name: In the inbox; once it is believed, in its own part of the folder.
        digest: The SHA-256 of its bytes, or of its name if they cannot be read; "" once it is believed.
        copy: How many files are kept under the same digest already.
        number: In which order it was believed, from 1; 0 before that.
        why: Why it is not believed; "" if it is.
        is_repeated: Whether it says once more, word for word, what was believed before.
        statements: What it has in it; nothing if it cannot be read.
        statuses: What it says of orders, if it is a report and no statement.
        notices: What follows from it for parts.
        lines: Its entries, as lines of reports.
        odd: Of which orders it says what a person has to look at, and why.
    """

    name: str
    digest: str = ""
    copy: int = 0
    number: int = 0
    why: str = ""
    is_repeated: bool = False
    statements: tuple[Statement, ...] = ()
    statuses: tuple[Status, ...] = ()
    notices: tuple[Notice, ...] = ()
    lines: tuple[ReportLine, ...] = ()
    odd: tuple[tuple[str, str], ...] = ()

    @property
    def kept_as(self) -> str:
        """Return under which name it is kept if it is not believed, or was before."""
        return f"{self.digest}-{self.copy}.xml" if self.copy else f"{self.digest}.xml"

    @property
    def day_to(self) -> date:
        """Return the last day of its statements."""
        return max(statement.day_to for statement in self.statements)


class Chain:
    """What the next statement has to fit: the account, and those before it.

    Attributes:
        closing: The last closing balance; None if there was no statement yet.
    """

    def __init__(self, account: BankOptions, books: Books) -> None:
        last = books.last
        self._account = account
        self._known = {_key(statement): statement for statement in books.statements}
        self.closing = last.statements[-1].closing if last and last.statements else None

    def doubt(self, statements: tuple[Statement, ...]) -> str:
        """Return why statements are not believed; "" if they are, one after the other."""
        if not statements:
            return "there is no statement in it"
        closing, known = self.closing, set(self._known)
        for statement in statements:
            doubt = self._doubt(statement, closing)
            if not doubt and _key(statement) in known:
                doubt = "a statement with its id and its last day was read before"
            if doubt:
                return f"statement {statement.id}: {doubt}"
            closing = statement.closing
            known.add(_key(statement))
        return ""

    def repeats(self, statements: tuple[Statement, ...]) -> bool:
        """Tell whether statements are those that were believed before, word for word, as duplicates are."""
        known = (_same(self._known.get(_key(statement)), statement) for statement in statements)
        return bool(statements) and all(known)

    def go_on(self, statements: tuple[Statement, ...]) -> None:
        """Put statements that are believed behind those before."""
        for statement in statements:
            self._known[_key(statement)] = statement
            self.closing = statement.closing

    def _doubt(self, statement: Statement, closing: int | None) -> str:
        if statement.account != self._account.iban:
            return "it is of another account"
        if statement.currency != self._account.currency:
            return f"it is in {statement.currency}"
        if closing is not None and statement.opening != closing:
            return (
                f"it begins with {statement.opening}, and the one before ends with {closing}: one is missing"
            )
        if statement.opening + sum(entry.amount for entry in statement.entries) != statement.closing:
            return "its entries do not lead from its first balance to its last"
        return ""


def _key(statement: Statement) -> tuple[str, date]:
    """Return what tells a statement from all others of its account: some banks begin anew with each year."""
    return statement.id, statement.day_to


def _same(known: Statement | None, statement: Statement) -> bool:
    """Tell whether a statement says what is known, also if that has its entries under older ids."""
    if known is None:
        return False
    ids = [entry.id for entry in known.entries]
    entries = [replace(entry, id=name) for entry, name in zip(statement.entries, ids, strict=False)]
    return len(ids) == len(statement.entries) and replace(statement, entries=tuple(entries)) == known


def arrived(files: Files) -> list[Arrival]:
    """Return what is in the inbox under names that end with .xml, as it came.

    Raises:
        OSError: The inbox cannot be read.
    """
    names = [name for name in files.names(INBOX) if name.endswith(".xml") and not name.startswith(".")]
    found = [_arrival(files, name) for name in names]
    return [arrival for arrival in found if arrival is not None]


def judged(arrivals: list[Arrival], chain: Chain) -> Iterator[Arrival]:
    """Yield what came: first what is believed, in its order; then what is repeated, or not believed."""
    readable = [arrival for arrival in arrivals if not arrival.why]
    waiting = sorted(readable, key=_place)
    while True:
        candidates = waiting if chain.closing is not None else (_first_of(waiting) or waiting)
        fitting = next((arrival for arrival in candidates if not chain.doubt(arrival.statements)), None)
        if fitting is None:
            break
        waiting.remove(fitting)
        chain.go_on(fitting.statements)
        yield fitting
    for arrival in waiting:
        if chain.repeats(arrival.statements):
            yield replace(arrival, is_repeated=True)
        else:
            yield Arrival(name=arrival.name, digest=arrival.digest, why=chain.doubt(arrival.statements))
    yield from (arrival for arrival in arrivals if arrival.why)


def kept_apart(arrival: Arrival, names: set[str]) -> Arrival:
    """Return a file that is kept under a name of its own, and add this to the names that there are."""
    while arrival.kept_as in names:
        arrival = replace(arrival, copy=arrival.copy + 1)
    names.add(arrival.kept_as)
    return arrival


def _arrival(files: Files, name: str) -> Arrival | None:
    try:
        content = files.read(INBOX, name)
    except OSError as fault:
        return Arrival(name=name, digest=sha256(name.encode(errors="replace")).hexdigest(), why=str(fault))
    if content is None:
        return None
    digest = sha256(content).hexdigest()
    try:
        if is_report(content):
            return Arrival(name=name, digest=digest, statuses=read_report(content))
        return Arrival(name=name, digest=digest, statements=read_statements(content))
    except Unreadable as fault:
        return Arrival(name=name, digest=digest, why=str(fault))


def heard(files: Files) -> int:
    """Return the number of the last file that was believed and heard.

    Raises:
        OSError: That cannot be read.
    """
    noted = files.read(READ, _HEARD) or b""
    return int(noted) if noted.isdigit() else 0


def note_heard(files: Files, arrival: Arrival) -> None:
    """Note that a file was heard, and all before it."""
    files.make(READ, f"{_HEARD}.new", str(arrival.number).encode())
    files.move(READ, f"{_HEARD}.new", READ, _HEARD)


def _first_of(waiting: list[Arrival]) -> list[Arrival]:
    """Return what may be the first of all: of one day, what goes on from no other one."""
    days = {arrival.name: _place(arrival)[:2] for arrival in waiting}
    return [
        arrival
        for arrival in waiting
        if not any(
            days[other.name] == days[arrival.name] and _goes_on_from(arrival, other)
            for other in waiting
            if other is not arrival
        )
    ]


def _goes_on_from(arrival: Arrival, other: Arrival) -> bool:
    if not arrival.statements or not other.statements:
        return False
    return arrival.statements[0].opening == other.statements[-1].closing


def _place(arrival: Arrival) -> tuple[date, date, bool, str]:
    """Return by what files are sorted: by days, and of one day first what changes nothing."""
    days = [(statement.day_from, statement.day_to) for statement in arrival.statements]
    moves = any(statement.entries for statement in arrival.statements)
    return *min(days, default=(date.min, date.min)), moves, arrival.name
