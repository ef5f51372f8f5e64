"""A proposal, its states, what its hash covers, and what an area registers so that it can be approved."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NewType, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, Role
from backoffice.audit.canonical_json import Json, content_hash

ProposalId = NewType("ProposalId", str)


class ProposalStatus(Enum):
    """The state of a proposal.

    Attributes:
        PENDING: It waits for another person.
        EXECUTED: It was approved, and executed in the same transaction.
        REJECTED: Another person ended it.
        WITHDRAWN: The proposer ended it.
        VOID: What it is about changed before the approval, or its proposer may not propose it any more.
    """

    PENDING = "pending"
    EXECUTED = "executed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one person proposes.

    Attributes:
        kind: The kind that an area registered; it says who approves and what is executed.
        brand: The brand; None for what concerns all of them.
        subject: What it is about, as `kind:id`.
        content: What is proposed, complete: the executor gets nothing else.
        content_hash: Covers kind, brand, subject and content; an approval names it.
        proposed_by, proposer_person, proposer_name: Who, when it was proposed.
        decided_by, decider_person, decider_name: Who decided; None while it is pending.
        outcome: What the executor returned.
    """

    proposal_id: ProposalId
    kind: str
    brand: str | None
    subject: str
    content: Json
    content_hash: str
    reason: str
    status: ProposalStatus
    proposed_at: datetime
    proposed_by: str
    proposer_person: str
    proposer_name: str
    decided_at: datetime | None = None
    decided_by: str | None = None
    decider_person: str | None = None
    decider_name: str | None = None
    decision_reason: str | None = None
    outcome: Json | None = None


def proposal_hash(kind: str, brand: str | None, subject: str, content: Json) -> str:
    """Return the hash that an approval is bound to: that of another brand or subject differs."""
    return content_hash({"kind": kind, "brand": brand, "subject": subject, "content": content})


Execute: TypeAlias = Callable[[AsyncConnection, Actor, Proposal], Awaitable[Json]]
"""Executes a proposal in the transaction of its approval, and returns the outcome.

Work in another database is started here, as a job with the proposal's id as its key. An error
rolls the approval back."""

Unchanged: TypeAlias = Callable[[AsyncConnection, Proposal], Awaitable[bool]]
"""Tells whether the subject is unchanged since the proposal."""

Declined: TypeAlias = Callable[[AsyncConnection, Actor, Proposal, str | None], Awaitable[None]]
"""Records, in the transaction of the decision, that a proposal ended without an approval, and why."""

Obstacles: TypeAlias = Callable[[AsyncConnection, Actor, Collection[str]], Awaitable[Mapping[str, str]]]
"""Returns why a person is not independent of proposers, by the account of each of whom they are not."""

Bound: TypeAlias = Callable[[AsyncConnection, Actor, Collection[str]], Awaitable[bool]]
"""Tells whether a person is bound to one of these persons by credentials that were given."""

PresentRoles: TypeAlias = Callable[[AsyncConnection, str], Awaitable[Mapping[str, frozenset[Role]]]]
"""Returns the roles of an account, none if it is not active; they stay so until the transaction ends."""


@dataclass(frozen=True, slots=True)
class Staff:
    """What approvals know of people.

    Attributes:
        obstacles: Who is not independent of whom.
        bound: Who could act for whom, among persons.
        roles: What somebody may do now.
    """

    obstacles: Obstacles
    bound: Bound
    roles: PresentRoles


@dataclass(frozen=True, slots=True)
class Needs:
    """The permissions that a kind of proposal needs.

    Attributes:
        propose: The proposer has it still when the proposal is approved.
        approve: To approve, and to reject.
        read: To see what the proposal is about: what seeing that itself needs. Whoever approves has it.
    """

    propose: Permission
    approve: Permission
    read: Permission


@dataclass(frozen=True, slots=True)
class ProposalKind:
    """A kind of proposal.

    Attributes:
        name: As `area.what`, for instance `support.adjustment`.
        needs: The permissions.
        execute: Executes an approved proposal.
        unchanged: Checks for changes since; None where only the proposal's own content matters.
        declined: Records that a proposal was rejected, withdrawn or lapsed; None if nothing depends on it.
        step_up: Whether the approver confirms their second factor again: where money moves.
    """

    name: str
    needs: Needs
    execute: Execute
    unchanged: Unchanged | None = None
    declined: Declined | None = None
    step_up: bool = False
