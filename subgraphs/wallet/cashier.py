"""Brings payments forward that nobody waits for, and compares them with processors' reports by day."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Final

import structlog

from foundation.storage.database import Database
from subgraphs.kit.rounds import WorkerParts
from subgraphs.wallet.opened import OpenedWallet, UnknownBrand
from subgraphs.wallet.paying.opened import OpenedPayments, opened_payments
from subgraphs.wallet.paying.reconciliation.reconciler import Reconciler
from subgraphs.wallet.paying.reconciliation.statements import keep_unreadable, take_in
from subgraphs.wallet.payments.configuration import PaymentsSettings
from subgraphs.wallet.payments.processor import Unanswered, Unavailable, Unreadable
from subgraphs.wallet.payments.records.cases import Case, CaseKind, count_open, open_case

log = structlog.get_logger(__name__)
BATCH: Final = 50
"""How many payments a round looks at."""

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
        due = await work.store.due(await self.wallet.now(), BATCH)
        for payment_id in due:
            try:
                await work.advance(payment_id, looks=True)
            except UnknownBrand as why:
                await work.postpone(payment_id)
                log.warning("payment_of_unknown_brand", payment=payment_id, why=str(why))
        await self._compare()
        async with self.wallet.database.read() as connection:
            cases = await count_open(connection, work.store.tables)
        return {"payments": int(len(due) == BATCH), "cases": cases}

    async def _take_in(self) -> None:
        """Read the statements that banks have sent."""
        if monotonic() < self._statements_at:
            return
        self._statements_at = monotonic() + STATEMENTS_AGAIN
        for name, opened in self.payments.work.asking.processors.items():
            if opened.bank is not None:
                try:
                    await take_in(self.payments.work, name, opened.bank)
                except Unanswered as why:
                    log.warning("statements_not_read", processor=name, why=str(why))
                    await keep_unreadable(self.payments.work, name, why)

    async def _compare(self) -> None:
        """Compare the earliest day of each processor that was not compared yet."""
        if monotonic() < self._reports_at:
            return
        self._reports_at = monotonic() + REPORTS_AGAIN
        reconciler = Reconciler(self.payments.work)
        for name in self.payments.work.asking.processors:
            for day in await reconciler.due(name):
                try:
                    await reconciler.ask(name, day)
                except (Unanswered, Unavailable) as why:
                    log.warning("report_not_there", processor=name, day=str(day), why=str(why))
                    break
                except Unreadable as why:  # the days after it are compared all the same
                    await self._unreadable(name, f"report {day}", str(why))

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


def create_rounds(parts: WorkerParts) -> Cashier:
    """Return the work on payments of the wallet's database.

    Raises:
        PaymentsError: The file of payments, or a secret that it names, cannot be used.
    """
    wallet = OpenedWallet.of(Database.open(parts.database, "wallet"), parts.clock, parts.changed)
    return Cashier(wallet, opened_payments(wallet, parts.given.of(PaymentsSettings)))
