"""What an area registers so that its proposals can be approved."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access.actor import Actor
from backoffice.access.roles import Permission
from backoffice.approvals.proposals import Proposal
from backoffice.audit.canonical_json import Json

Execute: TypeAlias = Callable[[AsyncConnection, Actor, Proposal], Awaitable[Json]]
"""Executes a proposal in the transaction of its approval, and returns the outcome.

Work in another database is started here, as a job with the proposal's id as its key. An error
rolls the approval back."""

Unchanged: TypeAlias = Callable[[AsyncConnection, Proposal], Awaitable[bool]]
"""Tells whether the subject is unchanged since the proposal."""

Declined: TypeAlias = Callable[[AsyncConnection, Actor, Proposal, str | None], Awaitable[None]]
"""Records, in the transaction of the decision, that a proposal was rejected or withdrawn, and why."""


Independent: TypeAlias = Callable[[AsyncConnection, str, str], Awaitable[bool]]
"""Tells whether two accounts, by their ids, belong to people who are independent of each other."""


@dataclass(frozen=True, slots=True)
class ProposalKind:
    """A kind of proposal.

    Attributes:
        name: As `area.what`, for instance `support.adjustment`.
        approve_permission: The permission that approving and rejecting needs.
        execute: Executes an approved proposal.
        unchanged: Checks for changes since; None where only the proposal's own content matters.
        declined: Records that a proposal was rejected or withdrawn; None if nothing depends on it.
        step_up: Whether the approver confirms their second factor again: where money moves.
    """

    name: str
    approve_permission: Permission
    execute: Execute
    unchanged: Unchanged | None = None
    declined: Declined | None = None
    step_up: bool = False
