"""The tables of games' transactions and sessions."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, text

from foundation.storage.columns import Identifier, UtcDateTime


@dataclass(frozen=True, slots=True)
class SeamlessTables:
    """Bets, wins and rollbacks by their ids, and the sessions in which they were made.

    A transaction's `status` is null from its intent until its outcome is known. `kind` is `never` if it was
    rolled back before it came; then it never is. `revision` says of a bet how many of its states were told.
    `provider` is whose key signed; "" in what was stored before keys had names. `is_prize` says that what is
    won is the supplier's money.
    """

    transaction: Table
    session: Table

    @classmethod
    def declare(cls, metadata: MetaData) -> "SeamlessTables":
        """Add the tables to the wallet's metadata."""
        transaction = Table(
            "game_transaction",
            metadata,
            Column("brand_id", Identifier(), primary_key=True),
            Column("transaction_uuid", Identifier(64), primary_key=True),
            Column("customer_id", Identifier(128), nullable=False),
            Column("kind", Identifier(16), nullable=False),
            Column("reference", Identifier(64), nullable=True),
            Column("round", Identifier(255), nullable=True),
            Column("round_closed", Boolean, nullable=False),
            Column("game_code", Identifier(255), nullable=True),
            Column("amount_minor", BigInteger, nullable=False),
            Column("currency", Identifier(3), nullable=False),
            Column("is_free", Boolean, nullable=False),
            Column("session_id", Identifier(64), nullable=False),
            Column("status", Identifier(64), nullable=True),
            Column("is_rolled_back", Boolean, nullable=False),
            Column("revision", Integer, nullable=False),
            Column("created_at", UtcDateTime, nullable=False),
            Column("provider", Identifier(), nullable=False, server_default=text("''")),
            Column("is_prize", Boolean, nullable=False, server_default=text("0")),
            Index("game_transaction_of_customer", "brand_id", "customer_id", "round"),
            Index("game_transaction_of_bet", "brand_id", "reference"),
            Index("game_transaction_by_age", "created_at"),
        )
        session = Table(
            "game_session",
            metadata,
            Column("session_id", Identifier(64), primary_key=True),
            Column("brand_id", Identifier(), nullable=False),
            Column("customer_id", Identifier(128), nullable=False),
            Column("currency", Identifier(3), nullable=False),
            Column("game_code", Identifier(255), nullable=True),
            Column("opened_at", UtcDateTime, nullable=False),
            Column("ends_at", UtcDateTime, nullable=False),
            Column("provider", Identifier(), nullable=False, server_default=text("''")),
            Index("game_session_of_customer", "brand_id", "customer_id"),
            Index("game_session_by_end", "ends_at"),
        )
        return cls(transaction, session)
