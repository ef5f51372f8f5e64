"""Operations: the services behind their part of the graph."""

from typing import Any

from backoffice.base import Base
from backoffice.graph.area import Area
from backoffice.operations.brands.service import BrandService
from backoffice.operations.cases.held_rewards import HeldRewards
from backoffice.operations.cases.late_bets import LateBets
from backoffice.operations.cases.waiting import CaseService
from backoffice.operations.consumer_lag import LagService
from backoffice.operations.dead_letters import DeadLetterService
from backoffice.operations.installation import InstallationService
from backoffice.operations.kill_switches import KillSwitchService
from backoffice.operations.nodes import NodeService
from backoffice.operations.providers.adapter_configurations import AdapterConfigurations
from backoffice.operations.providers.adapter_document import environment_configurations
from backoffice.operations.providers.adapter_health import AdapterReader
from backoffice.operations.providers.adapter_list import AdapterList
from backoffice.operations.providers.adapters import switchable_names
from backoffice.operations.providers.configurations import (
    Configurations,
    ProviderConfigurations,
)
from backoffice.operations.providers.service import ProviderService
from backoffice.operations.reward_statuses import RewardStatusService
from backoffice.operations.weeks import WeekService
from backoffice.subgraph_databases import SubgraphDatabases
from consumers.feeds.settings import FeedSettings
from providers.registry import NAMES as PROCESSES
from providers.settings import ProviderSettings


class OperationsArea(Area):
    """The services of operations over a base, with which their kinds of proposals and jobs are registered."""

    name = "operations"

    def __init__(self, base: Base) -> None:
        self._databases = databases = SubgraphDatabases.open(base.settings)
        own, audit, clock = base.database, base.audit, base.clock
        files = {provider.name: provider for provider in base.fulfilment.list_providers()}
        feeds = FeedSettings()
        adapters = switchable_names(feeds)
        self.switches = KillSwitchService(own, databases.rewards, audit, clock, tuple(files), adapters)
        self.nodes = NodeService(own, audit, clock)
        self.statuses = RewardStatusService(own, databases.rewards, audit, base.approvals, clock)
        self.letters = DeadLetterService(base.settings, base.stream, own, audit, base.jobs, clock)
        self.weeks = WeekService(own, databases.progress, audit, base.approvals, base.jobs, clock)
        self.installation = InstallationService({**databases.by_name, "backoffice": own}, audit, clock)
        self.configurations = ProviderConfigurations(
            own, audit, base.approvals, clock, files, base.fulfilment
        )
        self.providers = ProviderService(databases.fulfilment, own, self.configurations, clock)
        self.settings = AdapterConfigurations(own, audit, base.approvals, clock, environment_configurations())
        reader, seconds = AdapterReader(base.stream), ProviderSettings().status_seconds
        self.adapters = AdapterList(own, self.providers, self.settings, reader, feeds, seconds, clock)
        self.lag = LagService(base.settings, base.stream, own, clock)
        self.cases = CaseService(own, databases.fulfilment, databases.progress, audit)
        self.late_bets = LateBets(own, databases.progress, audit, base.approvals, base.jobs, clock)
        self.held_rewards = HeldRewards(
            own, databases.fulfilment, base.fulfilment, audit, base.approvals, base.jobs, clock
        )
        self.background = (self.lag.sample,)
        self.brands = BrandService(own, databases.rewards, audit, clock)
        for proposal_kind in (
            self.statuses.proposal_kind,
            self.weeks.proposal_kind,
            self.configurations.proposal_kind,
            self.settings.proposal_kind,
            self.late_bets.proposal_kind,
            self.held_rewards.proposal_kind,
        ):
            base.approvals.register(proposal_kind)
        deciding = (self.late_bets.job_kind, self.held_rewards.job_kind)
        for job_kind in (self.letters.job_kind, self.weeks.job_kind, *deciding):
            base.jobs.register(job_kind)

    def revisions_of(self, provider: str) -> Configurations[Any]:
        """Return where the revisions of a provider are: an adapter with a process, or one of rewards."""
        return self.settings if provider in PROCESSES else self.configurations

    async def close(self) -> None:
        """Close the databases of the subgraphs."""
        await self._databases.close()
