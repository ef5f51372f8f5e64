"""Reads what the node's workers know about providers, for the acknowledgement of the fulfilment consumer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.acknowledgements.message import ProviderHealth, RefusedMessage
from consumers.acknowledgements.report import WorkersReport
from foundation.storage.clock import Clock
from subgraphs.fulfilment.payout.configuration import repository
from subgraphs.fulfilment.payout.configuration.repository import ProviderReport
from subgraphs.fulfilment.payout.configuration.state import DecidedConfiguration
from subgraphs.kit.records.global_state.kinds import provider_subject

SILENT_AFTER: Final = timedelta(seconds=30)
"""A worker reports every three seconds; one that was silent for so long has ended."""

MAX_LISTED: Final = 200


@dataclass(frozen=True, slots=True)
class ProviderHealthReader:
    """Reads the reports of workers, and what is due at each provider."""

    clock: Clock

    async def read(self, connection: AsyncConnection) -> WorkersReport:
        """Return what workers could not use or have not used yet, and the health of each provider."""
        decided = {one.name: one for one in await repository.decided(connection)}
        since = self.clock.machine.now() - SILENT_AFTER
        reports = await repository.reports_since(connection, since)
        due = await repository.due(connection, self.clock.now())
        credited = await repository.last_credits(connection)
        refused = [
            refusal
            for one in reports
            if one.provider in decided
            for refusal in [_refusal(one, decided[one.provider])]
            if refusal is not None
        ]
        silent = sorted((decided.keys() | due.keys() | credited.keys()) - {one.provider for one in reports})
        health = [
            *(_health(one, due, credited) for one in reports),
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
    return ProviderHealth(
        provider=report.provider,
        worker=report.worker,
        revision=report.revision,
        problem=report.problem,
        circuit=report.circuit,  # type: ignore[arg-type] # one of the four
        calls=report.calls,
        due=due.get(report.provider, 0),
        succeeded_at=report.succeeded_at,
        failed_at=report.failed_at,
        error=report.error,
        credited_at=credited.get(report.provider),
    )
