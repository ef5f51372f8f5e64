"""How much of a week's goodwill budget is left, decided in one place by one transaction at a time."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.support.goodwill import repository
from backoffice.support.goodwill.budget import GoodwillBudgetKey, ReservationStatus, WeekUse
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.fulfilment.goodwill import GoodwillRepository, goodwill_key
from subgraphs.fulfilment.state.state_machine import PAID, STOPPED


@dataclass(frozen=True, slots=True)
class GoodwillSpending:
    """Reads what a week's credits take from its budget.

    Attributes:
        fulfilment: The fulfilment subgraph's database, which knows what became of approved credits. What it
            does not know yet counts as taken.
    """

    fulfilment: Database
    clock: Clock

    async def lock(self, connection: AsyncConnection, week: GoodwillBudgetKey) -> WeekUse:
        """Lock a week's budget until the transaction ends, and return its use.

        What was paid, or stopped for good, is recorded with the reservations: a stopped credit is never paid
        later, so its part of the budget is free again.
        """
        budget = await repository.budget_of(connection, week, locked=True)
        held = await repository.held(connection, week)
        approved = [one for one in held if one.status is ReservationStatus.APPROVED]
        ends = await self._ends(week.brand, [one.proposal_id for one in approved])
        now = await self.clock.at(connection)
        for status in (ReservationStatus.PAID, ReservationStatus.RELEASED):
            ended = [proposal for proposal, end in ends.items() if end is status]
            await repository.mark(connection, ended, status, now)
        if ends:
            held = await repository.held(connection, week)
        return WeekUse(week, budget, tuple(held))

    async def read(self, connection: AsyncConnection, week: GoodwillBudgetKey) -> WeekUse:
        """Return a week's use as it was last recorded; nothing is locked."""
        budget = await repository.budget_of(connection, week)
        return WeekUse(week, budget, tuple(await repository.held(connection, week)))

    async def _ends(self, brand: str, proposals: list[str]) -> dict[str, ReservationStatus]:
        if not proposals:
            return {}
        keys = {goodwill_key(brand, proposal): proposal for proposal in proposals}
        async with self.fulfilment.read() as connection:
            states = await GoodwillRepository().states(connection, keys)
        ends = {}
        for key, state in states.items():
            if state in PAID:
                ends[keys[key]] = ReservationStatus.PAID
            elif state in STOPPED:
                ends[keys[key]] = ReservationStatus.RELEASED
        return ends
