"""The statuses of rewards in the back office: pause, resume and withdraw; a recall takes two people."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require, require_step_up
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.errors import Conflict, Invalid, Problem
from backoffice.global_events.repository import GlobalDecision
from backoffice.operations.status_changes import (
    CannotChange,
    StatusAction,
    StatusChange,
    decide_change,
    offer_obstacles,
    plan_change,
    versions,
    versions_without_content,
)
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.errors import BadInput
from subgraphs.rewards.catalogue.rewards import OptionId, RewardConfig

RECALL: Final = "operations.recall"


@dataclass(frozen=True, slots=True)
class VersionStatus:
    """A version with the status in force.

    Attributes:
        obstacles: Why it is not offered though it is active.
    """

    config: RewardConfig
    obstacles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RewardStatusService:
    """Changes the status of versions of rewards, on all nodes.

    Attributes:
        database: The back office's.
        rewards: The rewards subgraph's.
    """

    database: Database
    rewards: Database
    audit: AuditLog
    approvals: Approvals
    clock: Clock

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals to recall a version, which cannot be undone."""
        needs = Needs(Permission.OPERATIONS_SWITCH, Permission.OPERATIONS_SWITCH, Permission.OPERATIONS_READ)
        return ProposalKind(RECALL, needs, self._recall, step_up=True)

    async def listed(self, actor: Actor, brand: str) -> list[VersionStatus]:
        """Return the versions of a brand's rewards, by reward and version.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_READ, brand)
        now = self.clock.now()
        bare = set(await versions_without_content(self.rewards, brand, now))
        return [
            VersionStatus(config, offer_obstacles(config, now, written=config not in bare))
            for config in await versions(self.rewards, brand)
        ]

    async def change(
        self, actor: Actor, option: str, action: StatusAction, reason: str
    ) -> GlobalDecision | ProposalId:
        """Pause, resume or withdraw a version on all nodes, or propose to recall it.

        Raises:
            Forbidden: The actor may not, for this brand.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: Not the id of a version, or no reason.
            Conflict: There is no such version, or its status cannot change.
        """
        try:
            version = OptionId.parse(option)
        except BadInput as error:
            raise Invalid([Problem("option", str(error))]) from error
        require(actor, Permission.OPERATIONS_SWITCH, version.brand)
        require_step_up(actor, self.clock.machine.now())
        if not reason.strip():
            raise Invalid([Problem("reason", "Say why: the audit log keeps it.")])
        change = await self._plan(version, action)
        async with self.database.write() as connection:
            if action is StatusAction.RECALL:
                return await self.approvals.propose(
                    connection,
                    actor,
                    RECALL,
                    brand=version.brand,
                    subject=f"reward:{version}",
                    content={"option": str(version)},
                    reason=reason,
                )
            return await self._decide(connection, actor, change, action, reason)

    async def _recall(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        content: Any = proposal.content
        change = await self._plan(OptionId.parse(content["option"]), StatusAction.RECALL)
        decision = await self._decide(connection, actor, change, StatusAction.RECALL, proposal.reason)
        return {"key": decision.key, "number": decision.order.number}

    async def _plan(self, version: OptionId, action: StatusAction) -> StatusChange:
        try:
            return await plan_change(self.rewards, version, action, self.clock.now())
        except CannotChange as error:
            raise Conflict(str(error)) from error

    async def _decide(
        self,
        connection: AsyncConnection,
        actor: Actor,
        change: StatusChange,
        action: StatusAction,
        reason: str,
    ) -> GlobalDecision:
        at = await self.clock.at(connection)
        decided = await decide_change(connection, change, by=actor.name, at=at, reason=reason)
        await self.audit.record(
            connection,
            actor,
            f"operations.reward_{action.name.lower()}",
            brand=change.brand,
            subject=f"reward:{decided.decision.key}"[:255],
            before=None if decided.before is None else dict(decided.before.state),
            after=dict(decided.decision.state),
            reason=reason,
        )
        return decided.decision
