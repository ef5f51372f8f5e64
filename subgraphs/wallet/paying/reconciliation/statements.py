"""Hears what banks' statements say: of what is believed, each part learns; of what is not, a person."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from subgraphs.kit.durable_steps.loop import Loop, LoopName
from subgraphs.kit.durable_steps.postponed import Postponement
from subgraphs.wallet.paying.reconciliation.comparison import Report
from subgraphs.wallet.paying.reconciliation.reconciler import Reconciler
from subgraphs.wallet.paying.work import PaymentWork
from subgraphs.wallet.payments.processor import Contradiction, Notice, ReportLine, Unanswered, Unreadable
from subgraphs.wallet.payments.records.cases import Case, CaseKind, open_case, open_case_again

if TYPE_CHECKING:
    from subgraphs.wallet.payments.bank.adapter import BankProcessor
    from subgraphs.wallet.payments.bank.arrivals import Arrival

log = structlog.get_logger(__name__)
T = TypeVar("T")
STATEMENTS: Final = LoopName("wallet-cashier", "statements")


async def take_in(work: PaymentWork, name: str, bank: "BankProcessor") -> int:
    """Read what a bank has sent; return how many files there were.

    Args:
        work: Brings payments forward.
        name: The bank's, in the file of payments.
        bank: Where the statements are.

    Raises:
        Unanswered: They cannot be read, or put away, now.
        OSError: The database is unavailable; they are heard later.
    """
    return await bank.take_in(partial(_hear, work, name))


async def keep_unreadable(work: PaymentWork, name: str, why: Unanswered) -> None:
    """Put a bank's folder before a person, once a day, if what is in it will never be read by waiting."""
    if not isinstance(why.__cause__, Unreadable | Contradiction):
        return
    now = await work.wallet.now()
    case = Case(
        kind=CaseKind.UNREADABLE,
        processor=name,
        subject=f"folder {now.date()}",
        details={"why": str(why)},
        opened_at=now,
    )
    async with work.wallet.database.write() as connection:
        await open_case(connection, work.store.tables, case)


async def _hear(work: PaymentWork, name: str, arrival: "Arrival") -> None:
    if arrival.why:
        await _keep(work, name, arrival)
        return
    reconciler = Reconciler(work)
    by_day = _by_day(name, arrival)

    async def heard(notice: Notice) -> None:
        await work.notice(name, notice)

    async def compared_late(report: Report) -> None:
        if await reconciler.is_late(name, report.day):
            await reconciler.ask(name, report.day)

    for line in arrival.lines:
        if line.odd:
            await _keep_odd(work, name, arrival, line)
    for part, why in arrival.odd:
        await _keep_status(work, name, arrival, part, why)
    days = _of_statement(work, name, arrival, _day)
    await days.each(by_day, reconciler.keep)
    await _of_statement(work, name, arrival, _part).each(arrival.notices, heard)
    await days.each(by_day, compared_late)
    log.info("statement_read", processor=name, file=arrival.name, lines=len(arrival.lines))


def _day(report: Report) -> str:
    return str(report.day)


def _part(notice: Notice) -> str:
    return f"{notice.kind} {notice.reference or notice.part}"


def _of_statement(work: PaymentWork, name: str, arrival: "Arrival", of: Callable[[T], str]) -> Loop[T]:
    """Return the loop over what a statement has: what of it cannot be taken in is a person's at once.

    It is not heard again. What it says of a part is found by asking, or by comparing the day.
    """

    def named(item: T) -> str:
        return f"{name} {arrival.digest[:32]} {of(item)}"

    async def opens_case(item: T, noted: Postponement) -> None:
        at = await work.wallet.now()
        case = Case(
            kind=CaseKind.UNREADABLE,
            processor=name,
            subject=f"statement {noted.item}",
            details={"why": noted.reason, "file": arrival.name, "of": of(item)},
            opened_at=at,
        )
        async with work.wallet.database.write() as connection:
            await open_case_again(connection, work.store.tables, case)

    return Loop(
        name=STATEMENTS,
        postponed=work.wallet.postponed,
        clock=work.wallet.clock.machine,
        named=named,
        opens_case=opens_case,
        case_after=1,
    )


def _by_day(name: str, arrival: "Arrival") -> list[Report]:
    """Return the lines of each day of which something has come."""
    days = sorted({line.at.date() for line in arrival.lines})
    return [Report(name, day, [line for line in arrival.lines if line.at.date() == day]) for day in days]


async def _keep_odd(work: PaymentWork, name: str, arrival: "Arrival", line: ReportLine) -> None:
    """Put an entry before a person that is odd: once, however often its statement is heard."""
    details = {
        "why": line.odd,
        "file": arrival.name,
        "line": line.id,
        "remittance": line.remittance,
        "holder": line.holder,
    }
    case = Case(
        kind=CaseKind.UNREADABLE,
        processor=name,
        subject=f"line {line.id}",
        currency=line.currency,
        amount_minor=line.amount,
        day=line.at.date(),
        details=details,
        opened_at=await work.wallet.now(),
    )
    async with work.wallet.database.write() as connection:
        await open_case(connection, work.store.tables, case)
    log.error("statement_entry_is_odd", processor=name, file=arrival.name, line=line.id, why=line.odd)


async def _keep_status(work: PaymentWork, name: str, arrival: "Arrival", part: str, why: str) -> None:
    """Put what a bank says of an order before a person: once, however often its report is heard."""
    case = Case(
        kind=CaseKind.UNREADABLE,
        processor=name,
        subject=f"report {arrival.digest[:32]} {part}",
        details={"why": why, "file": arrival.name, "order": part},
        opened_at=await work.wallet.now(),
    )
    async with work.wallet.database.write() as connection:
        await open_case(connection, work.store.tables, case)
    log.error("order_status_is_odd", processor=name, file=arrival.name, why=why)


async def _keep(work: PaymentWork, name: str, arrival: "Arrival") -> None:
    """Put a file before a person that is not believed.

    The day makes it another case if it is put in again later, and the copy if it only has the same name. On
    the same day, it is another one once somebody has closed the first.
    """
    now = await work.wallet.now()
    copy = f" {arrival.copy}" if arrival.copy else ""
    case = Case(
        kind=CaseKind.UNREADABLE,
        processor=name,
        subject=f"statement {now.date()} {arrival.digest[:32]}{copy}",
        details={"why": arrival.why, "file": arrival.name, "kept_as": f"refused/{arrival.kept_as}"},
        opened_at=now,
    )
    async with work.wallet.database.write() as connection:
        await open_case_again(connection, work.store.tables, case)
    log.error("statement_not_believed", processor=name, file=arrival.name, why=arrival.why)
