"""The table of global messages in a subgraph's database."""

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, String, Table

from foundation.storage.columns import JSON_LIST, Identifier, UtcDateTime


def global_state_table(metadata: MetaData) -> Table:
    """Add the table to a subgraph's metadata: one row for each subject, with its last message.

    `state` is null if the subgraph has no use for the kind. `understood` is false for a kind that this
    version does not know: the message is kept until a version that knows it applies it.
    """
    return Table(
        "global_state",
        metadata,
        Column("key", Identifier(255), primary_key=True),
        Column("brand_id", Identifier(), nullable=False),
        Column("kind", Identifier(32), nullable=False),
        Column("epoch", BigInteger, nullable=False),
        Column("number", BigInteger, nullable=False),
        Column("event_id", Identifier(128), nullable=False),
        Column("state", JSON_LIST, nullable=True),
        Column("reason", String(500), nullable=True),
        Column("decided_at", UtcDateTime, nullable=False),
        Column("understood", Boolean, nullable=False),
        Column("produced_at", UtcDateTime, nullable=True),
        Index("global_state_of_brand", "kind", "brand_id"),
    )
