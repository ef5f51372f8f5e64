"""What the resolvers of operations work with."""

from dataclasses import dataclass

from backoffice.access.actor import Actor
from backoffice.operations.backlog.lag_service import LagService
from backoffice.operations.brands.service import BrandService
from backoffice.operations.dead_letters import DeadLetterService
from backoffice.operations.installation import InstallationService
from backoffice.operations.kill_switches import KillSwitchService
from backoffice.operations.nodes import NodeService
from backoffice.operations.providers.configurations import ProviderConfigurations
from backoffice.operations.providers.service import ProviderService
from backoffice.operations.reward_statuses import RewardStatusService
from backoffice.operations.weeks import WeekService


@dataclass(frozen=True, slots=True)
class OperationsContext:
    """The context of a request."""

    actor: Actor
    switches: KillSwitchService
    nodes: NodeService
    statuses: RewardStatusService
    letters: DeadLetterService
    weeks: WeekService
    installation: InstallationService
    brands: BrandService
    lag: LagService
    providers: ProviderService
    configurations: ProviderConfigurations
