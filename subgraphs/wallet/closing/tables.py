"""The tables of closes, which the wallet's block declares among its own."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, String, Table

from foundation.storage.columns import LONG_TEXT, Identifier, UtcDateTime

HEAD: Final = 1
"""The id of the only row of `close_head`."""


@dataclass(frozen=True, slots=True)
class CloseTables:
    """Closes in a chain, and the currencies that pay out nothing.

    Attributes:
        close: Append only.
        head: One row: the last close. Its lock puts those who close in one order. `marks` counts why the
            next close begins anew, and `begins` is the last reason, "" once that close is there.
        hold: Why a currency pays out nothing: one row for each close that differs in it.
    """

    close: Table
    head: Table
    hold: Table

    @classmethod
    def declare(cls, metadata: MetaData) -> "CloseTables":
        """Add the tables to the wallet's metadata."""
        return cls(_close(metadata), _head(metadata), _hold(metadata))


def _close(metadata: MetaData) -> Table:
    """`content`: a `Close` as JSON, which `hash` covers; `differences`: how many it has."""
    return Table(
        "day_close",
        metadata,
        Column("sequence", BigInteger, primary_key=True, autoincrement=False),
        Column("day", Date, nullable=False, unique=True),
        Column("differences", Integer, nullable=False),
        Column("content", LONG_TEXT, nullable=False),
        Column("hash", Identifier(64), nullable=False),
        Column("previous_hash", Identifier(64), nullable=False, unique=True),
        Column("signature", String(128), nullable=False),
    )


def _head(metadata: MetaData) -> Table:
    return Table(
        "close_head",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("sequence", BigInteger, nullable=False),
        Column("hash", Identifier(64), nullable=False),
        Column("marks", BigInteger, nullable=False),
        Column("begins", String(200), nullable=False),
    )


def _hold(metadata: MetaData) -> Table:
    """`decision_id`, `lifted_by`, `reason`: of what lifted it; `held_at` is the database's time."""
    return Table(
        "payout_hold",
        metadata,
        Column("currency", Identifier(3), primary_key=True),
        Column("day", Date, primary_key=True),
        Column("differences", Integer, nullable=False),
        Column("held_at", UtcDateTime, nullable=False),
        Column("lifted_at", UtcDateTime, nullable=True),
        Column("lifted_by", String(200), nullable=True),
        Column("reason", String(500), nullable=True),
        Column("decision_id", Identifier(64), nullable=True),
        Index("payout_hold_open", "lifted_at", "currency"),
    )
