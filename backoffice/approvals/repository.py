"""The table of proposals, and SQL over it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Row,
    String,
    Table,
    Text,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor
from backoffice.approvals.proposals import Proposal, ProposalId, ProposalStatus
from backoffice.audit.canonical_json import Json, canonical
from backoffice.metadata import METADATA
from foundation.storage.columns import LONG_TEXT, Identifier, UtcDateTime

PROPOSAL = Table(
    "proposal",
    METADATA,
    Column("proposal_id", Identifier(32), primary_key=True),
    Column("kind", Identifier(64), nullable=False),
    Column("brand_id", Identifier(64), nullable=True),
    Column("subject", Identifier(255), nullable=False),
    Column("content", LONG_TEXT, nullable=False),
    Column("content_hash", Identifier(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("status", Identifier(16), nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("proposed_by", Identifier(64), nullable=False),
    Column("proposer_person", Identifier(254), nullable=False),
    Column("proposer_name", String(200), nullable=False),
    Column("decided_at", UtcDateTime, nullable=True),
    Column("decided_by", Identifier(64), nullable=True),
    Column("decider_person", Identifier(254), nullable=True),
    Column("decider_name", String(200), nullable=True),
    Column("decision_reason", Text, nullable=True),
    Column("outcome", LONG_TEXT, nullable=True),
    Index("proposal_status", "status", "proposed_at", "proposal_id"),
    Index("proposal_brand", "brand_id", "status", "proposed_at", "proposal_id"),
    Index("proposal_newest", "proposed_at", "proposal_id"),
    Index("proposal_kind", "kind", "proposed_at", "proposal_id"),
    Index("proposal_subject", "subject", "proposed_at", "proposal_id"),
    Index("proposal_proposer", "proposed_by", "decided_at"),
)
"""One row for each proposal. What is proposed never changes: only the decision is written later."""


@dataclass(frozen=True, slots=True)
class ProposalFilter:
    """Which proposals to list; None does not restrict."""

    brands: frozenset[str] | None = None
    status: ProposalStatus | None = None
    kind: str | None = None
    kinds: frozenset[str] | None = None
    subject: str | None = None


async def add(connection: AsyncConnection, proposal: Proposal) -> None:
    """Insert a proposal."""
    await connection.execute(
        insert(PROPOSAL).values(
            proposal_id=proposal.proposal_id,
            kind=proposal.kind,
            brand_id=proposal.brand,
            subject=proposal.subject,
            content=canonical(proposal.content),
            content_hash=proposal.content_hash,
            reason=proposal.reason,
            status=proposal.status.value,
            proposed_at=proposal.proposed_at,
            proposed_by=proposal.proposed_by,
            proposer_person=proposal.proposer_person,
            proposer_name=proposal.proposer_name,
        )
    )


async def find(connection: AsyncConnection, proposal_id: str, *, locked: bool = False) -> Proposal | None:
    """Return a proposal; `locked`: nobody else decides on it until the transaction ends."""
    query = select(PROPOSAL).where(PROPOSAL.c.proposal_id == proposal_id)
    row = (await connection.execute(query.with_for_update() if locked else query)).first()
    return None if row is None else _proposal(row)


async def pending_of(connection: AsyncConnection, user_id: str) -> Sequence[str]:
    """Return the ids of what an account has proposed and nobody has decided."""
    c = PROPOSAL.c
    query = select(c.proposal_id).where(c.status == ProposalStatus.PENDING.value, c.proposed_by == user_id)
    return (await connection.execute(query.order_by(c.proposed_at, c.proposal_id))).scalars().all()


NEWS: Final = (ProposalStatus.EXECUTED, ProposalStatus.REJECTED, ProposalStatus.VOID)
"""How a proposal ends without its proposer."""


async def decided_of(connection: AsyncConnection, user_id: str, first: int) -> Sequence[Proposal]:
    """Return up to `first` proposals of an account that others have ended, the latest decision first."""
    c = PROPOSAL.c
    query = select(PROPOSAL).where(c.proposed_by == user_id, c.decided_at.is_not(None), _is_news())
    rows = await connection.execute(query.order_by(c.decided_at.desc(), c.proposal_id.desc()).limit(first))
    return [_proposal(row) for row in rows]


async def count_decided(connection: AsyncConnection, user_id: str, since: datetime | None, most: int) -> int:
    """Return how many proposals of an account others have ended since an instant, counted up to `most`."""
    c = PROPOSAL.c
    after = c.decided_at.is_not(None) if since is None else c.decided_at > since
    query = select(c.proposal_id).where(c.proposed_by == user_id, after, _is_news()).limit(most)
    return await connection.scalar(select(func.count()).select_from(query.subquery())) or 0


def _is_news() -> ColumnElement[bool]:
    return PROPOSAL.c.status.in_([new.value for new in NEWS])


@dataclass(frozen=True, slots=True)
class Decision:
    """How a proposal ended: who decided, when, and why."""

    status: ProposalStatus
    actor: Actor
    at: datetime
    reason: str | None = None
    outcome: Json | None = None


async def decide(connection: AsyncConnection, proposal_id: ProposalId, decision: Decision) -> None:
    """Store the decision on a proposal that the transaction has locked."""
    await connection.execute(
        update(PROPOSAL)
        .where(PROPOSAL.c.proposal_id == proposal_id, PROPOSAL.c.status == ProposalStatus.PENDING.value)
        .values(
            status=decision.status.value,
            decided_at=decision.at,
            decided_by=decision.actor.user_id,
            decider_person=decision.actor.person,
            decider_name=decision.actor.name,
            decision_reason=decision.reason,
            outcome=None if decision.outcome is None else canonical(decision.outcome),
        )
    )


async def newest_first(
    connection: AsyncConnection,
    wanted: ProposalFilter,
    first: int,
    before: tuple[datetime, str] | None,
) -> Sequence[Proposal]:
    """Return up to `first` proposals before one (its time and id), newest first."""
    c = PROPOSAL.c
    query = select(PROPOSAL)
    if before is not None:
        at, proposal_id = before
        query = query.where(or_(c.proposed_at < at, and_(c.proposed_at == at, c.proposal_id < proposal_id)))
    if wanted.brands is not None:
        query = query.where(c.brand_id.in_(sorted(wanted.brands)))
    if wanted.kinds is not None:
        query = query.where(c.kind.in_(sorted(wanted.kinds)))
    if wanted.status is not None:
        query = query.where(c.status == wanted.status.value)
    for column, value in ((c.kind, wanted.kind), (c.subject, wanted.subject)):
        if value is not None:
            query = query.where(column == value)
    rows = await connection.execute(query.order_by(c.proposed_at.desc(), c.proposal_id.desc()).limit(first))
    return [_proposal(row) for row in rows]


def _proposal(row: Row[Any]) -> Proposal:
    values = {name: value for name, value in row._asdict().items() if name != "brand_id"}
    return Proposal(
        **{
            **values,
            "brand": row.brand_id,
            "content": json.loads(row.content),
            "status": ProposalStatus(row.status),
            "outcome": None if row.outcome is None else json.loads(row.outcome),
        }
    )
