"""The progress subgraph's tables."""

from pathlib import Path
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text, text

from foundation.storage.cells.ownership import cell_table
from foundation.storage.columns import JSON_LIST, Identifier, UtcDateTime
from foundation.storage.installation import installation_table
from subgraphs.club_kit.records.tables import ReferenceTables
from subgraphs.kit.durable_steps.postponed import postponed_table
from subgraphs.kit.records.tables import OutboxTables, StreamTables, erasure_table

METADATA = MetaData(info={"migrations": Path(__file__).with_name("migrations")})
REFERENCE = ReferenceTables.declare(METADATA)
STREAM = StreamTables.declare(METADATA)
CELL = cell_table(METADATA)
INSTALLATION = installation_table(METADATA)
ERASURE = erasure_table(METADATA)
OUTBOX = OutboxTables.declare(METADATA)
POSTPONED = postponed_table(METADATA)


def _facts() -> tuple[Column[Any], ...]:
    """Return the columns of the facts of a bet at one revision."""
    return (
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
        Column("legs", Text, nullable=True),
    )


CONTRIBUTION = Table(
    "contribution",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("bet_id", Identifier(128), primary_key=True),
    Column("customer_id", Identifier(128), nullable=False),
    Column("iso_week", Identifier(8), nullable=False),
    Column("revision", BigInteger, nullable=False),
    *_facts(),
    Column("counted_minor", Integer, nullable=False),
    Column("reason", String(24), nullable=False),
    Column("kept", Integer, nullable=False, server_default=text("0")),
    Index("contribution_of_week", "brand_id", "customer_id", "iso_week", "placed_at"),
    Index("contribution_by_week", "brand_id", "iso_week"),
)
"""The ledger. One row for each bet: the revision in force, its facts, what it counts, and why.

`kept`: how many other revisions of the bet are in `kept_revision`. `legs`: JSON, null for a bet without any.
"""

KEPT_REVISION = Table(
    "kept_revision",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("bet_id", Identifier(128), primary_key=True),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("customer_id", Identifier(128), nullable=False),
    Column("iso_week", Identifier(8), nullable=False),
    *_facts(),
    Index("kept_revision_by_week", "brand_id", "iso_week"),
)
"""Revisions that are not in force, but may be once the scheme or account changes.

Only bets to which something happened after the end of their week have any."""

LATE_REVISION = Table(
    "late_revision",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("bet_id", Identifier(128), primary_key=True),
    Column("customer_id", Identifier(128), nullable=False),
    Column("iso_week", Identifier(8), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime, nullable=False),
    Column("counted_minor", Integer, nullable=False),
    Column("would_count_minor", Integer, nullable=False),
    Column("would_be", String(24), nullable=False),
    Index("late_revision_by_week", "brand_id", "iso_week"),
)
"""The review queue: bets that would count differently if their newest revision had been in time."""

