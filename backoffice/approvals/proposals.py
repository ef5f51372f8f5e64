"""A proposal, its states, and what its hash covers."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NewType

from backoffice.audit.canonical_json import Json, content_hash

ProposalId = NewType("ProposalId", str)


class ProposalStatus(Enum):
    """The state of a proposal.

    PENDING: it waits for another person.
    EXECUTED: it was approved, and executed in the same transaction.
    REJECTED, WITHDRAWN: another person, or the proposer, ended it.
    VOID: what it is about changed before the approval, or its proposer may not propose it any more.
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
