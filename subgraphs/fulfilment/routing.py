"""Finds out what is to be paid for a week, and by whom; both stay as they are from then on."""

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.desk import Desk
from subgraphs.fulfilment.providers.registry import Registry
from subgraphs.fulfilment.repository import Fulfilment
from subgraphs.fulfilment.states import STOPPING


@dataclass(frozen=True, slots=True)
class Router:
    """Gives rewards to providers."""

    desk: Desk
    registry: Registry

    async def route(self, leased: Fulfilment) -> None:
        """Finds reward and provider, or writes down why there is none yet."""
        async with self.desk.writing(leased) as connection:
            if leased.state in STOPPING:
                await self._drop(connection, leased)
                return
            one = await self.desk.cleared(connection, leased)
            if one is not None:
                await self._pin(connection, one)

    async def _drop(self, connection: AsyncConnection, leased: Fulfilment) -> None:
        """Ends what was stopped in review: without a provider, nobody was ever asked."""
        one = await self.desk.held(connection, leased)
        if one is not None and one.state in STOPPING:
            await self.desk.cancelled(connection, one)

    async def _pin(self, connection: AsyncConnection, one: Fulfilment) -> None:
        choice = (await self.desk.projections.choices(connection, [one.club])).get(one.club)
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
        if (choice.reward.value_minor or 0) > payer.config.limit_minor:
            await self.desk.doubt(
                connection, one, "OVER_LIMIT", reward=choice.reward, provider=payer.config.name
            )
            return
        pinned = replace(known, provider=payer.config.name)
        await self.desk.wait(connection, pinned, self.desk.clock.now(), None)
