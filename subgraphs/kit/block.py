"""What a block of the platform declares: a subgraph with its database, its consumer and its facts.

Its parts are found by the names of files that mean the same in every block: `models`, `app`, `schema`,
`table_rules` and `customer_data` in its package, and `wiring` in its consumer's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from foundation.late_imports import imported
from subgraphs.kit.topics import TopicPlan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy import MetaData, Table

    from subgraphs.kit.graphql.app import Subgraph
    from subgraphs.kit.graphql.parts import SubgraphParts
    from subgraphs.kit.graphql.schema_building import SubgraphSchema
    from subgraphs.kit.mutations.recovery import Recovery
    from subgraphs.kit.mutations.recovery_parts import RecoveryParts
    from subgraphs.kit.records.customer_history import CustomerHistory
    from subgraphs.kit.records.erasure import Erasure, Pseudonyms
    from subgraphs.kit.records.table_rules import TableRule
    from subgraphs.kit.records.tables import OutboxTables, StreamTables
    from subgraphs.kit.rounds import Rounds, WorkerParts


class Block(NamedTuple):
    """A block; its modules are imported when a part is asked for.

    Attributes:
        name: That of its folders, its database, its subgraph, its consumer and its commands.
        package: Where its parts are; `subgraphs.NAME` if it is empty.
        consumer: Where its consumer's `wiring` is; `consumers.NAME` if it is empty.
        has_customers: Whether any row is about a customer; one without has no `customer_data`, and nothing of
            it is exported or erased.
        has_intents: Whether customers change something elsewhere through it; its `recovery` settles what is
            in doubt.
        acknowledges: Whether its consumer reads and acknowledges global messages, by a group for each node.
        topics: Those of the messages that are its own, which others may read.
        settings: The places of its settings, `MODULE:NAME`.
        workers: What it does in the background: names of modules in its package, each with `create_rounds`,
            which `furlong worker BLOCK-NAME` runs.
        simulated: The place of what the simulator publishes on its topics, in the demo and without the
            systems that publish on them in production; a class has one object for each simulator. Without
            simulated traffic it is called by its method `still`, if it has one. Nothing if it is empty.
        tail: The place of what brings the records of topics to its subgraph's `book`, which keeps in memory
            what pages follow; nothing if it is empty.
        area: The place of its area of the back office, whose `schema` is beside it; none if it is empty.
    """

    name: str
    package: str = ""
    consumer: str = ""
    has_customers: bool = True
    has_intents: bool = False
    acknowledges: bool = False
    topics: tuple[TopicPlan, ...] = ()
    settings: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    simulated: str = ""
    tail: str = ""
    area: str = ""

    @property
    def metadata(self) -> MetaData:
        """Return its tables."""
        found: MetaData = self._part("models:METADATA")
        return found

    @property
    def stream(self) -> StreamTables:
        """Return the tables of what its consumer has read."""
        tables: StreamTables = self._part("models:STREAM")
        return tables

    @property
    def outbox(self) -> OutboxTables:
        """Return the tables of the facts that it publishes."""
        tables: OutboxTables = self._part("models:OUTBOX")
        return tables

    @property
    def postponed(self) -> Table | None:
        """Return the table of what loops over its rows could not go on with; None if it has none."""
        return self.metadata.tables.get("postponed")

    @property
    def intent(self) -> Table:
        """Return the table of changes that are made at the upstream API."""
        table: Table = self._part("models:INTENT")
        return table

    @property
    def table_rules(self) -> Sequence[TableRule]:
        """Return all that holds of each table: its truth, its rows in a divided cell, their erasure."""
        rules: Sequence[TableRule] = self._part("table_rules:TABLE_RULES")
        return rules

    @property
    def history(self) -> CustomerHistory:
        """Return what its tables tell of a customer, in time."""
        of_customer: CustomerHistory = self._part("customer_data:HISTORY")
        return of_customer

    @property
    def erasure_of(self) -> Callable[[str, Pseudonyms], Erasure]:
        """Return what makes the erasure of its customers, of a dialect of SQL and pseudonyms."""
        create: Callable[[str, Pseudonyms], Erasure] = self._part("customer_data:erasure_of")
        return create

    @property
    def create_subgraph(self) -> Callable[[SubgraphParts], Subgraph]:
        """Return what builds its subgraph."""
        create: Callable[[SubgraphParts], Subgraph] = self._part("app:create_subgraph")
        return create

    @property
    def create_recovery(self) -> Callable[[RecoveryParts], Recovery]:
        """Return what builds recovery of the changes that customers make through it."""
        create: Callable[[RecoveryParts], Recovery] = self._part("recovery:create_recovery")
        return create

    @property
    def create_schema(self) -> Callable[[], SubgraphSchema]:
        """Return what builds its part of the graph, without what answers it."""
        create: Callable[[], SubgraphSchema] = self._part("schema:create_schema")
        return create

    @property
    def create_consumer(self) -> Callable[..., Any]:
        """Return what builds its consumer, of databases, stream, metrics, clock and traces."""
        create: Callable[..., Any] = imported(
            f"{self.consumer or f'consumers.{self.name}'}.wiring:create_consumer"
        )
        return create

    @property
    def tailing(self) -> Callable[[str, Any], AbstractAsyncContextManager[None]]:
        """Return what brings its subgraph's book the records of topics, of brokers and the book."""
        found: Callable[[str, Any], AbstractAsyncContextManager[None]] = imported(self.tail)
        return found

    @property
    def source(self) -> Callable[..., Iterable[Any]]:
        """Return what makes the messages of a moment that the simulator publishes on its topics."""
        found: Any = imported(self.simulated)
        create: Callable[..., Iterable[Any]] = found() if isinstance(found, type) else found
        return create

    def create_rounds(self, worker: str, parts: WorkerParts) -> Rounds:
        """Build the rounds of one of its workers; nothing is connected yet."""
        create: Callable[[WorkerParts], Rounds] = self._part(f"{worker}:create_rounds")
        return create(parts)

    def _part(self, place: str) -> Any:
        return imported(f"{self.package or f'subgraphs.{self.name}'}.{place}")
