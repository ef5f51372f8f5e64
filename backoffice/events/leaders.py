"""Who leads for each kind of data, how providers are, and how that has changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from backoffice.access import Actor
from backoffice.events import repository
from backoffice.events.reading import require_reading
from backoffice.events.repository import LeaderChange
from foundation.storage.database import Database
from subgraphs.events.leaders import DATA, Leader
from subgraphs.events.records.providers import read_leaders, read_reports, read_trusts
from subgraphs.events.trust import ProviderReport, Trust


@dataclass(frozen=True, slots=True)
class JudgedProvider:
    """How a provider's adapter says that it is, and whether it is trusted; None before it was judged."""

    report: ProviderReport
    trust: Trust | None


@dataclass(frozen=True, slots=True)
class LeaderService:
    """Reads who leads.

    Attributes:
        events: The events' database.
    """

    events: Database

    async def leaders(self, actor: Actor) -> Sequence[tuple[str, Leader | None]]:
        """Return who leads for each kind of data; None while no provider brings it.

        Raises:
            Forbidden: The actor may not see it.
        """
        require_reading(actor)
        async with self.events.read() as connection:
            found = await read_leaders(connection)
        return [(data, found.get(data)) for data in DATA]

    async def providers(self, actor: Actor) -> Sequence[JudgedProvider]:
        """Return the providers of sports events, by name.

        Raises:
            Forbidden: The actor may not see them.
        """
        require_reading(actor)
        async with self.events.read() as connection:
            reports = await read_reports(connection)
            trusts = await read_trusts(connection)
        return [JudgedProvider(report, trusts.get(report.provider)) for report in reports]

    async def changes(self, actor: Actor, first: int, before: int | None = None) -> Sequence[LeaderChange]:
        """Return changes of leaders, the newest first; those before one with `before`.

        Raises:
            Forbidden: The actor may not see them.
        """
        require_reading(actor)
        async with self.events.read() as connection:
            return await repository.leader_changes(connection, first, before)
