"""The tables of bets: what customers asked for, on which markets, how it ended; and results."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, UniqueConstraint

from foundation.storage.columns import LONG_TEXT, Identifier, UtcDateTime


@dataclass(frozen=True, slots=True)
class BetTables:
    """What is known of bets.

    Attributes:
        bet: What a customer asked for, and what has become of it.
        leg: On which markets a bet is, by which it is found when one of them has a result.
        settlement: What a bet returned by the results as they were known, each correction by itself.
        result: What is known of the results of markets.
    """

    bet: Table
    leg: Table
    settlement: Table
    result: Table

    @classmethod
    def declare(cls, metadata: MetaData) -> "BetTables":
        """Add the tables to the metadata of bets."""
        return cls(_bet(metadata), _leg(metadata), _settlement(metadata), _result(metadata))


def _bet(metadata: MetaData) -> Table:
    """The columns are the fields of `Bet`, and when somebody has to look at it again.

    `slip`, `legs` and `changed`: JSON; `status`: as the facts say; `changed_at`: when a fact was last learnt,
    or the customer was erased; `due_at`: null when nothing is due; `tries`: looks in a row without news.
    """
    return Table(
        "bet",
        metadata,
        Column("bet_id", Identifier(24), primary_key=True),
        Column("brand_id", Identifier(), nullable=False),
        Column("customer_id", Identifier(128), nullable=False),
        Column("idempotency_key", Identifier(128), nullable=False),
        Column("slip", LONG_TEXT, nullable=False),
        Column("legs", LONG_TEXT, nullable=False),
        Column("currency", Identifier(3), nullable=False),
        Column("total_minor", BigInteger, nullable=False),
        Column("placed_at", UtcDateTime, nullable=False),
        Column("asked_at", UtcDateTime, nullable=False),
        Column("look_at", UtcDateTime, nullable=False),
        Column("reserved_at", UtcDateTime, nullable=True),
        Column("decided_at", UtcDateTime, nullable=True),
        Column("taken_at", UtcDateTime, nullable=True),
        Column("refusal", Identifier(32), nullable=False),
        Column("message", String(500), nullable=False),
        Column("changed", LONG_TEXT, nullable=False),
        Column("released_at", UtcDateTime, nullable=True),
        Column("jurisdiction", String(8), nullable=False),
        Column("territory", Identifier(2), nullable=True),
        Column("language", String(128), nullable=True),
        Column("status", Identifier(16), nullable=False),
        Column("changed_at", UtcDateTime, nullable=False),
        Column("due_at", UtcDateTime, nullable=True),
        Column("tries", Integer, nullable=False),
        UniqueConstraint("brand_id", "customer_id", "idempotency_key", name="bet_by_key"),
        Index("bet_due", "due_at"),
        Index("bet_by_change", "changed_at"),
        Index("bet_of_customer", "brand_id", "customer_id", "asked_at", "bet_id"),
        Index("bet_of_customer_by_change", "brand_id", "customer_id", "changed_at"),
        Index("bet_of_customer_by_status", "brand_id", "customer_id", "status"),
        Index("bet_by_status", "brand_id", "status", "asked_at"),
    )


def _leg(metadata: MetaData) -> Table:
    return Table(
        "bet_leg",
        metadata,
        Column("bet_id", Identifier(24), primary_key=True),
        Column("selection_id", Identifier(32), primary_key=True),
        Column("market_id", Identifier(16), nullable=False),
        Index("bet_leg_of_market", "market_id", "bet_id"),
    )


def _settlement(metadata: MetaData) -> Table:
    """The columns are the fields of `Settlement`; `outcomes`: JSON, by selection."""
    return Table(
        "settlement",
        metadata,
        Column("bet_id", Identifier(24), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("status", Identifier(16), nullable=False),
        Column("returns_minor", BigInteger, nullable=False),
        Column("counting_minor", BigInteger, nullable=False),
        Column("outcomes", LONG_TEXT, nullable=False),
        Column("decided_at", UtcDateTime, nullable=False),
        Column("moved_at", UtcDateTime, nullable=True),
        Column("refusal", Identifier(32), nullable=False),
        Column("is_free_bet_kept", Boolean, nullable=False),
        Column("owed_minor", BigInteger, nullable=False, server_default="0"),
    )


def _result(metadata: MetaData) -> Table:
    """The columns are the fields of `MarketResult`; of two states, the one of the higher revision stays.

    `runners` and `void_periods`: JSON. `stored_at`: by the machine's clock. `known_at`: since when it has had
    results, by its provider's; null without any, and in rows of versions that did not note it.
    """
    return Table(
        "market_result",
        metadata,
        Column("market_id", Identifier(16), primary_key=True),
        Column("revision", BigInteger, nullable=False),
        Column("kind", String(64), nullable=False),
        Column("status", Identifier(16), nullable=False),
        Column("runners", LONG_TEXT, nullable=False),
        Column("void_periods", LONG_TEXT, nullable=False),
        Column("stored_at", UtcDateTime, nullable=False),
        Column("known_at", UtcDateTime, nullable=True),
        Index("market_result_by_age", "stored_at"),
    )
