"""Global messages with the acknowledgements of nodes, and the nodes with what they lack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backoffice.access import Actor, Permission, allows, require
from backoffice.audit.audit_log import AuditLog
from backoffice.errors import Invalid, NotFound, Problem
from backoffice.global_events.acknowledgements import NodeReport, NodeRepository, unacknowledged
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.repository import GlobalDecision
from backoffice.operations.kill_switches import readable_decisions
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.records.global_state import GlobalOrder


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A decision, and what each part of each node made of it.

    Attributes:
        applied: The parts that have applied it.
        missing: The parts that have not yet, each with the reason if it cannot.
    """

    decision: GlobalDecision
    applied: tuple[NodeReport, ...]
    missing: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class NodeState:
    """A part of a node.

    Attributes:
        is_alive: Whether it reports.
        missing: How many decisions it has not applied.
        missing_since: When the oldest of them was decided.
    """

    report: NodeReport
    is_alive: bool
    missing: int
    missing_since: datetime | None


@dataclass(frozen=True, slots=True)
class NodeService:
    """Reads what nodes have acknowledged."""

    database: Database
    audit: AuditLog
    clock: Clock
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)
    nodes: NodeRepository = field(default_factory=NodeRepository)

    async def page(
        self,
        actor: Actor,
        *,
        first: int,
        before: GlobalOrder | None = None,
        brand: str | None = None,
        kinds: Sequence[str] = (),
    ) -> list[Acknowledged]:
        """Return decisions with their acknowledgements, the newest first.

        Raises:
            Forbidden: The actor may not see them.
        """
        async with self.database.read() as connection:
            decisions = await readable_decisions(
                connection, self.decisions, actor, brand=brand, first=first, before=before, kinds=kinds
            )
            reports = await self.nodes.all(connection)
        return [_acknowledged(decision, reports) for decision in decisions]

    async def find(self, actor: Actor, key: str) -> Acknowledged:
        """Return the decision about a subject.

        Raises:
            NotFound: There is none that the actor may see.
        """
        async with self.database.read() as connection:
            decision = await self.decisions.repository.find(connection, key)
            reports = await self.nodes.all(connection)
        if decision is None or not allows(actor, Permission.OPERATIONS_READ, decision.brand):
            raise NotFound(f"There is no decision about {key}.")
        return _acknowledged(decision, reports)

    async def states(self) -> list[NodeState]:
        """Return all nodes with what they lack, by name."""
        async with self.database.read() as connection:
            decisions = await self.decisions.repository.all(connection)
            reports = await self.nodes.all(connection)
        lacking, now = unacknowledged(decisions, reports), self.clock.machine.now()
        return [
            NodeState(
                report,
                report.is_alive(now),
                len(lacking[report.name]),
                min((decision.decided_at for decision in lacking[report.name]), default=None),
            )
            for report in reports
        ]

    async def listed(self, actor: Actor) -> list[NodeState]:
        """Return all nodes, for a person.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        return await self.states()

    async def forget(self, actor: Actor, node: str, reason: str) -> int:
        """Forget a node that was removed permanently; if it reports again, it is known again.

        Raises:
            Forbidden: The actor may not.
            Invalid: There is no such node.
        """
        require(actor, Permission.OPERATIONS_SWITCH, None)
        async with self.database.write() as connection:
            forgotten = await self.nodes.forget(connection, node)
            if not forgotten:
                raise Invalid([Problem("node", f"There is no node {node}.")])
            await self.audit.record(
                connection,
                actor,
                "operations.forget_node",
                brand=None,
                subject=f"node:{node}",
                before={"parts": forgotten},
                after=None,
                reason=reason,
            )
        return forgotten


def _acknowledged(decision: GlobalDecision, reports: Sequence[NodeReport]) -> Acknowledged:
    applied = tuple(report for report in reports if report.has_applied(decision))
    missing = {report.name: report.refusal(decision) for report in reports if report not in applied}
    return Acknowledged(decision, applied, missing)
