"""Shows operators the providers: configuration without secrets, health, and what waits for them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require
from backoffice.approvals.proposals import Proposal
from backoffice.global_events.acknowledgements import NodeReport, NodeRepository
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.operations.providers.configurations import ProviderConfigurations
from backoffice.operations.providers.document import adapter_kinds
from backoffice.operations.providers.repository import ProviderRevision
from consumers.acknowledgements.message import ProviderHealth
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.fulfilment.models import GLOBAL_STATE, GOODWILL_CREDIT
from subgraphs.fulfilment.providers.adapters import Adapter
from subgraphs.fulfilment.providers.settings import ProviderConfig
from subgraphs.fulfilment.repository import FulfilmentRepository, ProviderRepository
from subgraphs.kit.records.global_state import KillSwitches, provider_subject


@dataclass(frozen=True, slots=True)
class NodeHealth:
    """What a worker of a node knows about a provider.

    Attributes:
        is_alive: Whether the node still reports.
    """

    node: str
    is_alive: bool
    health: ProviderHealth


@dataclass(frozen=True, slots=True)
class ProviderState:
    """A provider.

    Attributes:
        present: Its configuration; None if neither the back office nor its copy of the file knows it.
        missing: The parts of nodes that do not use the current revision, each with the reason if it cannot.
        pending: Proposals that wait for another person.
        stopped: Why and since when nothing is sent to it; None if it is in use.
        everywhere: Whether its kill switch is on, on all nodes.
        waiting: How many rewards are in each state.
        health: What nodes report, by node and worker.
    """

    name: str
    present: ProviderRevision[ProviderConfig] | None
    missing: Mapping[str, str | None]
    pending: Sequence[Proposal]
    stopped: tuple[str | None, datetime] | None
    everywhere: bool
    waiting: Mapping[str, int]
    health: Sequence[NodeHealth]

    @property
    def adapter_kinds(self) -> tuple[str, ...]:
        """Return the kinds of reward for which its adapter has a request."""
        return () if self.present is None else adapter_kinds(self.present.document)


@dataclass(frozen=True, slots=True)
class ProviderService:
    """Reads providers.

    Attributes:
        fulfilment: The fulfilment subgraph's database.
        database: The back office's.
    """

    fulfilment: Database
    database: Database
    configurations: ProviderConfigurations
    clock: Clock
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)
    nodes: NodeRepository = field(default_factory=NodeRepository)

    async def listed(self, actor: Actor) -> list[ProviderState]:
        """Return the providers: those that are configured, in their order, then others that are known.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        async with self.fulfilment.read() as connection:
            stopped = await ProviderRepository(self.fulfilment.dialect).stopped(connection)
            everywhere = await KillSwitches(GLOBAL_STATE).providers_off(connection)
            rewards = await FulfilmentRepository().backlog(connection)
            goodwill = await FulfilmentRepository(GOODWILL_CREDIT).backlog(connection)
        waiting: dict[str, dict[str, int]] = {}
        for (provider, state), number in (Counter(rewards) + Counter(goodwill)).items():
            if provider is not None:
                waiting.setdefault(provider, {})[state] = number
        async with self.database.read() as connection:
            present = await self.configurations.newest(connection)
            reports = await self.nodes.all(connection)
            pending = await self.configurations.pending(connection)
            missing = {
                name: await self._missing(connection, name, reports)
                for name, revision in present.items()
                if revision.approved_by is not None
            }
        health = self._health(reports)
        proposed = {proposal.subject.partition(":")[2] for proposal in pending}
        ordered = sorted(present, key=lambda name: (present[name].document.position, name))
        others = sorted({*stopped, *waiting, *everywhere, *health, *proposed} - present.keys())
        return [
            ProviderState(
                name,
                present.get(name),
                missing.get(name, {}),
                of_provider(pending, name),
                stopped.get(name),
                name in everywhere,
                waiting.get(name, {}),
                health.get(name, []),
            )
            for name in (*ordered, *others)
        ]

    def adapters(self, actor: Actor) -> list[str]:
        """Return the names of the adapters that a configuration can have.

        Raises:
            Forbidden: The actor may not see providers.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        return [adapter.value for adapter in Adapter]

    async def _missing(
        self, connection: AsyncConnection, name: str, reports: Sequence[NodeReport]
    ) -> Mapping[str, str | None]:
        decision = await self.decisions.repository.find(connection, provider_subject(name).key)
        if decision is None:
            return {}
        return {
            report.name: report.refusal(decision) for report in reports if not report.has_applied(decision)
        }

    def _health(self, reports: Sequence[NodeReport]) -> dict[str, list[NodeHealth]]:
        now = self.clock.machine.now()
        found: dict[str, list[NodeHealth]] = {}
        for report in reports:
            for provider in report.providers:
                found.setdefault(provider.provider, []).append(
                    NodeHealth(report.node, report.is_alive(now), provider)
                )
        return found


def of_provider(proposals: Sequence[Proposal], name: str) -> list[Proposal]:
    """Return the proposals about a provider."""
    return [proposal for proposal in proposals if proposal.subject == f"provider:{name}"]
