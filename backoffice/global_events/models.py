"""The tables of global messages, of their publication, and of the nodes that acknowledge them."""

from sqlalchemy import BigInteger, Column, Float, Index, String, Table

from backoffice.metadata import METADATA
from foundation.storage.columns import JSON_LIST, Identifier, UtcDateTime
from subgraphs.kit.records.tables import OutboxTables, StreamTables

OUTBOX = OutboxTables.declare(METADATA)
"""Messages that are not on Kafka yet, and the lease of the one process that sends them."""

STREAM = StreamTables.declare(METADATA)
"""The positions and dead letters of the back office's own consumer."""

SUBJECT = Table(
    "global_subject",
    METADATA,
    Column("key", Identifier(255), primary_key=True),
    Column("brand_id", Identifier(), nullable=False),
    Column("kind", Identifier(32), nullable=False),
    Column("subject", Identifier(150), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("event_id", Identifier(128), nullable=False),
    Column("state", JSON_LIST, nullable=False),
    Column("reason", String(500), nullable=True),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("decided_by", String(200), nullable=False),
    Index("global_subject_order", "number"),
)
"""The last decision about each subject: what holds for all nodes. The audit log has the earlier ones."""

SEQUENCE = Table(
    "global_sequence",
    METADATA,
    Column("name", Identifier(16), primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("generation", Identifier(64), nullable=True),
)
"""The order of the last message. Its row is locked while a message is numbered.

`generation`: that of the topic to which the messages were published; null before the first."""

NODE = Table(
    "node_report",
    METADATA,
    Column("node", Identifier(), primary_key=True),
    Column("part", Identifier(), primary_key=True),
    Column("process", String(128), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("refused", JSON_LIST, nullable=False),
    Column("kept", JSON_LIST, nullable=False),
    Column("providers", JSON_LIST, nullable=True),
    Column("cell", JSON_LIST, nullable=True),
    Column("budgets", JSON_LIST, nullable=True),
    Column("every_seconds", Float, nullable=False),
    Column("reported_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
)
"""The last report of each part of each node. `received_at` is by the clock of the back office."""
