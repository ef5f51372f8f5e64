"""What the recovery of each block's changes is built from, by a worker or a command."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar, cast

from sqlalchemy import Table

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.mutations.changes import Changes
from subgraphs.kit.mutations.effect import Effect
from subgraphs.kit.mutations.intents import IntentRepository
from subgraphs.kit.mutations.recovery import RecoveryLimits
from subgraphs.kit.mutations.upstream import UpstreamClient
from subgraphs.kit.settings import UpstreamSettings

C = TypeVar("C", bound=UpstreamClient)


@dataclass(frozen=True, slots=True)
class RecoveryParts:
    """The settings of a process, and what it has opened.

    Attributes:
        stack: Closes what is opened.
        changed: Called with each customer whose data a commit has changed.
    """

    stack: AsyncExitStack
    database: DatabaseSettings
    upstream: UpstreamSettings
    clock: Clock
    changed: CustomersChanged | None = None
    _clients: dict[type[UpstreamClient], UpstreamClient] = field(default_factory=dict)

    @property
    def limits(self) -> RecoveryLimits:
        """Return limits that leave a change to its own request for twice as long as the request may take."""
        attempt_seconds = self.upstream.timeout_seconds + 1.5 * self.upstream.retry_delay_seconds
        return RecoveryLimits(undisturbed=timedelta(seconds=2 * self.upstream.attempts * attempt_seconds))

    def client(self, kind: type[C]) -> C:
        """Return the client of a kind, which blocks share: they rest together when it fails."""
        if kind not in self._clients:
            self._clients[kind] = opened = kind(self.upstream)
            self.stack.push_async_callback(opened.close)
        return cast("C", self._clients[kind])

    def changes(self, block: str, intents: Table, effect: Effect) -> Changes:
        """Return what carries out the changes of a block, over its database."""
        database = Database.open(self.database, block)
        self.stack.push_async_callback(database.close)
        return Changes(database, IntentRepository(intents), effect, self.clock, self.changed)