LATE_DECISION = Table(
    "late_decision",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("bet_id", Identifier(128), primary_key=True),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("customer_id", Identifier(128), nullable=False),
    Column("iso_week", Identifier(8), nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("counted_minor", Integer, nullable=False),
    Column("would_count_minor", Integer, nullable=False),
    Column("decided_by", String(128), nullable=False),
    Column("why", String(500), nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
)
"""People's decisions about late revisions, and their audit. Rows are never changed."""

BET_CLAIM = Table(
    "bet_claim",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("bet_id", Identifier(128), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    *_facts(),
    Column("iso_week", Identifier(8), nullable=True),
    Index("bet_claim_of_customer", "brand_id", "customer_id", "iso_week"),
)
"""Revisions of disputed bets: those that name another customer than the row in `contribution`."""

DISPUTE_DECISION = Table(
    "dispute_decision",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("bet_id", Identifier(128), primary_key=True),
    Column("customer_id", Identifier(128), nullable=False),
    Column("decided_by", String(128), nullable=False),
    Column("why", String(500), nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
)
"""To whom a person has assigned a disputed bet."""

KNOWN_OFFER = Table(
    "known_offer",
    METADATA,
    Column("offer_id", Identifier(), primary_key=True),
    Column("sports", JSON_LIST, nullable=False),
    Column("competitions", JSON_LIST, nullable=False),
    Column("sports_event_ids", JSON_LIST, nullable=False),
)
"""What the sports event of a provider's offer is called, as the block of events tells it."""

KNOWN_MARKET = Table(
    "known_market",
    METADATA,
    Column("market_id", Identifier(), primary_key=True),
    Column("offer_id", Identifier(), nullable=False),
    Index("known_market_by_offer", "offer_id"),
)
"""Of which offer each market is, by which a selection's event is found."""

BET_MARKET = Table(
    "bet_market",
    METADATA,
    Column("market_id", Identifier(), primary_key=True),
    Column("brand_id", Identifier(), primary_key=True),
    Column("bet_id", Identifier(128), primary_key=True),
    Column("customer_id", Identifier(128), nullable=False),
    Index("bet_market_of_customer", "brand_id", "customer_id"),
)
"""On which markets bets are, only of brands whose schemes ask for events: they are judged again by it."""

ADJUSTMENT = Table(
    "adjustment",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("adjustment_id", Identifier(64), primary_key=True),
    Column("customer_id", Identifier(128), nullable=False),
    Column("iso_week", Identifier(8), nullable=False),
    Column("amount_minor", Integer, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("proposed_by", String(200), nullable=False),
    Column("approved_by", String(200), nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("arrived_at", UtcDateTime, nullable=False),
    Index("adjustment_of_week", "brand_id", "customer_id", "iso_week"),
)
"""What people added to a week's total, or took from it. Rows are never changed.

`adjustment_id`: the proposal that two people agreed on; `amount_minor`: may be negative."""

PROGRESS = Table(
    "progress",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("total_minor", BigInteger, nullable=False),
    Column("counted_bets", Integer, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Index("progress_by_week", "brand_id", "iso_week", "customer_id"),
)
"""The sum of a customer's contributions to a week and of its adjustments, and the event time of the newest
message applied. Adjustments may take a total below zero, which readers show as zero."""

MEMBERSHIP = Table(
    "membership",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("opted_in", Boolean, nullable=False),
    Column("since", UtcDateTime, nullable=True),
    Column("left_at", UtcDateTime, nullable=True),
    Column("first_opted_in_at", UtcDateTime, nullable=True),
    Column("occurred_at", UtcDateTime, nullable=False),
)
"""Projection of the memberships that the club publishes: the highest version of each customer."""

MEMBERSHIP_CHANGE = Table(
    "membership_change",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("opted_in", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
"""When customers opted in and out, as far as known: shows who was a member in a past week."""

QUALIFICATION = Table(
    "qualification",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("target_minor", Integer, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("jurisdiction", String(8), nullable=True),
    Column("read_back", Boolean, nullable=False, server_default=text("0")),
    Index("qualification_by_week", "brand_id", "iso_week", "status"),
    Index("qualification_by_territory", "brand_id", "iso_week", "jurisdiction", "currency", "status"),
)
"""The last published qualification of a week whose target was reached once.

`status`: provisional, confirmed or revoked.

`read_back`: known only from what this subgraph published before its database was lost or restored. Nothing
    new is
published about such a week until all bets are applied again.

`jurisdiction`: the customer's jurisdiction when the target was reached; null stands for the account's."""

OUTCOME = Table(
    "outcome",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("state", String(16), nullable=False),
)
"""What fulfilment has published about confirmed weeks, at its highest revision; `state`: a `ClubState`."""

WEEK_CLOSING = Table(
    "week_closing",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("jurisdiction", Identifier(8), primary_key=True),
    Column("currency", Identifier(3), primary_key=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("provisional_at", UtcDateTime, nullable=True),
    Column("closed_at", UtcDateTime, nullable=True),
    Column("confirmed_at", UtcDateTime, nullable=True),
    Column("scheme_version", Integer, nullable=True),
)
"""The status of a week for customers of a jurisdiction and currency, because each scheme has its own grace.

`closed_at`: when the grace ended, from which on qualifications are confirmed; `confirmed_at`: when all of
    them were
confirmed; `scheme_version`: the version with which the week opened."""

REPAIR = Table(
    "repair",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("brand_id", Identifier(), nullable=False),
    Column("customer_id", Identifier(128), nullable=False),
    Column("iso_week", Identifier(8), nullable=False),
    Column("before", JSON(none_as_null=True), nullable=True),
    Column("after", JSON(none_as_null=True), nullable=True),
    Column("repaired_at", UtcDateTime, nullable=False),
)
"""Audit of totals that `furlong reconcile progress --repair` has repaired; null stands for no row."""

CRM_QUALIFIER = Table(
    "crm_qualifier",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("staked_minor", Integer, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("reward_id", Identifier(), nullable=True),
    Column("source", String(255), nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
)
"""Customers who qualified through the old, manual process, from `furlong import crm`; `source`: the file's
name.
"""
