"""Proposing, approving, rejecting and withdrawing: the four eyes of the back office."""

import hmac
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, Role, allows, require, require_step_up, roles_allow
from backoffice.approvals import repository
from backoffice.approvals.proposals import (
    Proposal,
    ProposalId,
    ProposalKind,
    ProposalStatus,
    Staff,
    proposal_hash,
)
from backoffice.approvals.repository import Decision
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.errors import Conflict, FourEyes, Invalid, NotFound, Problem, Stale
from foundation.storage.clock import Clock
from foundation.storage.database import Database

CHANGED: Final = "What this is about has changed since it was proposed."
OWN: Final = "You proposed this: another person has to approve it."
LOST: Final = "The proposer may not propose this any more."


class Approvals:
    """The proposals of all areas.

    Args:
        database: The back office's.
        audit: Where proposals and decisions are recorded.
        clock: Machine time is recorded.
        kinds: What can be proposed.
        staff: What is known of people; None if nothing is, so that only persons are compared.
    """

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        clock: Clock,
        kinds: Iterable[ProposalKind] = (),
        staff: Staff | None = None,
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock.machine
        self._staff = staff
        self._kinds = {kind.name: kind for kind in kinds}

    @property
    def kinds(self) -> frozenset[str]:
        """Return the names of all kinds."""
        return frozenset(self._kinds)

    def shows(self, actor: Actor, proposal: Proposal) -> bool:
        """Tell whether somebody may see what a proposal is about, rather than its kind and state alone."""
        own = actor.user_id == proposal.proposed_by and allows(
            actor, Permission.APPROVALS_READ, proposal.brand
        )
        return own or proposal.kind in self.visible_kinds(actor, proposal.brand)

    async def decidable(
        self, connection: AsyncConnection, actor: Actor, proposals: Iterable[Proposal]
    ) -> Sequence[Proposal]:
        """Return those proposals that somebody may approve: by their roles, and as another pair of eyes."""
        by_role = [
            proposal
            for proposal in proposals
            if proposal.kind in self._kinds
            and allows(actor, self._kinds[proposal.kind].needs.approve, proposal.brand)
        ]
        obstacles = await self.obstacles(connection, actor, by_role)
        return [proposal for proposal in by_role if proposal.proposal_id not in obstacles]

    def visible_kinds(self, actor: Actor, brand: str | None) -> frozenset[str]:
        """Return the kinds of proposals of a brand that somebody may see."""
        return frozenset(name for name, kind in self._kinds.items() if allows(actor, kind.needs.read, brand))

    def register(self, kind: ProposalKind) -> None:
        """Add a kind; areas do so when they are built."""
        if kind.name in self._kinds:
            raise ValueError(f"there are two kinds of proposals named {kind.name}")
        self._kinds[kind.name] = kind

    async def propose(
        self,
        connection: AsyncConnection,
        actor: Actor,
        kind: str,
        *,
        brand: str | None,
        subject: str,
        content: Json,
        reason: str,
    ) -> ProposalId:
        """Store a proposal in the caller's write transaction; the caller checked the actor's permission.

        Raises:
            Invalid: There is no reason.
        """
        if kind not in self._kinds:
            raise ValueError(f"no area registered proposals of the kind {kind}")
        if not reason.strip():
            raise Invalid([Problem("reason", "Give a reason.")])
        proposal = Proposal(
            proposal_id=ProposalId(uuid.uuid4().hex),
            kind=kind,
            brand=brand,
            subject=subject,
            content=content,
            content_hash=proposal_hash(kind, brand, subject, content),
            reason=reason,
            status=ProposalStatus.PENDING,
            proposed_at=self._clock.now(),
            proposed_by=actor.user_id,
            proposer_person=actor.person,
            proposer_name=actor.name,
        )
        await repository.add(connection, proposal)
        await self._record(connection, actor, "approvals.propose", proposal, reason)
        return proposal.proposal_id

    async def approve(self, actor: Actor, proposal_id: str, content_hash: str, now: datetime) -> Proposal:
        """Approve a proposal and execute it, in one transaction: exactly once, whoever else tries.

        Args:
            actor: Another person than the proposer.
            proposal_id: The proposal.
            content_hash: The hash of what the approver saw.
            now: Machine time, for the step-up.

        Raises:
            NotFound: There is no such proposal for the actor's brands.
            Forbidden: The actor's roles do not permit approving it.
            FourEyes: The actor is not independent of the person who proposed it.
            StepUpRequired: The actor has to confirm their second factor again.
            Conflict: It is decided already.
            Stale: The approver saw something else; or what it is about has changed, or its proposer may not
                propose it any more: then it is void.
        """
        async with self._database.write() as connection:
            await self._audit.require_acting(connection, actor)
            proposal, kind = await self._undecided(connection, actor, proposal_id)
            obstacle = (await self.obstacles(connection, actor, [proposal])).get(proposal.proposal_id)
            if obstacle is not None:
                raise FourEyes(obstacle)
            if kind.step_up:
                require_step_up(actor, now)
            if not hmac.compare_digest(content_hash.encode(), proposal.content_hash.encode()):
                raise Stale("This is not what was proposed: look at it again.", proposal.content_hash)
            why = await self._obsolete(connection, kind, proposal)
            if why is None:
                outcome = await kind.execute(connection, actor, proposal)
                decision = Decision(ProposalStatus.EXECUTED, actor, now, outcome=outcome)
                return await self._decide(connection, proposal, "approvals.approve", decision)
            await self._void(connection, actor, proposal, why)
        raise Stale(f"{why} Propose it again.")

    async def reject(self, actor: Actor, proposal_id: str, reason: str, now: datetime) -> Proposal:
        """End another person's proposal.

        Raises:
            NotFound, Forbidden, Conflict: As for `approve`.
            FourEyes: It is the actor's own: they withdraw it.
            Invalid: There is no reason.
        """
        if not reason.strip():
            raise Invalid([Problem("reason", "Give a reason.")])
        async with self._database.write() as connection:
            await self._audit.require_acting(connection, actor)
            proposal, kind = await self._undecided(connection, actor, proposal_id)
            if actor.person == proposal.proposer_person:
                raise FourEyes("This is your own proposal: withdraw it.")
            if kind.declined is not None:
                await kind.declined(connection, actor, proposal, reason)
            decision = Decision(ProposalStatus.REJECTED, actor, now, reason)
            return await self._decide(connection, proposal, "approvals.reject", decision)

    async def withdraw(self, actor: Actor, proposal_id: str, now: datetime) -> Proposal:
        """End a proposal of the actor's own account, in a brand in which they still have a part.

        Raises:
            NotFound: The actor has no such proposal.
            Conflict: It is decided already.
        """
        async with self._database.write() as connection:
            await self._audit.require_acting(connection, actor)
            proposal = await repository.find(connection, proposal_id, locked=True)
            if proposal is None or proposal.proposed_by != actor.user_id:
                raise NotFound("You have no such proposal.")
            if not allows(actor, Permission.APPROVALS_READ, proposal.brand):
                raise NotFound("You have no such proposal.")
            _require_pending(proposal)
            kind = self._kinds.get(proposal.kind)
            if kind is not None and kind.declined is not None:
                await kind.declined(connection, actor, proposal, None)
            decision = Decision(ProposalStatus.WITHDRAWN, actor, now)
            return await self._decide(connection, proposal, "approvals.withdraw", decision)

    async def lapse(
        self,
        connection: AsyncConnection,
        actor: Actor,
        user_id: str,
        roles: Mapping[str, frozenset[Role]],
        why: str,
    ) -> None:
        """End the proposals of an account that it may not make with these roles, in the caller's transaction.

        Args:
            connection: In a write transaction.
            actor: Who changes the account.
            user_id: The account.
            roles: Its roles from now on; none if it is disabled, or others could have used it.
            why: What the proposer and the approvers read.
        """
        for proposal_id in await repository.pending_of(connection, user_id):
            proposal = await repository.find(connection, proposal_id, locked=True)
            if proposal is None or proposal.status is not ProposalStatus.PENDING:
                continue
            kind = self._kinds.get(proposal.kind)
            if kind is None or not roles_allow(roles, kind.needs.propose, proposal.brand):
                await self._void(connection, actor, proposal, why)

    async def obstacles(
        self, connection: AsyncConnection, actor: Actor, proposals: Iterable[Proposal]
    ) -> Mapping[ProposalId, str]:
        """Return why somebody is not independent of the proposer, for each proposal where they are not."""
        own, others = {}, []
        for proposal in proposals:
            if actor.person == proposal.proposer_person or actor.user_id == proposal.proposed_by:
                own[proposal.proposal_id] = OWN
            else:
                others.append(proposal)
        if self._staff is None or not others:
            return own
        obstacle_of = await self._staff.obstacles(connection, actor, {other.proposed_by for other in others})
        return own | {
            other.proposal_id: obstacle_of[other.proposed_by]
            for other in others
            if other.proposed_by in obstacle_of
        }

    async def is_one_of(self, connection: AsyncConnection, actor: Actor, persons: Collection[str]) -> bool:
        """Tell whether somebody is one of these persons, or could have acted for one, or they for them."""
        if actor.person in persons:
            return True
        return self._staff is not None and await self._staff.bound(connection, actor, persons)

    async def _obsolete(
        self, connection: AsyncConnection, kind: ProposalKind, proposal: Proposal
    ) -> str | None:
        """Return why a proposal cannot be executed any more, if so."""
        expected = proposal_hash(proposal.kind, proposal.brand, proposal.subject, proposal.content)
        if expected != proposal.content_hash:
            return CHANGED
        if self._staff is not None:
            roles = await self._staff.roles(connection, proposal.proposed_by)
            if not roles_allow(roles, kind.needs.propose, proposal.brand):
                return LOST
        if kind.unchanged is not None and not await kind.unchanged(connection, proposal):
            return CHANGED
        return None

    async def _void(self, connection: AsyncConnection, actor: Actor, proposal: Proposal, why: str) -> None:
        kind = self._kinds.get(proposal.kind)
        if kind is not None and kind.declined is not None:
            await kind.declined(connection, actor, proposal, why)
        void = Decision(ProposalStatus.VOID, actor, self._clock.now(), why)
        await self._decide(connection, proposal, "approvals.void", void)

    async def _undecided(
        self, connection: AsyncConnection, actor: Actor, proposal_id: str
    ) -> tuple[Proposal, ProposalKind]:
        proposal = await repository.find(connection, proposal_id, locked=True)
        kind = None if proposal is None else self._kinds.get(proposal.kind)
        if proposal is None or kind is None or not allows(actor, Permission.APPROVALS_READ, proposal.brand):
            raise NotFound("There is no such proposal.")
        require(actor, kind.needs.approve, proposal.brand)
        _require_pending(proposal)
        return proposal, kind

    async def _decide(
        self, connection: AsyncConnection, proposal: Proposal, action: str, decision: Decision
    ) -> Proposal:
        await repository.decide(connection, proposal.proposal_id, decision)
        await self._record(connection, decision.actor, action, proposal, decision.reason)
        decided = await repository.find(connection, proposal.proposal_id)
        if decided is None:
            raise NotFound("There is no such proposal.")
        return decided

    async def _record(
        self, connection: AsyncConnection, actor: Actor, action: str, proposal: Proposal, reason: str | None
    ) -> None:
        shown: Json = {
            "proposal": proposal.proposal_id,
            "kind": proposal.kind,
            "content": proposal.content,
            "hash": proposal.content_hash,
        }
        await self._audit.record(
            connection,
            actor,
            action,
            brand=proposal.brand,
            subject=proposal.subject,
            before=None,
            after=shown,
            reason=reason,
        )


def _require_pending(proposal: Proposal) -> None:
    if proposal.status is not ProposalStatus.PENDING:
        raise Conflict(f"This proposal is decided: {proposal.status.value}.", status=proposal.status.value)
