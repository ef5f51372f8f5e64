"""What waits, in operations' part of the graph."""

import strawberry
from strawberry import Info

from backoffice.access.roles import Permission
from backoffice.graph.permitted import ALL, permitted
from backoffice.operations.context import OperationsContext
from backoffice.operations.graph.backlog.types import ConsumerLagInfo, shown_lag


@strawberry.type
class BacklogQuery:
    """Reads of what waits."""

    @strawberry.field(
        description="How far each consumer is behind, by topic and partition.",
        directives=[permitted(Permission.OPERATIONS_READ, ALL)],
    )
    async def consumer_lag(self, info: Info[OperationsContext, None]) -> ConsumerLagInfo:
        """Return the lag of all consumers."""
        return shown_lag(await info.context.lag.read(info.context.actor))
