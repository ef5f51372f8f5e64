"""People's part of the graph."""

from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access import Permission, Role, brands_with
from backoffice.approvals.proposals import ProposalStatus
from backoffice.approvals.repository import ProposalFilter
from backoffice.audit.repository import AuditFilter
from backoffice.errors import Forbidden, Invalid, Problem
from backoffice.graph.area import ANY, FOUND, OfficeInfo, permitted
from backoffice.graph.pages import Page, number_key, page_of, page_size, text_key, time_key, time_of
from backoffice.identity.account import NewAccount
from backoffice.identity.users import Roles, UserStatus
from backoffice.jobs.jobs import JobStatus
from backoffice.jobs.repository import JobFilter
from backoffice.people.area import PeopleArea
from backoffice.people.brand_names import brand_names
from backoffice.people.service import SeenProposal
from backoffice.people.types import (
    AuditAction,
    AuditEntry,
    BrandName,
    JobInfo,
    Me,
    NewCredentials,
    ProposalInfo,
    SessionInfo,
    User,
    WaitingProposal,
    audit_actions,
    entry_to_graphql,
    granted,
    job_to_graphql,
    permissions_of,
    proposal_to_graphql,
    session_to_graphql,
    user_to_graphql,
    waiting_to_graphql,
)
from subgraphs.kit.graphql.descriptions import fields_described

First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]


@strawberry.input
class GrantedRoleInput:
    """A role for a brand; the brand `*` stands for all of them."""

    brand: str
    role: Role


@strawberry.input
class AddUserInput:
    """A new account."""

    login: str
    name: str
    roles: list[GrantedRoleInput]
    person: str | None = None
    reason: str | None = None


@strawberry.input
class SetRolesInput:
    """All roles that an account is to have."""

    user_id: ID
    roles: list[GrantedRoleInput]
    revision: int
    reason: str | None = None


@strawberry.input
class UserChangeInput:
    """An account to disable or enable."""

    user_id: ID
    revision: int
    reason: str | None = None


@strawberry.input
class ResetUserInput:
    """An account whose credentials were lost."""

    user_id: ID
    reason: str


@strawberry.input
class ApproveInput:
    """An approval of exactly what the approver saw."""

    proposal_id: ID
    content_hash: str


@strawberry.input
class RejectInput:
    """A rejection."""

    proposal_id: ID
    reason: str


