"""Takes statements out of the inbox: what is believed goes behind all that was, with what it says."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from subgraphs.wallet.payments.bank.arrivals import Arrival, Chain, arrived, judged, kept_apart
from subgraphs.wallet.payments.bank.books import Believed, Books, name_of
from subgraphs.wallet.payments.bank.folders import INBOX, READ, REFUSED, Files
from subgraphs.wallet.payments.bank.meaning import (
    FindSent,
    entry_notices,
    report_line,
    stands,
    status_doubt,
)
from subgraphs.wallet.payments.bank.options import BankOptions
from subgraphs.wallet.payments.processor import Notice


def put_away(files: Files, books: Books, account: BankOptions) -> Sequence[Arrival]:
    """Put what is believed behind all that was; return what is not, and reports: all still in the inbox.

    Args:
        files: The account's.
        books: What was believed until now; what is now is added.
        account: Whose statements they have to be.

    Raises:
        OSError: They cannot be read, or moved.
    """
    last = books.last
    number = last.number if last else 0
    refused: list[Arrival] = []
    names = set(files.names(REFUSED))
    came = arrived(files)
    for arrival in judged([arrival for arrival in came if not arrival.statuses], Chain(account, books)):
        if arrival.why:
            refused.append(kept_apart(arrival, names))
        elif arrival.is_repeated:
            files.move(INBOX, arrival.name, READ, f"again-{arrival.kept_as}")
        else:
            number += 1
            name = name_of(number, arrival.day_to, arrival.digest)
            files.move(INBOX, arrival.name, READ, name)
            books.add(Believed(number, name, arrival.day_to, arrival.statements))
    return [*refused, *(arrival for arrival in came if arrival.statuses)]


def with_statuses(arrival: Arrival, books: Books, sent: FindSent, now: datetime) -> Arrival:
    """Return a report with what follows from it for parts, or for a person."""
    notices, odd = list[Notice](), list[tuple[str, str]]()
    for status in arrival.statuses:
        record, entries = sent(status.part), books.of_part(status.part)
        if doubt := status_doubt(status, record, entries):
            odd.append((status.part, doubt))
        elif record is not None and status.is_rejection:
            notices.append(stands(record, entries, now, status))
    return replace(arrival, notices=tuple(notices), odd=tuple(odd))


def with_meaning(believed: Believed, sent: FindSent) -> Arrival:
    """Return a believed file with what it says of parts."""
    entries = [entry for statement in believed.statements for entry in statement.entries]
    return Arrival(
        name=believed.name,
        number=believed.number,
        statements=believed.statements,
        notices=tuple(notice for entry in entries for notice in entry_notices(entry, sent)),
        lines=tuple(report_line(entry, sent) for entry in entries),
    )
