"""What an area registers so that its proposals can be approved."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access.actor import Actor
from backoffice.access.roles import Permission, Role
from backoffice.approvals.proposals import Proposal
from backoffice.audit.canonical_json import Json

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
        read: To see what the proposal is about: what seeing that itself needs.
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
