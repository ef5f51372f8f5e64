"""Tables that the club's subgraphs share: read models of brands, schemes, weeks, accounts, exclusions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, String, Table, Text, tuple_
from sqlalchemy.sql.elements import ColumnElement

from foundation.storage.columns import JSON_LIST, Identifier, UtcDateTime
from subgraphs.club_kit.domain.club_key import ClubKey


@dataclass(frozen=True, slots=True)
class ReferenceTables:
    """Projections of the topics that every consumer reads: schemes with their brands, accounts, weeks.

    Attributes:
        exclusion: What customers chose in the wallet: breaks and self-exclusions, also those that have ended.
        decisions: The global messages, whose decisions about a brand replace the facts of its schemes; None
            in a subgraph that shows nothing of a brand.
    """

    brand: Table
    scheme: Table
    account: Table
    week_definition: Table
    exclusion: Table
    decisions: Table | None = None

    @classmethod
    def declare(cls, metadata: MetaData, decisions: Table | None = None) -> "ReferenceTables":
        """Add the tables to a subgraph's metadata."""
        return cls(
            _brand(metadata),
            _scheme(metadata),
            _account(metadata),
            _week_definition(metadata),
            _exclusion(metadata),
            decisions,
        )


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
        Column("event_scope", JSON_LIST, nullable=True),
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


def _exclusion(metadata: MetaData) -> Table:
    """`product` is empty for everything; of one beginning, the latest end that was told."""
    return Table(
        "exclusion",
        metadata,
        Column("brand_id", Identifier(), primary_key=True),
        Column("customer_id", Identifier(128), primary_key=True),
        Column("kind", Identifier(16), primary_key=True),
        Column("product", Identifier(16), primary_key=True),
        Column("since", UtcDateTime, primary_key=True),
        Column("ends_at", UtcDateTime, nullable=False),
    )


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
