"""The tables of notes."""

from pathlib import Path

from sqlalchemy import BigInteger, Column, Index, MetaData, String, Table

from foundation.storage.cells.ownership import cell_table
from foundation.storage.columns import Identifier, UtcDateTime
from foundation.storage.installation import installation_table
from subgraphs.kit.durable_steps.postponed import postponed_table
from subgraphs.kit.records.brand_locks import brand_lock_table
from subgraphs.kit.records.tables import OutboxTables, StreamTables, erasure_table

METADATA = MetaData(info={"migrations": Path(__file__).with_name("migrations")})
STREAM = StreamTables.declare(METADATA)
CELL = cell_table(METADATA)
INSTALLATION = installation_table(METADATA)
ERASURE = erasure_table(METADATA)
BRAND_LOCK = brand_lock_table(METADATA)
OUTBOX = OutboxTables.declare(METADATA)
POSTPONED = postponed_table(METADATA)

NOTE = Table(
    "note",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("note_id", Identifier(), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("text", String(500), nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Index("note_by_age", "written_at"),
)
"""The newest revision of each note."""
