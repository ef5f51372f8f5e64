"""The statuses of rewards: pause, resume and withdraw, for all nodes; a recall takes two people."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require, require_step_up
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.errors import Conflict, Invalid, Problem
from backoffice.global_events.decisions import Decided, GlobalDecisions
from backoffice.global_events.repository import GlobalDecision
from consumers.messages.global_events.states import RewardStatusState
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.errors import BadInput
from subgraphs.rewards.catalogue.content import without_content
from subgraphs.rewards.catalogue.law import impossible, refusal, unlawful
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import OptionId, RewardConfig
from subgraphs.rewards.models import REWARD_CONFIG, REWARD_CONTENT

CATALOGUE: Final = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)


class CannotChange(Exception):
    """There is no such version, or its status cannot change; the message says why."""


class StatusAction(Enum):
    """What can be done to a version.

    Attributes:
        value: The version's status afterwards.
        RECALL: Withdrawn for safety or law. Customers who have chosen it do not get it either. Irreversible.
    """

    PAUSE = "paused"
    RESUME = "active"
    WITHDRAW = "withdrawn"
    RECALL = "recalled"


STATUSES: Final[dict[StatusAction, Literal["active", "paused", "withdrawn", "recalled"]]] = {
    StatusAction.PAUSE: "paused",
    StatusAction.RESUME: "active",
    StatusAction.WITHDRAW: "withdrawn",
    StatusAction.RECALL: "recalled",
}


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What changes a version's status.

    Attributes:
        others: How many other versions of the reward are active and have content.
    """

    brand: str
    state: RewardStatusState
    others: int


async def versions(rewards: Database, brand: str) -> tuple[RewardConfig, ...]:
    """Return all versions of a brand's rewards, ordered by reward and version."""
    async with rewards.read() as connection:
        configs = (await CATALOGUE.configs(connection, [brand]))[brand]
    return tuple(sorted(configs, key=lambda config: (config.reward_id, config.version)))


async def versions_without_content(rewards: Database, brand: str, now: datetime) -> tuple[RewardConfig, ...]:
    """Return a brand's active versions whose terms no published content describes."""
    async with rewards.read() as connection:
        configs = (await CATALOGUE.configs(connection, [brand]))[brand]
        contents = (await CATALOGUE.published(connection, [brand], now))[brand]
    return without_content(configs, contents, now)


def offer_obstacles(config: RewardConfig, now: datetime, *, written: bool = True) -> tuple[str, ...]:
    """Return what prevents a version from being offered: missing content, impossible terms, the law."""
    at = max(now, config.effective_from)
    unlawful_in = (unlawful(config, jurisdiction, at) for jurisdiction in config.jurisdictions)
    why = impossible(config)
    return (
        *(() if written else ("no content of its own",)),
        *((why,) if why else ()),
        *(reason for reason in unlawful_in if reason),
    )


async def plan_change(
    rewards: Database, option: OptionId, action: StatusAction, now: datetime
) -> StatusChange:
    """Return what changes a version's status.

    Raises:
        CannotChange: There is no such version, or its status cannot change.
    """
    known = await versions(rewards, option.brand)
    config = next(
        (config for config in known if OptionId(config.brand, config.reward_id, config.version) == option),
        None,
    )
    if config is None:
        raise CannotChange(f"there is no reward {option}; `furlong reward list {option.brand}` shows all")
    if config.recalled and action is not StatusAction.RECALL:
        raise CannotChange(f"{option} was recalled, which cannot be undone: publish another version")
    if action is StatusAction.RESUME and (why := refusal(config)):
        raise CannotChange(f"{option} cannot be offered: {why}; publish another version")
    missing = await versions_without_content(rewards, option.brand, now)
    same = [other for other in known if other.reward_id == config.reward_id and other is not config]
    others = [other for other in same if other not in missing]
    return StatusChange(
        brand=option.brand,
        state=RewardStatusState(
            reward_id=option.reward_id, config_version=option.version, status=STATUSES[action]
        ),
        others=sum(other.status == "active" for other in others),
    )


async def decide_change(
    connection: AsyncConnection, change: StatusChange, *, by: str, at: datetime, reason: str | None = None
) -> Decided:
    """Decide the status for all nodes, in a write transaction on the back office's database.

    The decision is new even if the same was decided before: the upstream may have changed the status since.
    """
    return await GlobalDecisions().decide(
        connection, change.brand, change.state, by=by, at=at, reason=reason, again=True
    )


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