@fields_described
@strawberry.type
class Query:
    """Reads.

    Attributes:
        approvals_to_decide: What waits for the decision of the person who asks, the oldest first: of the
            newest 100 proposals that wait.
        my_decisions: One's own proposals that others have approved or rejected, or that have lapsed: the
            latest 20 decisions, the newest first.
    """

    @strawberry.field(directives=[permitted(Permission.OWN, ANY)])
    async def me(self, info: OfficeInfo) -> Me:
        """The person who is signed in."""
        actor = info.context.actor
        return Me(
            id=ID(actor.user_id),
            name=actor.name,
            session_id=ID(actor.session_id),
            roles=granted(actor.roles),
            permissions=permissions_of(actor),
            stepped_up_until=actor.stepped_up_until,
            recovery_codes_left=await info.context.area(PeopleArea).accounts.recovery_codes_left(actor),
        )

    @strawberry.field(directives=[permitted(Permission.OWN, ANY)])
    async def brand_names(self, info: OfficeInfo) -> list[BrandName]:
        """What the brands are called for which the person has a role."""
        names = await brand_names(info.context.area(PeopleArea).rewards, info.context.actor)
        return [BrandName(id=ID(brand), name=name) for brand, name in names.items()]

    @strawberry.field(directives=[permitted(Permission.PEOPLE_READ, ANY)])
    async def users(self, info: OfficeInfo, first: First = 25, after: str | None = None) -> Page[User]:
        """Accounts by login."""
        accounts = await info.context.area(PeopleArea).accounts.by_login(
            info.context.actor, page_size(first), text_key(after)
        )
        return page_of(accounts, first, user_to_graphql, lambda account: account.user.login)

    @strawberry.field(directives=[permitted(Permission.PEOPLE_READ, FOUND)])
    async def user(self, info: OfficeInfo, id: ID) -> User:  # noqa: A002 - the argument's name
        """An account."""
        return user_to_graphql(await info.context.area(PeopleArea).accounts.find(info.context.actor, id))

    @strawberry.field(directives=[permitted(Permission.OWN, ANY)])
    async def my_sessions(self, info: OfficeInfo) -> list[SessionInfo]:
        """One's own open sessions."""
        actor = info.context.actor
        sessions = await info.context.area(PeopleArea).accounts.sessions_of(actor, actor.user_id)
        return [session_to_graphql(session, actor) for session in sessions]

    @strawberry.field(directives=[permitted(Permission.PEOPLE_READ, FOUND)])
    async def sessions(self, info: OfficeInfo, user_id: ID) -> list[SessionInfo]:
        """The open sessions of an account."""
        ours = await info.context.area(PeopleArea).accounts.sessions_of(info.context.actor, user_id)
        return [session_to_graphql(session, info.context.actor) for session in ours]

    @strawberry.field(directives=[permitted(Permission.AUDIT_READ, "brand")])
    async def audit(
        self,
        info: OfficeInfo,
        *,
        brand: str | None = None,
        user_id: str | None = None,
        action: str | None = None,
        subject: str | None = None,
        first: First = 25,
        after: str | None = None,
    ) -> Page[AuditEntry]:
        """The audit log, newest first.

        Without a brand: of all brands that one may see; rows that belong to no brand are for those who may
        see all of them.
        """
        wanted = AuditFilter(user_id=user_id, action=action, subject=subject)
        entries = await info.context.area(PeopleArea).records.audit(
            info.context.actor, brand, wanted, page_size(first), number_key(after)
        )
        return page_of(entries, first, entry_to_graphql, lambda entry: entry.entry.sequence)

    @strawberry.field(directives=[permitted(Permission.AUDIT_READ, ANY)])
    def audit_actions(self, info: OfficeInfo) -> list[AuditAction]:
        """What the audit log may say that was done, by name."""
        if not brands_with(info.context.actor, Permission.AUDIT_READ):
            raise Forbidden
        return audit_actions()

    @strawberry.field(directives=[permitted(Permission.APPROVALS_READ, "brand")])
    async def approvals(
        self,
        info: OfficeInfo,
        *,
        brand: str | None = None,
        status: ProposalStatus | None = None,
        kind: str | None = None,
        subject: str | None = None,
        first: First = 25,
        after: str | None = None,
    ) -> Page[ProposalInfo]:
        """Proposals, newest first; with a subject, only those of kinds that one may see."""
        actor = info.context.actor
        wanted = ProposalFilter(status=status, kind=kind, subject=subject)
        proposals = await info.context.area(PeopleArea).records.proposals(
            actor, brand, wanted, page_size(first), time_of(after)
        )
        return page_of(
            proposals,
            first,
            lambda proposal: proposal_to_graphql(proposal, actor),
            lambda proposal: time_key(proposal.proposal.proposed_at, proposal.proposal.proposal_id),
        )

    @strawberry.field(directives=[permitted(Permission.APPROVALS_READ, ANY)])
    async def approvals_to_decide(self, info: OfficeInfo) -> list[WaitingProposal]:
        """Return what waits for the actor."""
        proposals = await info.context.area(PeopleArea).records.to_decide(info.context.actor)
        return [waiting_to_graphql(proposal) for proposal in proposals]

    @strawberry.field(directives=[permitted(Permission.OWN, ANY)])
    async def my_decisions(self, info: OfficeInfo) -> list[ProposalInfo]:
        """Return decisions about the actor's proposals."""
        actor = info.context.actor
        return [
            proposal_to_graphql(decision, actor)
            for decision in await info.context.area(PeopleArea).records.decisions(actor)
        ]

    @strawberry.field(directives=[permitted(Permission.OWN, ANY)])
    async def unseen_decisions(self, info: OfficeInfo) -> int:
        """How many of those decisions one has not looked at."""
        return await info.context.area(PeopleArea).records.unseen_decisions(info.context.actor)

    @strawberry.field(directives=[permitted(Permission.APPROVALS_READ, FOUND)])
    async def approval(self, info: OfficeInfo, id: ID) -> ProposalInfo:  # noqa: A002 - the argument's name
        """A proposal."""
        actor = info.context.actor
        return proposal_to_graphql(await info.context.area(PeopleArea).records.proposal(actor, id), actor)

    @strawberry.field(directives=[permitted(Permission.JOBS_READ, "brand")])
    async def jobs(
        self,
        info: OfficeInfo,
        brand: str | None = None,
        status: JobStatus | None = None,
        first: First = 25,
        after: str | None = None,
    ) -> Page[JobInfo]:
        """Jobs, newest first."""
        page = await info.context.area(PeopleArea).records.jobs_of(
            info.context.actor, brand, JobFilter(status=status), page_size(first), time_of(after)
        )
        return page_of(page, first, job_to_graphql, lambda job: time_key(job.created_at, job.job_id))

    @strawberry.field(directives=[permitted(Permission.JOBS_READ, FOUND)])
    async def job(self, info: OfficeInfo, id: ID) -> JobInfo:  # noqa: A002 - the argument's name
        """A job."""
        return job_to_graphql(await info.context.area(PeopleArea).jobs.find(info.context.actor, id))


