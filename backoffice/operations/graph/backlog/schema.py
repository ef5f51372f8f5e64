"""What waits, in operations' part of the graph."""

import strawberry

from backoffice.access.roles import Permission
from backoffice.graph.area import OfficeInfo
from backoffice.graph.permitted import ALL, permitted
from backoffice.operations.area import OperationsArea
from backoffice.operations.graph.backlog.types import ConsumerLagInfo, shown_lag


@strawberry.type
class BacklogQuery:
    """Reads of what waits."""

    @strawberry.field(
        description="How far each consumer is behind, by topic and partition.",
        directives=[permitted(Permission.OPERATIONS_READ, ALL)],
    )
    async def consumer_lag(self, info: OfficeInfo) -> ConsumerLagInfo:
        """Return the lag of all consumers."""
        return shown_lag(await info.context.area(OperationsArea).lag.read(info.context.actor))
