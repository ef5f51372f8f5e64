"""The types of people's part of the graph."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import strawberry
from strawberry import ID
from strawberry.scalars import JSON

from backoffice.access import ROLES, Actor, Permission, Role
from backoffice.approvals.proposals import Proposal, ProposalStatus
from backoffice.audit.repository import StoredEntry
from backoffice.audit.words import ACTIONS, action_in_words, thing_in_words
from backoffice.identity.account import Account
from backoffice.identity.sessions import Session
from backoffice.identity.users import Roles, UserStatus
from backoffice.jobs.jobs import Job, JobStatus
from backoffice.people.service import SeenProposal
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described

described(strawberry.enum(Role))
described(strawberry.enum(ProposalStatus))
described(strawberry.enum(JobStatus))
described(strawberry.enum(UserStatus))


THINGS: Final = (
    "budget:",
    "content:",
    "goodwill-budget:",
    "payouts:",
    "provider:",
    "reward:",
    "scheme:",
    "week:",
)
"""How subjects begin that are no customers, nor anything of one customer."""


@described
@strawberry.type
class BrandName:
    """What a brand is called."""

    id: ID
    name: str


@described
@strawberry.type
class GrantedRole:
    """A role for a brand; the brand `*` stands for all of them."""

    brand: str
    role: Role


@described
@strawberry.type
class BrandPermissions:
    """The permissions for a brand; the brand `*` stands for all of them."""

    brand: str
    permissions: list[str]


@described
@strawberry.type
class Me:
    """The person who is signed in."""

    id: ID
    name: str
    session_id: ID
    roles: list[GrantedRole]
    permissions: list[BrandPermissions]
    stepped_up_until: datetime | None
    recovery_codes_left: int


@described
@strawberry.type
class User:
    """An account.

    Attributes:
        person: The human being; several accounts may share it.
        second_factor: Whether the second factor is set up.
        external: Whether the person signs in by OpenID Connect.
        revision: Name it in changes, so that nothing is overwritten.
    """

    id: ID
    login: str
    name: str
    person: str
    status: UserStatus
    second_factor: bool
    password_expired: bool
    external: bool
    roles: list[GrantedRole]
    revision: int
    created_at: datetime
    updated_at: datetime


@described
@strawberry.type
class NewCredentials:
    """An account that was given credentials, with a password that is shown this once.

    Attributes:
        initial_password: Null if a link was sent to the login.
    """

    user: User
    initial_password: str | None


@described
@strawberry.type
class SessionInfo:
    """An open session.

    Attributes:
        complete: Whether the second factor was given.
    """

    id: ID
    user_id: ID
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    user_agent: str
    complete: bool
    current: bool


@described
@strawberry.type
class AuditAction:
    """What can have been done.

    Attributes:
        id: Its code, by which the log is filtered.
        name: What it is called.
    """

    id: ID
    name: str


@described
@strawberry.type
class AuditEntry:
    """A row of the audit log.

    Attributes:
        id: Its sequence: 1, 2, …
        action_name: The action in words.
        subject_kind: What kind of thing the subject is, in words.
    """

    id: ID
    at: datetime
    user_id: str
    person: str
    name: str
    address: str
    action: str
    brand: str | None
    subject: str
    before: JSON | None
    after: JSON | None
    reason: str | None
    hash: str
    action_name: str
    subject_kind: str


@described
@strawberry.type
class ProposalInfo:
    """What one person proposes and another one approves.

    Who may not see what it is about sees its kind and state: the fields from `subject` on are null.

    Attributes:
        visible: Whether one may see what it is about.
        own: Whether the person who asks has proposed it.
        not_independent: Why the person who asks is not independent of the proposer, while it waits.
        content_hash: Name it in the approval: it is bound to this content.
    """

    id: ID
    kind: str
    brand: str | None
    status: ProposalStatus
    proposed_at: datetime
    decided_at: datetime | None
    visible: bool
    own: bool
    not_independent: str | None
    subject: str | None = None
    content: JSON | None = None
    content_hash: str | None = None
    reason: str | None = None
    proposed_by: str | None = None
    decided_by: str | None = None
    decision_reason: str | None = None
    outcome: JSON | None = None


@described
@strawberry.type
class WaitingProposal:
    """A proposal that waits, without what it proposes.

    Attributes:
        subject: The thing it is about, such as provider:wallet; null if that is a customer, because each
            look at a customer is recorded.
    """

    id: ID
    kind: str
    subject: str | None
    brand: str | None
    proposed_at: datetime
    proposed_by: str


@described
@strawberry.type
class JobInfo:
    """Long work."""

    id: ID
    kind: str
    brand: str | None
    arguments: JSON
    status: JobStatus
    done: float
    total: float | None
    result: JSON | None
    error: str | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None


def granted(roles: Roles) -> list[GrantedRole]:
    """Return roles in a fixed order."""
    return [
        GrantedRole(brand=brand, role=role)
        for brand, held in sorted(roles.items())
        for role in sorted(held, key=lambda role: role.value)
    ]


def permissions_of(actor: Actor) -> list[BrandPermissions]:
    """Return the permissions of a person, as screens need them to hide what is not permitted."""
    return [
        BrandPermissions(brand=brand, permissions=_names(held)) for brand, held in sorted(actor.roles.items())
    ]


def user_to_graphql(account: Account) -> User:
    """Return an account without its credentials."""
    user = account.user
    return with_fields_of(
        User,
        user,
        id=ID(user.user_id),
        second_factor=user.totp_confirmed,
        external=user.oidc_subject is not None,
        roles=granted(account.roles),
    )


def session_to_graphql(session: Session, actor: Actor) -> SessionInfo:
    """Return a session."""
    return with_fields_of(
        SessionInfo,
        session,
        id=ID(session.session_id),
        user_id=ID(session.user_id),
        complete=session.stage.value == "full",
        current=session.session_id == actor.session_id,
    )


def entry_to_graphql(stored: StoredEntry) -> AuditEntry:
    """Return a row of the audit log."""
    entry = stored.entry
    return with_fields_of(
        AuditEntry,
        entry,
        id=ID(str(entry.sequence)),
        before=_json(entry.before),
        after=_json(entry.after),
        hash=stored.hash,
        action_name=action_in_words(entry.action),
        subject_kind=thing_in_words(entry.subject),
    )


def audit_actions() -> list[AuditAction]:
    """Return all actions by their names."""
    named = sorted(ACTIONS.items(), key=lambda action: action[1])
    return [AuditAction(id=ID(code), name=name) for code, name in named]


def waiting_to_graphql(proposal: Proposal) -> WaitingProposal:
    """Return the kind of a proposal that waits, about which thing, who proposed it, and since when."""
    return WaitingProposal(
        id=ID(proposal.proposal_id),
        kind=proposal.kind,
        subject=proposal.subject if proposal.subject.startswith(THINGS) else None,
        brand=proposal.brand,
        proposed_at=proposal.proposed_at,
        proposed_by=proposal.proposer_name,
    )


def proposal_to_graphql(seen: SeenProposal, actor: Actor) -> ProposalInfo:
    """Return a proposal: its kind and state, and the rest for those who may see it."""
    proposal = seen.proposal
    info = ProposalInfo(
        id=ID(proposal.proposal_id),
        kind=proposal.kind,
        brand=proposal.brand,
        status=proposal.status,
        proposed_at=proposal.proposed_at,
        decided_at=proposal.decided_at,
        visible=seen.visible,
        own=proposal.proposed_by == actor.user_id,
        not_independent=seen.obstacle,
    )
    if seen.visible:
        info.subject, info.reason = proposal.subject, proposal.reason
        info.content, info.content_hash = proposal.content, proposal.content_hash  # type: ignore[assignment]
        info.proposed_by, info.decided_by = proposal.proposer_name, proposal.decider_name
        info.decision_reason, info.outcome = proposal.decision_reason, proposal.outcome  # type: ignore[assignment]
    return info


def job_to_graphql(job: Job) -> JobInfo:
    """Return a job."""
    return with_fields_of(
        JobInfo,
        job,
        id=ID(job.job_id),
        done=float(job.done),
        total=None if job.total is None else float(job.total),
        created_by=job.creator.name,
    )


def _names(roles: Iterable[Role]) -> list[str]:
    held: set[Permission] = set().union(*(ROLES[role] for role in roles))
    return sorted(permission.value for permission in held)


def _json(text: str | None) -> JSON | None:
    return None if text is None else json.loads(text)
