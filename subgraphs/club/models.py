"""The club's tables."""

from pathlib import Path

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, UniqueConstraint

from foundation.storage.cells.ownership import cell_table
from foundation.storage.columns import Identifier, UtcDateTime
from foundation.storage.installation import installation_table
from subgraphs.club_kit.records.tables import ReferenceTables, account_change_table
from subgraphs.kit.durable_steps.postponed import postponed_table
from subgraphs.kit.records.global_state import global_state_table
from subgraphs.kit.records.tables import OutboxTables, StreamTables, erasure_table, intent_table

METADATA = MetaData(info={"migrations": Path(__file__).with_name("migrations")})
GLOBAL_STATE = global_state_table(METADATA)
REFERENCE = ReferenceTables.declare(METADATA, GLOBAL_STATE)
ACCOUNT_CHANGE = account_change_table(METADATA)
STREAM = StreamTables.declare(METADATA)
CELL = cell_table(METADATA)
INSTALLATION = installation_table(METADATA)
ERASURE = erasure_table(METADATA)
INTENT = intent_table(METADATA)
OUTBOX = OutboxTables.declare(METADATA)
POSTPONED = postponed_table(METADATA)

MEMBERSHIP_EVENT = Table(
    "membership_event",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("terms_version", String(64), nullable=True),
    Column("upstream_key", Identifier(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("origin", String(16), nullable=False, server_default="customer"),
    UniqueConstraint("upstream_key", name="membership_event_key"),
)
"""Membership events, append only.

`version` counts a customer's events from 1; `kind`: opted_in, opted_out or forced_out; `origin`: customer,
account (excluded), upstream (changed through another channel, and adopted) or read_back (published by the
club before its database was lost)."""

IMPRESSION = Table(
    "impression",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("shown_at", UtcDateTime, nullable=False),
    Index("impression_customer", "brand_id", "customer_id", "shown_at"),
)
"""The customers who were shown the tracker in a week; `shown_at`: the first time."""

CONTROL_DRAW = Table(
    "control_draw",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("jurisdiction", Identifier(8), primary_key=True),
    Column("currency", Identifier(3), primary_key=True),
    Column("draw", Integer, nullable=False),
    Column("control_per_mille", Integer, nullable=False),
    Column("drawn_at", UtcDateTime, nullable=False),
)
"""The draws of customers for the control groups of schemes, since the club would first have been shown.

`draw`: 0 to 999, the lowest are the control group; `control_per_mille`: the group's share at `drawn_at`."""

TRIAL_DRAW = Table(
    "trial_draw",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("jurisdiction", Identifier(8), primary_key=True),
    Column("currency", Identifier(3), primary_key=True),
    Column("reward_id", Identifier(), primary_key=True),
    Column("draw", Integer, nullable=False),
    Column("per_mille", Integer, nullable=False),
    Column("drawn_at", UtcDateTime, nullable=False),
)
"""The draws of customers for the trials of rewards, since the club was first shown with the trial.

`draw`: 0 to 999, the lowest are offered the trial's reward; `per_mille`: their share at `drawn_at`."""

COMPARISON = Table(
    "comparison",
    METADATA,
    Column("name", Identifier(), primary_key=True),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("brand_id", Identifier(), nullable=False),
    Column("customer_id", Identifier(128), nullable=False),
)
"""The progress of comparisons with the upstream: the last customer who was compared."""
