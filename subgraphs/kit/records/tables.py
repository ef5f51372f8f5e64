"""Tables that each subgraph has: stream positions, dead letters, intents, outbox, erasures."""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from foundation.storage.columns import JSON_LIST, Blob, Identifier, UtcDateTime


@dataclass(frozen=True, slots=True)
class StreamTables:
    """The tables that a consumer writes alongside its data, in the same transactions."""

    position: Table
    dead_letter: Table

    @classmethod
    def declare(cls, metadata: MetaData) -> "StreamTables":
        """Add the tables to a subgraph's metadata."""
        return cls(_position(metadata), _dead_letter(metadata))


@dataclass(frozen=True, slots=True)
class OutboxTables:
    """A subgraph's messages to the others, and the lease to publish them."""

    outbox: Table
    lease: Table

    @classmethod
    def declare(cls, metadata: MetaData) -> "OutboxTables":
        """Add the tables to a subgraph's metadata."""
        return cls(_outbox(metadata), _lease(metadata))


def _position(metadata: MetaData) -> Table:
    """`next_offset` is the first offset that is not applied yet."""
    return Table(
        "position",
        metadata,
        Column("topic", Identifier(200), primary_key=True),
        Column("partition", Integer, primary_key=True, autoincrement=False),
        Column("generation", Identifier(64), primary_key=True),
        Column("next_offset", BigInteger, nullable=False),
        Column("updated_at", UtcDateTime, nullable=False),
    )


def _dead_letter(metadata: MetaData) -> Table:
    return Table(
        "dead_letter",
        metadata,
        Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
        Column("topic", Identifier(200), nullable=False),
        Column("partition", Integer, nullable=False),
        Column("offset", BigInteger, nullable=False),
        Column("generation", Identifier(64), nullable=False),
        Column("reason", String(500), nullable=False),
        Column("key", Blob(), nullable=True),
        Column("value", Blob(), nullable=True),
        Column("headers", JSON_LIST, nullable=False),
        Column("produced_at", UtcDateTime, nullable=True),
        Column("stored_at", UtcDateTime, nullable=False),
        UniqueConstraint("topic", "partition", "offset", "generation", name="dead_letter_origin"),
    )


def _outbox(metadata: MetaData) -> Table:
    """Rows are deleted once they are published."""
    return Table(
        "outbox",
        metadata,
        Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
        Column("topic", Identifier(200), nullable=False),
        Column("key", Identifier(255), nullable=False),
        Column("value", Text, nullable=False),
        Column("headers", JSON_LIST, nullable=False),
        Column("written_at", UtcDateTime, nullable=False),
    )


def _lease(metadata: MetaData) -> Table:
    """The holder and the expiry of each lease."""
    return Table(
        "lease",
        metadata,
        Column("name", Identifier(64), primary_key=True),
        Column("holder", Identifier(64), nullable=False),
        Column("expires_at", UtcDateTime, nullable=False),
    )


def erasure_table(metadata: MetaData) -> Table:
    """Add the table of erased customers, by a keyed hash of their id, to a subgraph's metadata.

    `revision`: the highest known of the account; `erased_at`: everything up to it belongs to the erased
    person; `found`: how many rows of each table were deleted, or kept under `pseudonym`.
    """
    return Table(
        "erasure",
        metadata,
        Column("brand_id", Identifier(), primary_key=True),
        Column("customer_hash", Identifier(64), primary_key=True),
        Column("revision", BigInteger, nullable=False),
        Column("erased_at", UtcDateTime, nullable=False),
        Column("pseudonym", Identifier(64), nullable=False),
        Column("found", JSON_LIST, nullable=False),
        Column("applied_at", UtcDateTime, nullable=False),
    )


def intent_table(metadata: MetaData) -> Table:
    """Changes requested from the upstream API, recorded before it is called.

    `slot` names what is being changed while the intent is pending and is null once it is settled; it is
    unique by customer, so that only one change of a kind can be in progress at a time. `upstream_revision` is
    that of the record which has confirmed it. The upstream is not called again before `not_before`, as it has
    asked; null if it has not.
    """
    return Table(
        "intent",
        metadata,
        Column("upstream_key", Identifier(64), primary_key=True),
        Column("brand_id", Identifier(), nullable=False),
        Column("customer_id", Identifier(128), nullable=False),
        Column("operation", Identifier(32), nullable=False),
        Column("client_key", Identifier(128), nullable=False),
        Column("slot", Identifier(32), nullable=True),
        Column("body_hash", Identifier(64), nullable=False),
        Column("request", JSON_LIST, nullable=False),
        Column("status", String(16), nullable=False),
        Column("error_code", String(32), nullable=True),
        Column("error_message", String(500), nullable=True),
        Column("created_at", UtcDateTime, nullable=False),
        Column("settled_at", UtcDateTime, nullable=True),
        Column("upstream_revision", BigInteger, nullable=True),
        Column("not_before", UtcDateTime, nullable=True),
        UniqueConstraint("brand_id", "customer_id", "operation", "client_key", name="intent_client_key"),
        UniqueConstraint("brand_id", "customer_id", "slot", name="intent_one_at_a_time"),
        Index("intent_waiting", "status", "created_at"),
    )
