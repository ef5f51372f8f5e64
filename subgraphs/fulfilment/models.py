"""The fulfilment subgraph's tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from foundation.storage.cells.ownership import cell_table
from foundation.storage.columns import JSON_LIST, Identifier, UtcDateTime
from foundation.storage.installation import installation_table
from subgraphs.club_kit.records.tables import ReferenceTables, account_change_table
from subgraphs.kit.durable_steps.postponed import postponed_table
from subgraphs.kit.records.global_state import global_state_table
from subgraphs.kit.records.tables import OutboxTables, StreamTables, erasure_table

METADATA = MetaData(info={"migrations": Path(__file__).with_name("migrations")})
STAGE = (
    "CASE WHEN state IN ('CONFIRMED', 'FULFILLING', 'REVIEW') THEN 'owed' "
    "WHEN state IN ('EXCLUDING', 'REVOKING', 'INELIGIBLE', 'REVOKED') THEN 'stopped' "
    "WHEN state = 'USED' OR (state = 'CREDITED' AND kind = 'cash') THEN 'used' "
    "WHEN state = 'CREDITED' THEN 'outstanding' WHEN state = 'EXPIRED' THEN 'expired' END"
)
"""What a reward costs, by its state: cash counts as used once it is credited; none of it is outstanding."""

REFERENCE = ReferenceTables.declare(METADATA)
ACCOUNT_CHANGE = account_change_table(METADATA)
STREAM = StreamTables.declare(METADATA)
CELL = cell_table(METADATA)
INSTALLATION = installation_table(METADATA)
GLOBAL_STATE = global_state_table(METADATA)
ERASURE = erasure_table(METADATA)
OUTBOX = OutboxTables.declare(METADATA)
POSTPONED = postponed_table(METADATA)


def _club_key() -> Sequence[Column[Any]]:
    return (
        Column("brand_id", Identifier(), primary_key=True),
        Column("customer_id", Identifier(128), primary_key=True),
        Column("iso_week", Identifier(8), primary_key=True),
    )


def _reward() -> Sequence[Column[Any]]:
    """Return the columns of a reward, which are all null if there is none (yet)."""
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


def _payment() -> Sequence[Column[Any]]:
    """Return the columns that say how far the payment of a reward has come."""
    return (
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
        Column("stage", Identifier(16), Computed(STAGE, persisted=False)),
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
    Index("qualification_by_week", "brand_id", "iso_week", "customer_id"),
    Index("qualification_by_status", "brand_id", "iso_week", "status", "customer_id"),
)
"""The newest message from the progress subgraph about a customer's week: `provisional`, `confirmed` or
`revoked`."""

CHOICE = Table(
    "choice",
    METADATA,
    *_club_key(),
    Column("revision", BigInteger, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("source", String(16), nullable=False),
    *_reward(),
    Column("occurred_at", UtcDateTime, nullable=False),
    Index("choice_by_reward", "brand_id", "iso_week", "reward_id", "customer_id"),
)
"""The newest message from the rewards subgraph about a customer's week; a final choice never changes."""

FULFILMENT = Table(
    "fulfilment",
    METADATA,
    *_club_key(),
    Column("key", Identifier(64), nullable=False),
    *_payment(),
    UniqueConstraint("key", name="fulfilment_key"),
    Index("fulfilment_due", "provider", "next_at", "state"),
    Index("fulfilment_in_state", "state", "changed_at"),
    Index("fulfilment_of_provider", "provider", "credited_at"),
    Index("fulfilment_by_stage", "brand_id", "iso_week", "stage", "customer_id"),
    Index("fulfilment_by_reward", "brand_id", "iso_week", "stage", "reward_id", "customer_id"),
)
"""One row for each confirmed week, never deleted, so that a second credit is impossible.

The worker looks at a row again at `next_at`, and never if that is null. `lease` counts the leases; a worker
that holds an older one writes nothing. `reason` says why the reward waits, is in review or was stopped;
`flag` names an event after the credit that a person should know of. The database derives `stage` from the
state, so that the customers of a stage are found by an index.
"""

GOODWILL_CREDIT = Table(
    "goodwill_credit",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("key", Identifier(64), primary_key=True),
    Column("iso_week", Identifier(8), nullable=False),
    *_payment(),
    Column("credit_id", Identifier(64), nullable=False),
    Column("cause", String(32), nullable=False),
    Column("explanation", String(500), nullable=False),
    Column("proposed_by", String(200), nullable=False),
    Column("approved_by", String(200), nullable=False),
    UniqueConstraint("key", name="goodwill_credit_key"),
    Index("goodwill_credit_due", "provider", "next_at", "state"),
    Index("goodwill_credit_in_state", "state", "changed_at"),
    Index("goodwill_credit_of_provider", "provider", "credited_at"),
    Index("goodwill_credit_of_week", "brand_id", "iso_week"),
)
"""Credits that two people of the back office decided, paid as the rewards of weeks are, and kept for ever.

`iso_week` is the week of the budget that pays for it; a customer can have several for one week. `cause` and
`explanation` say why it was given; `reason`, as for rewards, why it waits, is in review or was stopped.
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
"""Outcomes published before this database was lost, of weeks that have no fulfilment here yet."""

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
"""Requests to providers and decisions of people, with their outcomes. Append-only."""

PROVIDER = Table(
    "provider",
    METADATA,
    Column("name", Identifier(), primary_key=True),
    Column("stopped", Boolean, nullable=False),
    Column("reason", String(500), nullable=True),
    Column("changed_at", UtcDateTime, nullable=False),
)
"""Providers that an alarm or a person stopped, in all processes, until a person resumes them."""

PROVIDER_IN_USE = Table(
    "provider_in_use",
    METADATA,
    Column("name", Identifier(), primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("state", JSON_LIST, nullable=False),
    Column("applied_at", UtcDateTime, nullable=False),
)
"""The last configuration of each provider that a worker of this node could use, as the global topic had it.

A worker that starts, and cannot use the newest, uses this one.
"""

PROVIDER_REPORT = Table(
    "provider_report",
    METADATA,
    Column("worker", Identifier(128), primary_key=True),
    Column("provider", Identifier(), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("problem", String(500), nullable=True),
    Column("circuit", String(16), nullable=False),
    Column("calls", Integer, nullable=False),
    Column("succeeded_at", UtcDateTime, nullable=True),
    Column("failed_at", UtcDateTime, nullable=True),
    Column("error", String(64), nullable=True),
    Column("reported_at", UtcDateTime, nullable=False),
)
"""What each worker last knew about each provider; the consumer passes it on to the back office.

`epoch` and `number` are those of the last decision that the worker looked at, whether it could use it or not.
"""

RECONCILIATION = Table(
    "reconciliation",
    METADATA,
    Column("provider", Identifier(), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("compared", Integer, nullable=False),
    Column("differences", JSON_LIST, nullable=False),
)
"""Comparisons of a provider's credits of a day (UTC) with ours."""
