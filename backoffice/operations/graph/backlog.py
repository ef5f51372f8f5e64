"""What waits, in operations' part of the graph."""

from datetime import datetime

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import ALL, OfficeInfo, permitted
from backoffice.operations.area import OperationsArea
from backoffice.operations.consumer_lag import ConsumerLag, PartitionLag
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described, fields_described


@described
@strawberry.type
class PartitionLagInfo:
    """How far a consumer group is behind in a partition.

    Attributes:
        id: Group, topic and partition.
        committed: The next offset that it reads, as last committed to Kafka; null before the first commit.
        lag: How many offsets it is behind.
        oldest_at: When the oldest record that waits was produced; null if none waits.
    """

    id: ID
    group: str
    topic: str
    partition: int
    committed: float | None
    end: float
    lag: float
    oldest_at: datetime | None


@described
@strawberry.type
class ConsumerLagInfo:
    """The lag of all consumers.

    Attributes:
        problem: Why it could not be read.
        details: The technical words behind the problem; empty if there are none.
    """

    read_at: datetime
    problem: str | None
    details: str
    partitions: list[PartitionLagInfo]


@described
@strawberry.type
class CountedBetsInfo:
    """Up to when the tracker has counted the bets of a brand.

    Attributes:
        until: When it was read, if no bet waits; otherwise when the oldest that waits was produced; null if
            that is not known.
        waiting: Whether a bet waits to be counted.
        problem: Why it could not be read.
    """

    until: datetime | None
    waiting: bool
    problem: str | None


@described
@strawberry.type
class LagSampleInfo:
    """The lag of all consumers at an instant.

    Attributes:
        records: Null if Kafka could not be read.
        tracker_seconds: How long the oldest bet had waited that the tracker did not count yet; 0 if none did.
    """

    at: datetime
    records: float | None
    tracker_seconds: float | None


def lag_to_graphql(lag: ConsumerLag) -> ConsumerLagInfo:
    """Return the lag of all consumers."""
    return ConsumerLagInfo(
        read_at=lag.read_at,
        problem=lag.problem or None,
        details=lag.details,
        partitions=[_partition(partition) for partition in lag.partitions],
    )


def _partition(lag: PartitionLag) -> PartitionLagInfo:
    return with_fields_of(PartitionLagInfo, lag, id=ID(f"{lag.group}/{lag.topic}/{lag.partition}"))


@fields_described
@strawberry.type
class BacklogQuery:
    """Reads of what waits.

    Attributes:
        lag_history: The lag of the last hours, a sample a minute, since this process of the back office
            began; the oldest first.
    """

    @strawberry.field(directives=[permitted(Permission.OPERATIONS_READ, ALL)])
    async def consumer_lag(self, info: OfficeInfo) -> ConsumerLagInfo:
        """How far each consumer is behind, by topic and partition."""
        return lag_to_graphql(await info.context.area(OperationsArea).lag.read(info.context.actor))

    @strawberry.field(directives=[permitted(Permission.OPERATIONS_READ, "brand")])
    async def counted_bets(self, info: OfficeInfo, brand: str) -> CountedBetsInfo:
        """Up to when the bets of a brand are counted."""
        bets = await info.context.area(OperationsArea).lag.counted_bets(info.context.actor, brand)
        return CountedBetsInfo(until=bets.until, waiting=bets.waiting, problem=bets.problem or None)

    @strawberry.field(directives=[permitted(Permission.OPERATIONS_READ, ALL)])
    def lag_history(self, info: OfficeInfo) -> list[LagSampleInfo]:
        """Return samples of the lag."""
        history = info.context.area(OperationsArea).lag.history(info.context.actor)
        return [
            LagSampleInfo(at=sample.at, records=sample.records, tracker_seconds=sample.tracker_seconds)
            for sample in history
        ]
