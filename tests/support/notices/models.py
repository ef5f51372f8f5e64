"""The tables of notices."""

from pathlib import Path

from sqlalchemy import BigInteger, Column, MetaData, String, Table

from foundation.storage.cells.ownership import cell_table
from foundation.storage.columns import Identifier, UtcDateTime
from foundation.storage.installation import installation_table
from subgraphs.kit.durable_steps.postponed import postponed_table
from subgraphs.kit.records.brand_locks import brand_lock_table
from subgraphs.kit.records.tables import OutboxTables, StreamTables, erasure_table, intent_table

METADATA = MetaData(info={"migrations": Path(__file__).parent / "migrations"})
STREAM = StreamTables.declare(METADATA)
CELL = cell_table(METADATA)
INSTALLATION = installation_table(METADATA)
ERASURE = erasure_table(METADATA)
BRAND_LOCK = brand_lock_table(METADATA)
INTENT = intent_table(METADATA)
OUTBOX = OutboxTables.declare(METADATA)
POSTPONED = postponed_table(METADATA)

NOTICE = Table(
    "notice",
    METADATA,
    Column("notice_id", Identifier(), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("text", String(500), nullable=False),
    Column("fee_minor", BigInteger, nullable=False),
)
"""The newest revision of each notice; `fee_minor`: what it tells that something costs, in pence."""

DISMISSAL = Table(
    "dismissal",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("notice_id", Identifier(), primary_key=True),
    Column("dismissed_at", UtcDateTime, nullable=False),
)
"""Who has dismissed a notice, and when first."""
