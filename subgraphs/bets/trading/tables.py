"""The tables of liability and of what traders decide about customers and bets, which bets declare."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table

from foundation.storage.columns import Identifier, UtcDateTime

_SUMS = ("stake_minor", "returns_minor", "places_minor")


@dataclass(frozen=True, slots=True)
class TradingTables:
    """What open bets may cost, and decisions that are no rules of a brand.

    Attributes:
        exposed_leg: An open bet at each of its selections: while it is here, it counts.
        exposure: What all of them sum up to: it is locked by whoever counts a bet.
        exposed_selection: What selections are called and belong to, as their first bet says it.
        factor: Which part of what others may stake a customer may.
        bet_void: Bets that two people have declared void.
    """

    exposed_leg: Table
    exposure: Table
    exposed_selection: Table
    factor: Table
    bet_void: Table

    @classmethod
    def declare(cls, metadata: MetaData) -> "TradingTables":
        """Add the tables to the metadata of bets."""
        return cls(
            _exposed_leg(metadata),
            _exposure(metadata),
            _exposed_selection(metadata),
            _factor(metadata),
            _bet_void(metadata),
        )


def _exposed_leg(metadata: MetaData) -> Table:
    """`places_minor`: what the bet returns if its selections are placed alone, which is 0 of a bet to win."""
    return Table(
        "exposed_leg",
        metadata,
        Column("bet_id", Identifier(), primary_key=True),
        Column("selection_id", Identifier(), primary_key=True),
        Column("brand_id", Identifier(), nullable=False),
        Column("currency", Identifier(3), nullable=False),
        *(Column(name, BigInteger, nullable=False) for name in _SUMS),
        Index("exposed_leg_of_selection", "brand_id", "selection_id", "currency"),
    )


def _exposure(metadata: MetaData) -> Table:
    return Table(
        "exposure",
        metadata,
        Column("brand_id", Identifier(), primary_key=True),
        Column("currency", Identifier(3), primary_key=True),
        Column("selection_id", Identifier(), primary_key=True),
        *(Column(name, BigInteger, nullable=False) for name in _SUMS),
        Column("bets", BigInteger, nullable=False),
    )


def _exposed_selection(metadata: MetaData) -> Table:
    return Table(
        "exposed_selection",
        metadata,
        Column("brand_id", Identifier(), primary_key=True),
        Column("selection_id", Identifier(), primary_key=True),
        Column("market_id", Identifier(), nullable=False),
        Column("sports_event_id", Identifier(), nullable=False),
        Column("sport", Identifier(), nullable=False),
        Column("kind", Identifier(), nullable=False),
        Column("event", String(400), nullable=False),
        Column("market", String(400), nullable=False),
        Column("pick", String(400), nullable=False),
        Column("starts_at", UtcDateTime, nullable=False),
        Index("exposed_selection_of_event", "brand_id", "sports_event_id"),
        Index("exposed_selection_by_time", "starts_at"),
    )


def _decision() -> tuple[Column[Any], ...]:
    return (
        Column("decision_id", Identifier(), nullable=False),
        Column("reason", String(500), nullable=False),
        Column("decided_by", String(400), nullable=False),
        Column("decided_at", UtcDateTime, nullable=False),
    )


def _factor(metadata: MetaData) -> Table:
    return Table(
        "customer_factor",
        metadata,
        Column("brand_id", Identifier(), primary_key=True),
        Column("customer_id", Identifier(128), primary_key=True),
        Column("factor_milli", Integer, nullable=False),
        *_decision(),
    )


def _bet_void(metadata: MetaData) -> Table:
    return Table(
        "bet_void",
        metadata,
        Column("bet_id", Identifier(), primary_key=True),
        Column("brand_id", Identifier(), nullable=False),
        Column("customer_id", Identifier(128), nullable=False),
        *_decision(),
        Index("bet_void_of_customer", "brand_id", "customer_id"),
    )
