"""A person learns what a corrected result could not move, until a later one has paid it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.funds import OF_THE_SAME, Correction, Outcome, Status
from subgraphs.wallet.payments.records.cases import Case, CaseKind, open_case
from subgraphs.wallet.payments.records.tables import PaymentTables

OF_BETS: Final = "bets"
"""Whose case it is: no processor has the name."""

PAID: Final = "A later result of the bet has paid it."


@dataclass(frozen=True, slots=True)
class CorrectionCases:
    """Notes what became of corrections."""

    tables: PaymentTables

    async def __call__(
        self, connection: AsyncConnection, correction: Correction, outcome: Outcome, at: datetime
    ) -> None:
        """Open a case for what was not moved, or close those of what was paid; in a write transaction."""
        reservation, owed = correction.reservation, outcome.owed
        bet = reservation.id.partition(OF_THE_SAME)[0]
        if owed or outcome.status is Status.REFUSED:
            why = "spent" if outcome.why is None else outcome.why.value
            case = Case(
                kind=CaseKind.BET,
                processor=OF_BETS,
                subject=correction.id,
                brand_id=reservation.owner.brand,
                currency=reservation.currency,
                amount_minor=owed or abs(correction.amount),
                details={"bet": bet, "wanted": correction.amount, "why": why},
                opened_at=at,
            )
            await open_case(connection, self.tables, case)
        elif 0 < correction.owed <= correction.amount:
            c = self.tables.case.c
            earlier = c.subject.startswith(f"{bet}{OF_THE_SAME}", autoescape=True)
            mine = update(self.tables.case).where(
                c.closed_at.is_(None), c.kind == CaseKind.BET.value, earlier
            )
            await connection.execute(mine.values(closed_at=at, closed_by=OF_BETS, finding=PAID))
