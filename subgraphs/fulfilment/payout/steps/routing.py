"""Chooses the reward and the provider of what is due; neither changes afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.payout.unit_of_work import UnitOfWork
from subgraphs.fulfilment.providers.registry import ProviderRegistry
from subgraphs.fulfilment.state import reasons
from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.fulfilment.state.reward import Choice
from subgraphs.fulfilment.state.state_machine import STOPPING


@dataclass(frozen=True, slots=True)
class Router:
    """Assigns rewards to providers."""

    uow: UnitOfWork
    registry: ProviderRegistry

    async def route(self, leased: Sequence[Fulfilment]) -> None:
        """Assign rewards to providers, or record why that is not possible yet, in one transaction."""
        async with self.uow.database.write() as connection:
            stopped = [fulfilment for fulfilment in leased if fulfilment.state in STOPPING]
            await self._cancel_unassigned(connection, stopped)
            remaining = [fulfilment for fulfilment in leased if fulfilment not in stopped]
            payable = await self.uow.lock_payable(connection, remaining)
            choices = await self.uow.origin.choices(connection, payable)
            for fulfilment in payable:
                await self._assign(connection, fulfilment, choices.get(fulfilment.key))

    async def _cancel_unassigned(self, connection: AsyncConnection, stopped: Sequence[Fulfilment]) -> None:
        """Cancel rewards that were stopped in review: without a provider, nothing was ever sent."""
        for fulfilment in await self.uow.lock_all(connection, stopped):
            if fulfilment.state in STOPPING:
                await self.uow.mark_cancelled(connection, fulfilment)

    async def _assign(
        self, connection: AsyncConnection, fulfilment: Fulfilment, choice: Choice | None
    ) -> None:
        if choice is None or not choice.final:
            await self.uow.postpone(connection, fulfilment, reasons.CHOICE_OPEN)
            return
        if choice.reward is None:
            await self.uow.send_to_review(connection, fulfilment, reasons.NO_REWARD)
            return
        chosen = replace(fulfilment, reward=choice.reward)
        registered = self.registry.provider_for(chosen.credit)
        if registered is None:
            await self.uow.postpone(connection, fulfilment, reasons.NO_PROVIDER)
            return
        assigned = replace(chosen, provider=registered.config.name)
        if (choice.reward.value_minor or 0) > registered.config.limit_minor:
            await self.uow.send_to_review(connection, assigned, reasons.OVER_LIMIT)
            return
        await self.uow.release(connection, assigned, await self.uow.clock.at(connection), None)
