"""Conditions on tables that are keyed by brand, customer and week."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Table, tuple_
from sqlalchemy.sql.elements import ColumnElement

from subgraphs.kit.domain.keys import ClubKey


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
