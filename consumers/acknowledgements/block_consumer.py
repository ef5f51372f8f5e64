"""Builds the consumer of a block: its topics, and what it does with decisions for all nodes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from consumers.acknowledgements.acknowledger import acknowledging
from consumers.acknowledgements.report import ReadWorkers
from consumers.acknowledgements.settings import NodeSettings
from consumers.messages.global_events.reducer import GlobalReducer
from consumers.stream.consumer import App, Consumer
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import AnyTopic
from consumers.stream.wiring import wire
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from foundation.tracing import Tracing
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.records.tables import StreamTables


@dataclass(frozen=True, slots=True)
class ConsumerParts:
    """What reducers are made of."""

    database: Database
    pseudonyms: Pseudonyms
    clock: Clock


@dataclass(frozen=True, slots=True)
class Decisions:
    """How a block applies decisions for all nodes.

    Attributes:
        reducer: Applies them.
        workers: Reads what the node's workers made of them; None if no worker uses any.
    """

    reducer: GlobalReducer
    workers: ReadWorkers | None = None


@dataclass(frozen=True, slots=True)
class BlockConsumer:
    """Creates consumers of a block's database.

    Attributes:
        name: The block, its database and, after `furlong-`, its consumer group.
        tables: Its positions and dead letters.
        topics: Makes its topics, with what applies their messages.
        decisions: Makes what applies decisions for all nodes; None if the block reads none.
    """

    name: str
    tables: StreamTables
    topics: Callable[[ConsumerParts], Sequence[AnyTopic]]
    decisions: Callable[[ConsumerParts], Decisions] | None = None

    def __call__(
        self,
        database_settings: DatabaseSettings,
        stream_settings: StreamSettings,
        registry: CollectorRegistry,
        clock: Clock,
        tracing: Tracing | None = None,
        *,
        changed: CustomersChanged | None = None,
        node: NodeSettings | None = None,
    ) -> Consumer:
        """Return a consumer; `registry` must be its own.

        `changed` is called with customers whose data a commit has changed. `node` names this node; by default
        the settings do.
        """
        database = Database.open(database_settings, self.name, None if tracing is None else tracing.tracer)
        parts = ConsumerParts(database, Pseudonyms.from_settings(database_settings), clock)
        app = App(f"furlong-{self.name}", self.topics(parts))
        if self.decisions is not None:
            decisions = self.decisions(parts)
            app = acknowledging(
                app,
                self.name,
                decisions.reducer,
                database,
                self.tables.dead_letter,
                stream=stream_settings,
                clock=clock,
                node=node,
                workers=decisions.workers,
            )
        return wire(
            app,
            database,
            self.tables,
            settings=stream_settings,
            registry=registry,
            clock=clock,
            tracing=tracing,
            changed=changed,
        )
