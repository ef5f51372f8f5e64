"""Finds out what is to be paid for a week, and by whom; both stay as they are from then on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.payout.unit_of_work import Desk
from subgraphs.fulfilment.projection_repository import Choice
from subgraphs.fulfilment.providers.registry import Registry
from subgraphs.fulfilment.repository import Fulfilment
from subgraphs.fulfilment.state.state_machine import STOPPING


@dataclass(frozen=True, slots=True)
class Router:
    """Gives rewards to providers."""

    desk: Desk
    registry: Registry

    async def route(self, leased: Sequence[Fulfilment]) -> None:
        """Finds rewards and providers, or writes down why there are none yet; all in one transaction."""
        async with self.desk.writing(leased[0]) as connection:
            stopped = [one for one in leased if one.state in STOPPING]
            await self._drop(connection, stopped)
            cleared = await self.desk.cleared(connection, [one for one in leased if one not in stopped])
            choices = await self.desk.projections.choices(connection, [one.club for one in cleared])
            for one in cleared:
                await self._pin(connection, one, choices.get(one.club))

    async def _drop(self, connection: AsyncConnection, stopped: Sequence[Fulfilment]) -> None:
        """Ends what was stopped in review: without a provider, nobody was ever asked."""
        for one in await self.desk.all_held(connection, stopped):
            if one.state in STOPPING:
                await self.desk.cancelled(connection, one)

    async def _pin(self, connection: AsyncConnection, one: Fulfilment, choice: Choice | None) -> None:
        if choice is None or not choice.final:
            await self.desk.postpone(connection, one, "CHOICE_OPEN")
            return
        if choice.reward is None:
            await self.desk.doubt(connection, one, "NO_REWARD")
            return
        known = replace(one, reward=choice.reward)
        payer = self.registry.payer(known.credit)
        if payer is None:
            await self.desk.postpone(connection, one, "NO_PROVIDER")
            return
        pinned = replace(known, provider=payer.config.name)
        if (choice.reward.value_minor or 0) > payer.config.limit_minor:
            await self.desk.doubt(connection, pinned, "OVER_LIMIT")
            return
        await self.desk.wait(connection, pinned, self.desk.clock.now(), None)
