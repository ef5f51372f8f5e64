"""Applies global messages to the fulfilment subgraph: kill switches and configurations of providers."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.global_events.reducer import Decision, GlobalReducer
from consumers.messages.global_events.states import SwitchState
from subgraphs.fulfilment.models import GLOBAL_STATE
from subgraphs.fulfilment.payout.provider_holds import ProviderHolds
from subgraphs.kit.records.global_state.kinds import GlobalKind, SwitchScope
from subgraphs.kit.records.global_state.repository import GlobalStateRepository


@dataclass(frozen=True, slots=True)
class ProviderDecisions:
    """Stops and resumes providers. The switches of brands need no more than their message.

    Nor do configurations of providers: workers read them from there, and check them.
    """

    holds: ProviderHolds

    @property
    def reducer(self) -> GlobalReducer:
        """Return the reducer of the global topic."""
        concerns = {GlobalKind.SWITCH: self.switch, GlobalKind.PROVIDER: None}
        return GlobalReducer(GlobalStateRepository(GLOBAL_STATE), concerns)

    async def switch(self, connection: AsyncConnection, decision: Decision[SwitchState]) -> None:
        """Stop a provider, or resume it unless an alarm has stopped it since the decision."""
        state = decision.state
        if state.scope != SwitchScope.PROVIDER.value:
            return
        if state.off:
            await self.holds.stop(connection, state.name, decision.reason or "switched off")
            return
        hold = (await self.holds.stopped(connection)).get(state.name)
        if hold is not None and hold.since <= decision.decided_at:
            await self.holds.resume(connection, state.name)
