"""The table of proposals."""

from sqlalchemy import Column, Index, String, Table, Text

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
)
"""One row for each proposal. What is proposed never changes: only the decision is written later."""
