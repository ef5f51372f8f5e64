"""Reads what a cell has used of the allotted budgets, for the acknowledgement of the rewards consumer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.acknowledgements.message import BudgetReport
from consumers.acknowledgements.report import WorkersReport
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import Clock
from subgraphs.kit.domain.weeks import week_at
from subgraphs.rewards.budgets import allotments
from subgraphs.rewards.choices import week_choices

SETTLED_AFTER: Final = timedelta(days=8)
"""So long after its end a week can no longer be chosen for, in whatever zone."""


@dataclass(frozen=True, slots=True)
class BudgetReports:
    """Reads the use of allotted budgets; without cells there are none."""

    cell: Cell | None
    clock: Clock

    async def read(self, connection: AsyncConnection) -> WorkersReport:
        """Return the use of the current week and of those to come.

        Pending changes are read first: one that is settled meanwhile counts twice, rather than not at all.
        """
        if self.cell is None:
            return WorkersReport()
        me = (self.cell.name, self.cell.first, self.cell.last)
        since = week_at(self.clock.now() - SETTLED_AFTER, "UTC").iso
        pending = {
            (brand, week): await week_choices.in_doubt(connection, brand, week)
            for brand, week in await allotments.weeks(connection, since)
        }
        return WorkersReport(
            budgets=tuple(
                BudgetReport(
                    brand=one.brand,
                    reward_id=one.reward_id,
                    iso_week=one.iso_week,
                    share=one.shares.shares.get(me),
                    used=one.taken + pending[one.brand, one.iso_week].get(one.reward_id, 0),
                    asked=one.refused,
                )
                for one in await allotments.uses(connection, since)
                if (one.brand, one.iso_week) in pending
            )
        )
