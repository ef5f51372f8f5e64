"""The fulfilment subgraph's tables."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from storage.columns import JSON_LIST, Identifier, UtcDateTime
from subgraphs.kit.records.tables import (
    OutboxTables,
    ReferenceTables,
    StreamTables,
    account_change_table,
    erasure_table,
)

METADATA = MetaData()
REFERENCE = ReferenceTables.declare(METADATA)
ACCOUNT_CHANGE = account_change_table(METADATA)
STREAM = StreamTables.declare(METADATA)
ERASURE = erasure_table(METADATA)
OUTBOX = OutboxTables.declare(METADATA)


def _club_key() -> Sequence[Column[Any]]:
    return (
        Column("brand_id", Identifier(), primary_key=True),
        Column("customer_id", Identifier(128), primary_key=True),
        Column("iso_week", Identifier(8), primary_key=True),
    )


def _reward() -> Sequence[Column[Any]]:
    """All null where there is no reward (yet)."""
    return (
        Column("reward_id", Identifier(), nullable=True),
        Column("config_version", Integer, nullable=True),
        Column("kind", String(16), nullable=True),
        Column("product", String(16), nullable=True),
        Column("value_minor", Integer, nullable=True),
        Column("spins", Integer, nullable=True),
        Column("currency", String(3), nullable=True),
        Column("expiry_days", Integer, nullable=True),
        Column("wagering_multiple", Integer, nullable=True),
    )


QUALIFICATION = Table(
    "qualification",
    METADATA,
    *_club_key(),
    Column("revision", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("target_minor", Integer, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
)
"""What progress last said of a customer's week: `provisional`, `confirmed` or `revoked`."""

CHOICE = Table(
    "choice",
    METADATA,
    *_club_key(),
    Column("revision", BigInteger, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("source", String(16), nullable=False),
    *_reward(),
    Column("occurred_at", UtcDateTime, nullable=False),
)
"""What rewards last said of a customer's week; once it is final it never changes."""

FULFILMENT = Table(
    "fulfilment",
    METADATA,
    *_club_key(),
    Column("key", Identifier(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("provider", Identifier(), nullable=True),
    *_reward(),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", UtcDateTime, nullable=True),
    Column("credited_at", UtcDateTime, nullable=True),
    Column("expires_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("reference", String(128), nullable=True),
    Column("reason", String(64), nullable=True),
    Column("flag", String(64), nullable=True),
    Column("flagged_at", UtcDateTime, nullable=True),
    Column("next_at", UtcDateTime, nullable=True),
    Column("leased_until", UtcDateTime, nullable=True),
    Column("lease", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    UniqueConstraint("key", name="fulfilment_key"),
    Index("fulfilment_due", "provider", "next_at", "state"),
    Index("fulfilment_in_state", "state", "changed_at"),
    Index("fulfilment_of_provider", "provider", "credited_at"),
)
"""One row a confirmed week, for ever: it is what makes a second credit impossible.

`next_at` is when the worker should look at it again, null when it need not. `lease` counts the leases that
were given out: who holds an older one writes nothing. `reason` says why it waits, is in review or stopped,
`flag` what happened after the credit that a person should know.
"""

PUBLISHED_OUTCOME = Table(
    "published_outcome",
    METADATA,
    *_club_key(),
    Column("revision", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("provider", Identifier(), nullable=True),
    *_reward(),
    Column("sent_at", UtcDateTime, nullable=True),
    Column("credited_at", UtcDateTime, nullable=True),
    Column("expires_at", UtcDateTime, nullable=True),
    Column("reference", String(128), nullable=True),
    Column("reason", String(64), nullable=True),
    Column("flag", String(64), nullable=True),
    Column("occurred_at", UtcDateTime, nullable=False),
)
"""What this subgraph had published of weeks that it has no fulfilment of, since its database was lost."""

ATTEMPT = Table(
    "attempt",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("key", Identifier(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("step", String(16), nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("detail", String(500), nullable=True),
    Index("attempt_of_key", "key", "id"),
)
"""What was asked of a provider, or decided by a person, and what came of it. Append only."""

PROVIDER = Table(
    "provider",
    METADATA,
    Column("name", Identifier(), primary_key=True),
    Column("stopped", Boolean, nullable=False),
    Column("reason", String(500), nullable=True),
    Column("changed_at", UtcDateTime, nullable=False),
)
"""Providers that were stopped, by an alarm or a person, for all processes, until a person lets them go on."""

RECONCILIATION = Table(
    "reconciliation",
    METADATA,
    Column("provider", Identifier(), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("compared", Integer, nullable=False),
    Column("differences", JSON_LIST, nullable=False),
)
"""Each provider's credits of a day (UTC) compared with ours."""
