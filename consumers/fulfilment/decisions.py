"""What fulfilment applies of the global topic, and what its acknowledgement says about providers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.acknowledgements.message import ProviderHealth, RefusedMessage
from consumers.acknowledgements.report import WorkersReport
from consumers.messages.global_events.reducer import Decision, GlobalReducer
from consumers.messages.global_events.states import SwitchState
from foundation.same_fields import with_fields_of
from foundation.storage.clock import Clock
from subgraphs.fulfilment.models import GLOBAL_STATE
from subgraphs.fulfilment.payout import provider_decisions
from subgraphs.fulfilment.payout.provider_decisions import DecidedConfiguration, ProviderHolds, ProviderReport
from subgraphs.kit.records.global_state import (
    GlobalKind,
    GlobalStateRepository,
    SwitchScope,
    provider_subject,
)


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


SILENT_AFTER: Final = timedelta(seconds=30)
"""A worker reports every three seconds; one that was silent for so long has ended."""

MAX_LISTED: Final = 200


@dataclass(frozen=True, slots=True)
class ProviderHealthReader:
    """Reads the reports of workers, and what is due at each provider."""

    clock: Clock

    async def read(self, connection: AsyncConnection) -> WorkersReport:
        """Return what workers could not use or have not used yet, and the health of each provider."""
        decided = {
            configuration.name: configuration
            for configuration in await provider_decisions.decided(connection)
        }
        since = self.clock.machine.now() - SILENT_AFTER
        reports = await provider_decisions.reports_since(connection, since)
        due = await provider_decisions.due(connection, self.clock.now())
        credited = await provider_decisions.last_credits(connection)
        refused = [
            refusal
            for report in reports
            if report.provider in decided
            for refusal in [_refusal(report, decided[report.provider])]
            if refusal is not None
        ]
        silent = sorted(
            (decided.keys() | due.keys() | credited.keys()) - {report.provider for report in reports}
        )
        health = [
            *(_health(report, due, credited) for report in reports),
            *(
                ProviderHealth(provider=name, due=due.get(name, 0), credited_at=credited.get(name))
                for name in silent
            ),
        ]
        return WorkersReport(tuple(refused[:MAX_LISTED]), tuple(health[:MAX_LISTED]))


def _refusal(report: ProviderReport, decided: DecidedConfiguration) -> RefusedMessage | None:
    if report.order < decided.order:
        reason = "has not taken it yet"
    elif report.problem is not None:
        reason = f"cannot use it, and stays with what it had: {report.problem}"
    else:
        return None
    return RefusedMessage(
        key=provider_subject(decided.name).key,
        epoch=decided.order.epoch,
        number=decided.order.number,
        reason=f"worker {report.worker} {reason}"[:500],
    )


def _health(
    report: ProviderReport, due: Mapping[str, int], credited: Mapping[str, datetime]
) -> ProviderHealth:
    return with_fields_of(
        ProviderHealth, report, due=due.get(report.provider, 0), credited_at=credited.get(report.provider)
    )
