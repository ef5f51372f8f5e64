"""Tables that each subgraph has: read models, stream positions, dead letters, intents, outbox."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    tuple_,
)
from sqlalchemy.sql.elements import ColumnElement

from foundation.storage.columns import JSON_LIST, Blob, Identifier, UtcDateTime
from subgraphs.kit.domain.keys import ClubKey


@dataclass(frozen=True, slots=True)
class ReferenceTables:
    """Projections of the topics that every consumer reads: schemes with their brands, accounts, weeks.

    Attributes:
        decisions: The global messages, whose decisions about a brand replace the facts of its schemes; None
            in a subgraph that shows nothing of a brand.
    """

    brand: Table
    scheme: Table
    account: Table
    week_definition: Table
    decisions: Table | None = None

    @classmethod
    def declare(cls, metadata: MetaData, decisions: Table | None = None) -> "ReferenceTables":
        """Add the tables to a subgraph's metadata."""
        tables = (_brand(metadata), _scheme(metadata), _account(metadata), _week_definition(metadata))
        return cls(*tables, decisions)


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


def _brand(metadata: MetaData) -> Table:
    return Table(
        "brand",
        metadata,
        Column("brand_id", Identifier(), primary_key=True),
        Column("name", String(200), nullable=False),
        Column("time_zone", String(64), nullable=False),
        Column("default_locale", String(35), nullable=False),
        Column("locales", JSON_LIST, nullable=False),
        Column("default_jurisdiction", String(8), nullable=False),
        Column("jurisdictions", JSON_LIST, nullable=False),
        Column("default_currency", String(3), nullable=False),
        Column("currencies", JSON_LIST, nullable=False),
        Column("occurred_at", UtcDateTime, nullable=False),
        Column("zone_issued_at", UtcDateTime, nullable=True),
    )


def _scheme(metadata: MetaData) -> Table:
    return Table(
        "scheme",
        metadata,
        Column("brand_id", Identifier(), primary_key=True),
        Column("jurisdiction", Identifier(8), primary_key=True),
        Column("currency", Identifier(3), primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("qualifying_product", String(16), nullable=False),
        Column("target_minor", Integer, nullable=False),
        Column("min_stake_minor", Integer, nullable=False),
        Column("min_odds_milli", Integer, nullable=False),
        Column("bet_types", JSON_LIST, nullable=False),
        Column("channels", JSON_LIST, nullable=False),
        Column("count_before_opt_in", Boolean, nullable=False),
        Column("void_policy", String(32), nullable=False),
        Column("default_reward_id", Identifier(), nullable=True),
        Column("choice_lock_minutes", Integer, nullable=False),
        Column("grace_minutes", Integer, nullable=False),
        Column("terms_version", String(64), nullable=False),
        Column("terms_summary", Text, nullable=False),
        Column("terms_url", String(2000), nullable=False),
        Column("effective_from", UtcDateTime, nullable=False),
        Column("issued_at", UtcDateTime, nullable=False),
        Column("control_per_mille", Integer, nullable=False, server_default="0"),
        Column("trial_reward_id", Identifier(), nullable=True),
        Column("trial_per_mille", Integer, nullable=False, server_default="0"),
    )


def _week_definition(metadata: MetaData) -> Table:
    """The definitions of weeks, stored when they opened. Append only."""
    return Table(
        "week_definition",
        metadata,
        Column("brand_id", Identifier(), primary_key=True),
        Column("iso_week", Identifier(8), primary_key=True),
        Column("jurisdiction", Identifier(8), primary_key=True),
        Column("currency", Identifier(3), primary_key=True),
        Column("scheme_version", Integer, nullable=False),
        Column("time_zone", String(64), nullable=False),
        Column("starts_at", UtcDateTime, nullable=False),
        Column("ends_at", UtcDateTime, nullable=False),
        Column("locks_at", UtcDateTime, nullable=False),
        Column("grace_until", UtcDateTime, nullable=False),
        Column("opened_at", UtcDateTime, nullable=False),
    )


def account_change_table(metadata: MetaData) -> Table:
    """Add the table of all revisions of accounts to a subgraph's metadata. Append only."""
    return _accounts(
        "account_change", metadata, Column("revision", BigInteger, primary_key=True, autoincrement=False)
    )


def _account(metadata: MetaData) -> Table:
    return _accounts("account", metadata, Column("revision", BigInteger, nullable=False))


def _accounts(name: str, metadata: MetaData, revision: Column[int]) -> Table:
    return Table(
        name,
        metadata,
        Column("brand_id", Identifier(), primary_key=True),
        Column("customer_id", Identifier(128), primary_key=True),
        revision,
        Column("status", String(16), nullable=False),
        Column("verified", Boolean, nullable=False),
        Column("jurisdiction", String(8), nullable=False),
        Column("currency", String(3), nullable=False),
        Column("rg_state", String(16), nullable=False),
        Column("promo_restricted", Boolean, nullable=False),
        Column("occurred_at", UtcDateTime, nullable=False),
    )


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


def among_clubs(table: Table, clubs: Collection[ClubKey]) -> ColumnElement[bool]:
    """Match the rows of clubs, in the order of the index, so that transactions lock in one order."""
    key = tuple_(table.c.brand_id, table.c.customer_id, table.c.iso_week)
    return key.in_(sorted((club.brand, club.customer, club.iso_week) for club in clubs))


def club_of_row(row: Mapping[Any, Any]) -> ClubKey:
    """Return the club that a row belongs to."""
    return ClubKey(row["brand_id"], row["iso_week"], row["customer_id"])


def club_columns(club: ClubKey) -> dict[str, str]:
    """Return the columns that say which club a row belongs to."""
    return {"brand_id": club.brand, "customer_id": club.customer, "iso_week": club.iso_week}
