"""The tables of what operators' wallets were asked: written before each request, and after its answer."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table

from foundation.storage.columns import SECRET, Identifier, UtcDateTime
from subgraphs.kit.funds import MAX_ID_LENGTH
from subgraphs.wallet.seamless.bets import MAX_TOKEN_LENGTH


@dataclass(frozen=True, slots=True)
class OperatorTables:
    """The tables of operators' wallets.

    Attributes:
        bet: One row for each reservation: what was asked, and what is to be sent next.
        win: One row for each settlement, and whether what it returns has been paid.
        session: The token of each customer's newest session at the operator.
    """

    bet: Table
    win: Table
    session: Table

    @classmethod
    def declare(cls, metadata: MetaData) -> "OperatorTables":
        """Add the tables to the wallet's metadata."""
        return cls(_bet_table(metadata), _win_table(metadata), _session_table(metadata))


def _bet_table(metadata: MetaData) -> Table:
    return Table(
        "operator_bet",
        metadata,
        Column("reservation_id", Identifier(MAX_ID_LENGTH), primary_key=True),
        Column("brand_id", Identifier(), nullable=False),
        Column("customer_id", Identifier(128), nullable=False),
        Column("currency", Identifier(3), nullable=False),
        Column("amount_minor", BigInteger, nullable=False),
        Column("purpose", Identifier(8), nullable=False),
        Column("seconds", Integer, nullable=False),
        Column("operator_user", Identifier(128), nullable=False),
        Column("token", String(MAX_TOKEN_LENGTH), nullable=False, info=dict(SECRET)),
        Column("state", Identifier(16), nullable=False),
        Column("why", String(32), nullable=True),
        Column("ends_at", UtcDateTime, nullable=False),
        *_sending(),
        Index("operator_bet_due", "next_at"),
        Index("operator_bet_of_customer", "brand_id", "customer_id"),
    )


def _win_table(metadata: MetaData) -> Table:
    return Table(
        "operator_win",
        metadata,
        Column("settlement_id", Identifier(MAX_ID_LENGTH), primary_key=True),
        Column("reservation_id", Identifier(MAX_ID_LENGTH), nullable=False),
        Column("brand_id", Identifier(), nullable=False),
        Column("customer_id", Identifier(128), nullable=False),
        Column("returns_minor", BigInteger, nullable=False),
        Column("state", Identifier(16), nullable=False),
        *_sending(),
        Index("operator_win_due", "next_at"),
        Index("operator_win_of_bet", "reservation_id"),
        Index("operator_win_of_customer", "brand_id", "customer_id"),
    )


def _session_table(metadata: MetaData) -> Table:
    return Table(
        "operator_session",
        metadata,
        Column("brand_id", Identifier(), primary_key=True),
        Column("customer_id", Identifier(128), primary_key=True),
        Column("token", String(MAX_TOKEN_LENGTH), nullable=False, info=dict(SECRET)),
        Column("at", UtcDateTime, nullable=False),
        Column("ends_at", UtcDateTime, nullable=True),
    )


def _sending() -> tuple[Column[object], ...]:
    """Return how the sending of a row's request goes.

    `attempts` counts those of the request that is due now; until `busy_until` a process waits for its answer;
    nothing is due where `next_at` is null; `answer` is the last status, or what kept it away.
    """
    return (
        Column("made_at", UtcDateTime, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("busy_until", UtcDateTime, nullable=True),
        Column("next_at", UtcDateTime, nullable=True),
        Column("answer", String(64), nullable=False),
    )