@fields_described
@strawberry.type
class Mutation:
    """Changes.

    Attributes:
        reset_user: Replace lost credentials by a link to the login, or an initial password; the second factor
            is set up again, and what the account has proposed lapses.
        see_decisions: Remember that one has looked at the decisions about one's proposals, up to this one;
            returns how many are left.
    """

    @strawberry.mutation(directives=[permitted(Permission.PEOPLE_MANAGE, "input.roles.brand")])
    async def add_user(self, info: OfficeInfo, input: AddUserInput) -> NewCredentials:  # noqa: A002
        """Add an account; a link is sent to its login, or an initial password shown this once."""
        new = NewAccount(input.login, input.name, _roles(input.roles), input.person)
        account, password = await info.context.area(PeopleArea).accounts.add(
            info.context.actor, new, input.reason
        )
        return NewCredentials(user=user_to_graphql(account), initial_password=password)

    @strawberry.mutation(directives=[permitted(Permission.PEOPLE_MANAGE, FOUND)])
    async def set_roles(self, info: OfficeInfo, input: SetRolesInput) -> User:  # noqa: A002
        """Replace the roles of an account."""
        account = await info.context.area(PeopleArea).accounts.set_roles(
            info.context.actor, input.user_id, _roles(input.roles), input.revision, input.reason
        )
        return user_to_graphql(account)

    @strawberry.mutation(directives=[permitted(Permission.PEOPLE_MANAGE, FOUND)])
    async def disable_user(self, info: OfficeInfo, input: UserChangeInput) -> User:  # noqa: A002
        """Disable an account; its sessions end at once."""
        return await _set_status(info, input, UserStatus.DISABLED)

    @strawberry.mutation(directives=[permitted(Permission.PEOPLE_MANAGE, FOUND)])
    async def enable_user(self, info: OfficeInfo, input: UserChangeInput) -> User:  # noqa: A002
        """Enable an account again."""
        return await _set_status(info, input, UserStatus.ACTIVE)

    @strawberry.mutation(directives=[permitted(Permission.PEOPLE_MANAGE, FOUND)])
    async def reset_user(self, info: OfficeInfo, input: ResetUserInput) -> NewCredentials:  # noqa: A002
        """Reset an account."""
        account, password = await info.context.area(PeopleArea).accounts.reset(
            info.context.actor, input.user_id, input.reason
        )
        return NewCredentials(user=user_to_graphql(account), initial_password=password)

    @strawberry.mutation(directives=[permitted(Permission.PEOPLE_MANAGE, FOUND)])
    async def end_session(self, info: OfficeInfo, id: ID) -> SessionInfo:  # noqa: A002
        """End a session: one's own, or of an account that one manages."""
        actor = info.context.actor
        return session_to_graphql(await info.context.area(PeopleArea).accounts.end_session(actor, id), actor)

    @strawberry.mutation(directives=[permitted(Permission.OWN, ANY)])
    async def new_recovery_codes(self, info: OfficeInfo) -> list[str]:
        """Replace one's own recovery codes, which are shown this once; needs a step-up."""
        now = info.context.area(PeopleArea).now()
        return list(await info.context.area(PeopleArea).accounts.new_recovery_codes(info.context.actor, now))

    @strawberry.mutation(directives=[permitted(Permission.OWN, ANY)])
    async def send_credential_link(self, info: OfficeInfo) -> str:
        """Send oneself a link that replaces password and second factor; returns the address.

        Then nobody who gave the present ones is bound to the account.
        """
        return await info.context.area(PeopleArea).renewal.send(info.context.actor)

    @strawberry.mutation(directives=[permitted(Permission.APPROVALS_READ, FOUND)])
    async def approve(self, info: OfficeInfo, input: ApproveInput) -> ProposalInfo:  # noqa: A002
        """Approve what another person proposed; it is executed at once."""
        context = info.context
        approved = await context.area(PeopleArea).approvals.approve(
            context.actor, input.proposal_id, input.content_hash, context.area(PeopleArea).now()
        )
        return proposal_to_graphql(SeenProposal(approved, visible=True), context.actor)

    @strawberry.mutation(directives=[permitted(Permission.APPROVALS_READ, FOUND)])
    async def reject(self, info: OfficeInfo, input: RejectInput) -> ProposalInfo:  # noqa: A002
        """Reject what another person proposed."""
        context = info.context
        rejected = await context.area(PeopleArea).approvals.reject(
            context.actor, input.proposal_id, input.reason, context.area(PeopleArea).now()
        )
        return proposal_to_graphql(SeenProposal(rejected, visible=True), context.actor)

    @strawberry.mutation(directives=[permitted(Permission.OWN, FOUND)])
    async def withdraw_proposal(self, info: OfficeInfo, id: ID) -> ProposalInfo:  # noqa: A002
        """Withdraw one's own proposal."""
        context = info.context
        withdrawn = await context.area(PeopleArea).approvals.withdraw(
            context.actor, id, context.area(PeopleArea).now()
        )
        return proposal_to_graphql(SeenProposal(withdrawn, visible=True), context.actor)

    @strawberry.mutation(directives=[permitted(Permission.OWN, FOUND)])
    async def see_decisions(self, info: OfficeInfo, newest: ID) -> int:
        """Remember a look."""
        records = info.context.area(PeopleArea).records
        await records.see_decisions(info.context.actor, newest)
        return await records.unseen_decisions(info.context.actor)

    @strawberry.mutation(directives=[permitted(Permission.JOBS_READ, FOUND)])
    async def cancel_job(self, info: OfficeInfo, id: ID) -> JobInfo:  # noqa: A002
        """Cancel a job."""
        return job_to_graphql(await info.context.area(PeopleArea).jobs.cancel(info.context.actor, id))


async def _set_status(info: OfficeInfo, wanted: UserChangeInput, status: UserStatus) -> User:
    account = await info.context.area(PeopleArea).accounts.set_status(
        info.context.actor, wanted.user_id, status, wanted.revision, wanted.reason
    )
    return user_to_graphql(account)


def _roles(given: list[GrantedRoleInput]) -> Roles:
    roles: dict[str, set[Role]] = {}
    for grant in given:
        if not grant.brand.strip() or len(grant.brand) > 64:  # noqa: PLR2004 - the column's length
            raise Invalid([Problem("roles", "Name the brand of each role, or * for all of them.")])
        roles.setdefault(grant.brand.strip(), set()).add(grant.role)
    return {brand: frozenset(held) for brand, held in roles.items()}
