"""Composition root of operations' part of the graph."""

from typing import Final

from backoffice.access.actor import Actor
from backoffice.base import Base
from backoffice.graph.admin_subgraph import AdminSubgraph
from backoffice.operations.backlog.lag_service import LagService
from backoffice.operations.brands.service import BrandService
from backoffice.operations.context import OperationsContext
from backoffice.operations.dead_letters import DeadLetterService
from backoffice.operations.installation import InstallationService
from backoffice.operations.kill_switches import KillSwitchService
from backoffice.operations.nodes import NodeService
from backoffice.operations.providers.configurations import ProviderConfigurations
from backoffice.operations.providers.service import ProviderService
from backoffice.operations.reward_statuses import RewardStatusService
from backoffice.operations.schema import create_schema
from backoffice.operations.weeks import WeekService
from storage.database import Database

NAME: Final = "operations"


def create_area(base: Base) -> AdminSubgraph:
    """Return the subgraph; its kinds of proposals and jobs are registered with the base."""
    names = ("club", "rewards", "progress", "fulfilment")
    databases = {name: Database.open(base.settings, name) for name in names}
    own, audit, clock = base.database, base.audit, base.clock
    files = {one.name: one for one in base.fulfilment.list_providers()}
    switches = KillSwitchService(own, databases["rewards"], audit, clock, tuple(files))
    nodes = NodeService(own, audit, clock)
    statuses = RewardStatusService(own, databases["rewards"], audit, base.approvals, clock)
    letters = DeadLetterService(base.settings, base.stream, own, audit, base.jobs, clock)
    weeks = WeekService(own, databases["progress"], audit, base.approvals, base.jobs, clock)
    installation = InstallationService({**databases, "backoffice": own}, audit, clock)
    configurations = ProviderConfigurations(own, audit, base.approvals, clock, files, base.fulfilment)
    providers = ProviderService(databases["fulfilment"], own, configurations, clock)
    lag = LagService(base.settings, base.stream, own, clock)
    brands = BrandService(own, databases["rewards"], audit, clock)
    for proposal_kind in (statuses.proposal_kind, weeks.proposal_kind, configurations.proposal_kind):
        base.approvals.register(proposal_kind)
    for job_kind in (letters.job_kind, weeks.job_kind):
        base.jobs.register(job_kind)

    def make_context(actor: Actor) -> OperationsContext:
        return OperationsContext(
            actor,
            switches,
            nodes,
            statuses,
            letters,
            weeks,
            installation,
            brands,
            lag,
            providers,
            configurations,
        )

    closing = tuple(database.close for database in databases.values())
    return AdminSubgraph(NAME, create_schema(), make_context, closing=closing)
