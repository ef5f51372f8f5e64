"""Held rewards: one is sent again under its own key, or recorded as credited.

Sending again what a provider did not take is like replaying a dead letter: one person does it, with a
step-up. Where it is a person's consent to a large reward, or could be paid twice, it takes two people, as
sending a withdrawal that waits does.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, allows, require_step_up
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.audit.reasons import reason_problems
from backoffice.audit.subjects import customer_subject
from backoffice.errors import Conflict, Invalid, NotFound, Problem
from backoffice.jobs.jobs import JobKind, JobRun
from backoffice.jobs.service import Jobs
from backoffice.operations.cases.deciding import Undecided, both_names, carry_out, case_of
from backoffice.operations.cases.waiting import ORIGINS
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.fulfilment.errors import InvalidDecision
from subgraphs.fulfilment.payout.decisions import Decisions, require_in_review, require_sendable
from subgraphs.fulfilment.payout.unit_of_work import UnitOfWork
from subgraphs.fulfilment.providers.settings import FulfilmentSettings
from subgraphs.fulfilment.state.fulfilment import Attempt, Fulfilment
from subgraphs.fulfilment.state.reasons import CONFIRMED_TOO_LONG_AGO, OVER_LIMIT
from subgraphs.fulfilment.state.state_machine import FulfilmentState

HELD_REWARD: Final = "operations.held_reward"
RETRIED: Final = "operations.retry_held_reward"
CREDITED: Final = "operations.credited_held_reward"
BY_TWO: Final = frozenset({OVER_LIMIT, CONFIRMED_TOO_LONG_AGO})
"""Why a reward is in review that two people send again: it is large, or the provider may have paid it.

