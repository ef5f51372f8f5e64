"""Versions of rewards with their status, in operations' part of the graph."""

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import OfficeInfo, permitted
from backoffice.operations.area import OperationsArea
from backoffice.operations.reward_statuses import VersionStatus
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described, fields_described


@described
@strawberry.type
class RewardVersionStatus:
    """A version of a reward, with the status in force.

    Attributes:
        id: Such as northbet:fb-5:1.
        status: active, paused or withdrawn; kill switches count.
        obstacles: Why it is not offered though it is active.
    """

    id: ID
    brand: str
    reward: str
    version: int
    kind: str
    status: str
    recalled: bool
    obstacles: list[str]


@fields_described
@strawberry.type
class RewardQuery:
    """Reads of versions of rewards."""

    @strawberry.field(directives=[permitted(Permission.OPERATIONS_READ, "brand")])
    async def reward_versions(self, info: OfficeInfo, brand: str) -> list[RewardVersionStatus]:
        """The versions of a brand's rewards, with the status in force."""
        return [
            _shown(status)
            for status in await info.context.area(OperationsArea).statuses.listed(info.context.actor, brand)
        ]


def _shown(status: VersionStatus) -> RewardVersionStatus:
    config = status.config
    return with_fields_of(
        RewardVersionStatus,
        config,
        id=ID(f"{config.brand}:{config.reward_id}:{config.version}"),
        reward=config.reward_id,
        kind=config.kind.value,
        obstacles=list(status.obstacles),
    )
