"""The table of jobs."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from backoffice.metadata import METADATA
from foundation.storage.columns import LONG_TEXT, Identifier, UtcDateTime

JOB = Table(
    "job",
    METADATA,
    Column("job_id", Identifier(32), primary_key=True),
    Column("job_key", Identifier(128), nullable=False),
    Column("kind", Identifier(64), nullable=False),
    Column("brand_id", Identifier(64), nullable=True),
    Column("arguments", LONG_TEXT, nullable=False),
    Column("status", Identifier(16), nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=True),
    Column("checkpoint", LONG_TEXT, nullable=True),
    Column("result", LONG_TEXT, nullable=True),
    Column("error", String(500), nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    Column("created_by", Identifier(64), nullable=False),
    Column("creator", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=True),
    Column("holder", Identifier(64), nullable=True),
    Column("lease_until", UtcDateTime, nullable=True),
    UniqueConstraint("job_key", name="job_key_once"),
    Index("job_status", "status", "created_at", "job_id"),
    Index("job_brand", "brand_id", "created_at", "job_id"),
    Index("job_newest", "created_at", "job_id"),
)
"""One row for each job.

`job_key` makes starting it idempotent. `status`: queued, running, done, failed, cancelled. `checkpoint`: what
the work needs to go on after a crash. `creator`: the actor who started it. `holder` and `lease_until`: the
process that runs it, and how long it is trusted to be alive."""
