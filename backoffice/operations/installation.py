"""What runs and what waits: providers, changes in doubt, and messages that are not published yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Table, func, select

from backoffice.access import Actor, Permission, require
from backoffice.audit.audit_log import AuditLog
from backoffice.errors import Invalid, Problem
from backoffice.global_events.models import OUTBOX as BACKOFFICE_OUTBOX
from backoffice.global_events.models import STREAM as BACKOFFICE_STREAM
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.block_list import BLOCKS
from subgraphs.fulfilment.models import GLOBAL_STATE
from subgraphs.fulfilment.repository import ProviderRepository
from subgraphs.kit.durable_steps.postponed import PostponedItems, Postponement
from subgraphs.kit.mutations.intents import Intent, IntentRepository
from subgraphs.kit.records.global_state import KillSwitches
from subgraphs.kit.records.outbox import Outbox
from subgraphs.kit.records.tables import OutboxTables

DEAD_LETTERS: Final[Mapping[str, Table]] = {
    **{block.name: block.stream.dead_letter for block in BLOCKS},
    "backoffice": BACKOFFICE_STREAM.dead_letter,
}
OUTBOXES: Final[Mapping[str, OutboxTables]] = {
    **{block.name: block.outbox for block in BLOCKS},
    "backoffice": BACKOFFICE_OUTBOX,
}
INTENTS: Final = {block.name: block.intent for block in BLOCKS if block.has_intents}


@dataclass(frozen=True, slots=True)
class StoppedProvider:
    """A provider to which nothing is sent.

    Attributes:
        everywhere: Whether its kill switch is on; else an alarm or a person stopped it on this node.
    """

    name: str
    reason: str | None
    since: datetime
    everywhere: bool


@dataclass(frozen=True, slots=True)
class IntentFilter:
    """Which changes in doubt are wanted.

    Attributes:
        subgraph: Only of this subgraph, each of which changes another thing at the upstream API.
        older_than_minutes: Only those that have been in doubt for so long.
        after: Only those after this instant and key.
    """

    subgraph: str | None = None
    older_than_minutes: int | None = None
    after: tuple[datetime, str] | None = None


@dataclass(frozen=True, slots=True)
class OutboxBacklog:
    """The messages of one database that are not published yet."""

    database: str
    waiting: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class InstallationService:
    """Reads what runs and what waits.

    Attributes:
        databases: By name, those of the subgraphs and the back office's own.
    """

    databases: Mapping[str, Database]
    audit: AuditLog
    clock: Clock

    async def stopped_providers(self, actor: Actor) -> list[StoppedProvider]:
        """Return the providers that are stopped, by name.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        database = self.databases["fulfilment"]
        async with database.read() as connection:
            stopped = await ProviderRepository(database.dialect).stopped(connection)
            everywhere = await KillSwitches(GLOBAL_STATE).providers_off(connection)
        return [
            StoppedProvider(name, reason, since, name in everywhere)
            for name, (reason, since) in sorted(stopped.items())
        ]

    async def pending_intents(
        self, actor: Actor, brand: str, first: int, wanted: IntentFilter | None = None
    ) -> list[tuple[str, Intent]]:
        """Return changes of a brand's customers whose outcome is in doubt, the oldest first.

        They name customers, so the access is recorded.

        Raises:
            Forbidden: The actor may not see them.
            Invalid: There is no such subgraph.
        """
        require(actor, Permission.OPERATIONS_READ, brand)
        wanted = wanted or IntentFilter()
        if wanted.subgraph is not None and wanted.subgraph not in INTENTS:
            raise Invalid([Problem("subgraph", f"There are {' and '.join(INTENTS)}.")])
        found: list[tuple[str, Intent]] = []
        for name, table in INTENTS.items():
            if wanted.subgraph not in {None, name}:
                continue
            async with self.databases[name].read() as connection:
                intents = await IntentRepository(table).pending_of_brand(
                    connection, brand, first, wanted.after, self._begun_by(wanted)
                )
            found += [(name, intent) for intent in intents]
        await self.audit.record_access(
            self.databases["backoffice"], actor, "operations.look", brand=brand, subject=f"intents:{brand}"
        )
        return sorted(found, key=lambda named: (named[1].created_at, named[1].upstream_key))[:first]

    def _begun_by(self, wanted: IntentFilter) -> datetime | None:
        minutes = wanted.older_than_minutes
        return None if minutes is None else self.clock.now() - timedelta(minutes=minutes)

    async def dead_letters(self, actor: Actor) -> dict[str, int]:
        """Return how many dead letters each consumer has.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        stopped = {}
        for name, table in DEAD_LETTERS.items():
            async with self.databases[name].read() as connection:
                stopped[name] = int(await connection.scalar(select(func.count()).select_from(table)) or 0)
        return stopped

    async def postponed(self, actor: Actor, limit: int) -> list[tuple[str, Postponement]]:
        """Return what workers could not go on with, by database, that which has failed most often first.

        Raises:
            Forbidden: The actor may not see it.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        found: list[tuple[str, Postponement]] = []
        for block in BLOCKS:
            if (table := block.postponed) is not None:
                items = await PostponedItems(self.databases[block.name], table).all(limit)
                found += [(block.name, item) for item in items]
        return sorted(found, key=lambda named: -named[1].tries)[:limit]

    async def outboxes(self, actor: Actor) -> list[OutboxBacklog]:
        """Return how many messages of each database are not published yet.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        backlogs = []
        for name, tables in OUTBOXES.items():
            async with self.databases[name].read() as connection:
                backlogs.append(OutboxBacklog(name, *await Outbox(tables).backlog(connection)))
        return backlogs
