"""The progress subgraph's tables."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table

from subgraphs.kit.columns import Identifier, UtcDateTime
from subgraphs.kit.tables import ReferenceTables, StreamTables

METADATA = MetaData()
REFERENCE = ReferenceTables.declare(METADATA)
STREAM = StreamTables.declare(METADATA)

CONTRIBUTION = Table(
    "contribution",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("bet_id", Identifier(128), primary_key=True),
    Column("customer_id", Identifier(128), nullable=False),
    Column("iso_week", Identifier(8), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("bet_type", String(16), nullable=True),
    Column("product", String(16), nullable=False),
    Column("channel", String(16), nullable=True),
    Column("stake_minor", Integer, nullable=False),
    Column("counting_stake_minor", Integer, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("stake_source", String(16), nullable=False),
    Column("odds_milli", Integer, nullable=True),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("counted_minor", Integer, nullable=False),
    Column("reason", String(24), nullable=False),
    Index("contribution_of_week", "brand_id", "customer_id", "iso_week", "placed_at"),
)
"""One row a bet: the highest revision seen, its facts, what it counts and why. The ledger."""

PROGRESS = Table(
    "progress",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("total_minor", BigInteger, nullable=False),
    Column("counted_bets", Integer, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
)
"""The sum of a customer's contributions of a week, and the event time of the newest message applied."""
