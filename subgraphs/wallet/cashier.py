"""Brings payments forward that nobody waits for, and compares them with processors' reports by day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from foundation.storage.database import Database
from subgraphs.kit.durable_steps.loop import Loop, LoopName
from subgraphs.kit.rounds import WorkerParts
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.paying.opened import OpenedPayments, opened_payments
from subgraphs.wallet.paying.reconciliation.reconciler import Reconciler
from subgraphs.wallet.paying.reconciliation.statements import keep_unreadable, take_in
from subgraphs.wallet.payments.configuration import PaymentsSettings
from subgraphs.wallet.payments.processor import Unanswered, Unavailable, Unreadable
from subgraphs.wallet.payments.records.cases import Case, CaseKind, count_open, open_case

if TYPE_CHECKING:
    from subgraphs.wallet.payments.bank.adapter import BankProcessor

log = structlog.get_logger(__name__)
T = TypeVar("T")
BANKS: Final = LoopName("wallet-cashier", "banks")
REPORTS: Final = LoopName("wallet-cashier", "reports")
BATCH: Final = 50
"""How many payments a round looks at."""

CLAIMED_FOR: Final = timedelta(seconds=30)
"""So long other processes leave a payment alone with which this one goes on."""

REPORTS_AGAIN: Final = 600.0
"""After how many seconds reports are looked for again."""

STATEMENTS_AGAIN: Final = 15.0
"""After how many seconds banks' statements are looked for again."""


@dataclass(slots=True)
class Cashier:
    """Looks at payments that are due, some in each round; several processes may do so at the same time."""

    wallet: OpenedWallet
    payments: OpenedPayments
    _reports_at: float = 0
    _statements_at: float = 0

    async def round(self) -> Mapping[str, int]:
        """Do what is due; return whether there may be more, and how many cases wait for a person."""
        work = self.payments.work
        await self._take_in()  # first: what a statement has is not ordered again
        at = await self.wallet.now()
        due = await work.store.due_payments.claim(at, BATCH, at + CLAIMED_FOR)
        await work.loop.each(due, partial(work.advance, looks=True))
        await self._compare()
        async with self.wallet.database.read() as connection:
            cases = await count_open(connection, work.store.tables)
        failing = await self.wallet.postponed.counts("wallet-cashier", self.wallet.clock.machine)
        return {"payments": int(len(due) == BATCH), "cases": cases, **failing}

    async def _take_in(self) -> None:
        """Read the statements that banks have sent."""
        if monotonic() < self._statements_at:
            return
        self._statements_at = monotonic() + STATEMENTS_AGAIN
        processors = self.payments.work.asking.processors.items()
        banks = [(name, opened.bank) for name, opened in processors if opened.bank is not None]
        await self._loop(BANKS, _named_bank).each(banks, self._take_in_of)

    async def _take_in_of(self, named: "tuple[str, BankProcessor]") -> None:
        name, bank = named
        try:
            await take_in(self.payments.work, name, bank)
        except Unanswered as why:
            log.warning("statements_not_read", processor=name, why=str(why))
            await keep_unreadable(self.payments.work, name, why)

    async def _compare(self) -> None:
        """Compare the earliest day of each processor that was not compared yet."""
        if monotonic() < self._reports_at:
            return
        self._reports_at = monotonic() + REPORTS_AGAIN
        reconciler, silent = Reconciler(self.payments.work), set[str]()

        async def compare(report: tuple[str, date]) -> None:
            name, day = report
            try:
                if name not in silent:
                    await reconciler.ask(name, day)
            except (Unanswered, Unavailable) as why:
                log.warning("report_not_there", processor=name, day=str(day), why=str(why))
                silent.add(name)
            except Unreadable as why:  # the days after it are compared all the same
                await self._unreadable(name, f"report {day}", str(why))

        loop = self._loop(REPORTS, _named)
        for name in self.payments.work.asking.processors:
            await loop.each([(name, day) for day in await reconciler.due(name)], compare)

    def _loop(self, name: LoopName, named: Callable[[T], str]) -> Loop[T]:
        machine = self.wallet.clock.machine
        return Loop(name=name, postponed=self.wallet.postponed, clock=machine, named=named)

    async def _unreadable(self, processor: str, subject: str, why: str) -> None:
        """Put what a processor says in an unknown form before a person."""
        case = Case(
            kind=CaseKind.UNREADABLE,
            processor=processor,
            subject=subject,
            details={"why": why},
            opened_at=await self.wallet.now(),
        )
        async with self.wallet.database.write() as connection:
            await open_case(connection, self.payments.work.store.tables, case)
        log.error("report_unreadable", processor=processor, subject=subject, why=why)

    async def close(self) -> None:
        """Close all connections."""
        await self.payments.close()
        await self.wallet.close()


def _named_bank(named: "tuple[str, BankProcessor]") -> str:
    return named[0]


def _named(report: tuple[str, date]) -> str:
    return f"{report[0]} {report[1]}"


def create_rounds(parts: WorkerParts) -> Cashier:
    """Return the work on payments of the wallet's database.

    Raises:
        PaymentsError: The file of payments, or a secret that it names, cannot be used.
    """
    wallet = OpenedWallet.of(Database.open(parts.database, "wallet"), parts.clock, parts.changed)
    return Cashier(wallet, opened_payments(wallet, parts.given.of(PaymentsSettings)))
