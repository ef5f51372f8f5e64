"""Hears what banks' statements say: of what is believed, each part learns; of what is not, a person."""

from functools import partial
from typing import TYPE_CHECKING

import structlog

from subgraphs.wallet.opened import UnknownBrand
from subgraphs.wallet.paying.reconciliation.comparison import Report
from subgraphs.wallet.paying.reconciliation.reconciler import Reconciler
from subgraphs.wallet.paying.work import PaymentWork
from subgraphs.wallet.payments.processor import Contradiction, Unanswered, Unreadable
from subgraphs.wallet.payments.records.cases import Case, CaseKind, open_case, open_case_again

if TYPE_CHECKING:
    from subgraphs.wallet.payments.bank.adapter import BankProcessor
    from subgraphs.wallet.payments.bank.arrivals import Arrival

log = structlog.get_logger(__name__)


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
    for report in by_day:
        await reconciler.keep(report)
    for notice in arrival.notices:
        try:
            await work.notice(name, notice)
        except UnknownBrand as why:  # it is noted, and is due
            log.warning("payment_of_unknown_brand", part=notice.part, why=str(why))
    for report in by_day:
        if await reconciler.is_late(name, report.day):
            await reconciler.ask(name, report.day)
    log.info("statement_read", processor=name, file=arrival.name, lines=len(arrival.lines))


def _by_day(name: str, arrival: "Arrival") -> list[Report]:
    """Return the lines of each day of which something has come."""
    days = sorted({line.at.date() for line in arrival.lines})
    return [Report(name, day, [line for line in arrival.lines if line.at.date() == day]) for day in days]


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