Not `KEY_WINDOW_PASSED`: then the provider is asked once more, and the reward is not sent unless `key_hours`
was raised, which takes two people itself.
"""

MAX_REFERENCE: Final = 128
_UNDECIDED: Final = Undecided(HELD_REWARD)


@dataclass(frozen=True, slots=True)
class HeldRewards:
    """Decides about held rewards.

    Attributes:
        database: The back office's.
        fulfilment: The fulfilment subgraph's.
        settings: How its worker sends.
    """

    database: Database
    fulfilment: Database
    settings: FulfilmentSettings
    audit: AuditLog
    approvals: Approvals
    jobs: Jobs
    clock: Clock

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals to send a reward again: a provider pays it."""
        replay = Permission.OPERATIONS_REPLAY
        needs = Needs(replay, replay, Permission.OPERATIONS_CASES)
        return ProposalKind(HELD_REWARD, needs, self._approved, self._waits, step_up=True)

    @property
    def job_kind(self) -> JobKind:
        """Return the kind of jobs that send a reward again."""
        return JobKind(HELD_REWARD, Permission.OPERATIONS_REPLAY, self._send)

    async def retry(self, actor: Actor, key: str, reason: str) -> ProposalId | None:
        """Send a reward again under its own key, or propose it where that takes two people.

        Returns:
            The proposal; None if the reward is on its way.

        Raises:
            NotFound: There is no such reward about which the actor may decide.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: There is no reason.
            Conflict: It is not in review, it cannot be sent, or a proposal waits.
        """
        reward = await self._permitted(actor, key, reason)
        if reward.reason not in BY_TWO:
            await self._decide(actor, reward, RETRIED, reason)
            return None
        try:
            require_sendable(reward)
        except InvalidDecision as error:
            raise await self._refusal(key, error) from None
        owner = reward.club.owner
        content: Json = {
            "case": key,
            "revision": reward.revision,
            "brand": owner.brand,
            "customer": owner.customer,
            "week": reward.club.iso_week,
            "reward": reward.reward.reward_id if reward.reward else None,
            "value_minor": reward.reward.value_minor if reward.reward else None,
            "currency": reward.reward.currency if reward.reward else None,
            "provider": reward.provider,
            "held": reward.reason,
        }
        async with self.database.write() as connection:
            await _UNDECIDED.require(connection, customer_subject(owner), key)
            return await self.approvals.propose(
                connection,
                actor,
                HELD_REWARD,
                brand=owner.brand,
                subject=customer_subject(owner),
                content=content,
                reason=reason.strip(),
            )

    async def proposed(self, brand: str) -> dict[str, str]:
        """Return the proposals of a brand that wait, by the reward's key."""
        async with self.database.read() as connection:
            return await _UNDECIDED.proposed(connection, brand)

    async def credited(self, actor: Actor, key: str, reference: str, reason: str) -> None:
        """Record, on a person's word, that the customer has the reward.

        Raises:
            NotFound, StepUpRequired, Conflict: As for `retry`.
            Invalid: There is no reason, or no reference of the provider.
        """
        reward = await self._permitted(actor, key, reason)
        if not 0 < len(reference.strip()) <= MAX_REFERENCE:
            raise Invalid([Problem("reference", "Give the provider's reference of the credit.")])
        await self._decide(actor, reward, CREDITED, reason, reference.strip())

    async def _decide(
        self, actor: Actor, reward: Fulfilment, action: str, reason: str, reference: str = ""
    ) -> None:
        """Record a decision, and then carry it out; the same person's same decision again changes nothing."""
        key, subject, who = reward.key, customer_subject(reward.club.owner), actor.name
        check, decision = require_sendable, ("retry", who)
        decide = partial(self._decisions.retry, key, who, reward.revision)
        if action == CREDITED:
            check, decision = require_in_review, ("credited", f"{who}: {reference}")
            decide = partial(self._decisions.credited, key, who, reference)
        try:
            check(reward)
        except InvalidDecision as error:
            if reward.state is not FulfilmentState.REVIEW and await self._is_last(key, decision):
                return
            raise await self._refusal(key, error) from None
        async with self.database.write() as connection:
            await self.audit.require_acting(connection, actor)
            await _UNDECIDED.require(connection, subject, key)
            await self.audit.record(
                connection,
                actor,
                action,
                brand=reward.club.brand,
                subject=subject,
                before={"state": reward.state.value, "reason": reward.reason},
                after={"key": key, "reference": reference or None},
                reason=reason.strip(),
            )
        if refusal := await self._carry_out(key, decision, decide):
            raise refusal

    async def _permitted(self, actor: Actor, key: str, reason: str) -> Fulfilment:
        reward = await self._found(key)
        if reward is None or not allows(actor, Permission.OPERATIONS_REPLAY, reward.club.brand):
            raise NotFound("There is no such reward.")
        require_step_up(actor, self.clock.machine.now())
        if problems := reason_problems(reason):
            raise Invalid(problems)
        return reward

    async def _refusal(self, key: str, error: InvalidDecision) -> Conflict:
        """Return why a decision is refused: who has decided before, or what the reward lacks."""
        reward, last = await self._found(key), await self._last_decision(key)
        if reward is not None and reward.state is FulfilmentState.REVIEW:
            return Conflict(f"This reward can't be sent: {error}.")
        if last is None:
            return Conflict("This reward isn't in review any more.")
        if last.outcome == "retry":
            return Conflict(f"This reward is sent again already, by {last.detail}.")
        return Conflict(f"This reward is recorded as credited already, by {last.detail}.")

    async def _found(self, key: str) -> Fulfilment | None:
        async with self.fulfilment.read() as connection:
            for repository in ORIGINS.values():
                if found := await repository.by_keys(connection, [key]):
                    return found[key]
        return None

    async def _waits(self, connection: AsyncConnection, proposal: Proposal) -> bool:
        """Tell whether the reward is still in review, as it was proposed."""
        del connection
        reward = await self._found(case_of(proposal))
        return (
            reward is not None
            and reward.state is FulfilmentState.REVIEW
            and reward.revision == _revision_of(proposal)
        )

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Start the job that sends the reward."""
        job = await self.jobs.start(
            connection,
            actor,
            HELD_REWARD,
            brand=proposal.brand,
            arguments={
                "case": case_of(proposal),
                "revision": _revision_of(proposal),
                "by": both_names(proposal, actor.name),
            },
            key=f"held-reward:{proposal.proposal_id}",
        )
        return {"job": job.job_id}

    async def _send(self, run: JobRun) -> Json:
        """Send a reward again; after a crash, what was sent is not sent a second time."""
        given = run.job.arguments
        key, by, revision = given["case"], given["by"], given["revision"]
        decide = partial(self._decisions.retry, key, by, revision)
        if refusal := await self._carry_out(key, ("retry", by), decide):
            return {"sent": False, "reason": str(refusal)}
        return {"sent": True}

    async def _carry_out(
        self, key: str, decision: tuple[str, str], decide: Callable[[], Awaitable[None]]
    ) -> Conflict | None:
        """Carry out a decision, unless it was the last one already; return why it cannot be."""
        try:
            await carry_out(decide, key)
        except InvalidDecision as error:
            if not await self._is_last(key, decision):
                return await self._refusal(key, error)
        return None

    async def _is_last(self, key: str, decision: tuple[str, str]) -> bool:
        """Tell whether the last decision about a reward has this outcome and detail."""
        last = await self._last_decision(key)
        return last is not None and (last.outcome, last.detail) == decision

    async def _last_decision(self, key: str) -> Attempt | None:
        async with self.fulfilment.read() as connection:
            attempts = await ORIGINS["week"].attempts(connection, key)
        return next((attempt for attempt in reversed(attempts) if attempt.step == "decision"), None)

    @property
    def _decisions(self) -> Decisions:
        return Decisions(UnitOfWork.over(self.fulfilment, self.settings, self.clock))


def _revision_of(proposal: Proposal) -> int | None:
    """Return the revision of the reward that was proposed."""
    content: Any = proposal.content
    revision: int | None = content.get("revision")
    return revision
