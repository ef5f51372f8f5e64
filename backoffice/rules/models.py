"""The table of dry runs."""

from sqlalchemy import Column, Integer, String, Table

from backoffice.metadata import METADATA
from foundation.storage.columns import Identifier, UtcDateTime

DRY_RUN_DIFFERENCE = Table(
    "dry_run_difference",
    METADATA,
    Column("job_id", Identifier(32), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("bet_id", Identifier(128), primary_key=True),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("stake_minor", Integer, nullable=False),
    Column("before_minor", Integer, nullable=False),
    Column("before_reason", String(24), nullable=False),
    Column("after_minor", Integer, nullable=False),
    Column("after_reason", String(24), nullable=False),
)
"""The bets that would count differently by the rules of a dry run; deleted with the job."""
