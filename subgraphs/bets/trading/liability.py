"""What the house may lose by open bets, by event and by selection, in SQL: for people who trade.

The worst case of a market with one winner is that the dearest selection wins and all others are placed; of
other markets, that all win. It is never less than what is true while no selection is withdrawn: then its
stakes go back.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, Row, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.bets.trading.tables import TradingTables

ONE_WINNER: Final[Collection[str]] = ("BOTH_TO_SCORE", "CORRECT_SCORE", "MATCH_RESULT", "MATCH_WINNER", "WIN")
"""The kinds of markets of whose selections no two win, but for dead heats, which share what one returns."""


class EventLiability(Struct, frozen=True, kw_only=True):
    """What the house may lose by an event in a currency, in minor units.

    Attributes:
        stake_minor: Of all open bets on it, with those of multiples.
        worst_minor: The most that is lost by them; 0 if the house cannot lose.
        bets: How many there are.
    """

    sports_event_id: str
    sport: str
    event: str
    starts_at: datetime
    currency: str
    stake_minor: int
    worst_minor: int
    bets: int


class SelectionLiability(Struct, frozen=True, kw_only=True):
    """What the house may lose if a selection wins, in a currency and in minor units.

    Attributes:
        kind: The platform's name of the market's kind.
        places_minor: What is returned if it is placed alone.
    """

    selection_id: str
    market_id: str
    kind: str
    market: str
    pick: str
    sports_event_id: str
    sport: str
    event: str
    starts_at: datetime
    currency: str
    stake_minor: int
    returns_minor: int
    places_minor: int
    bets: int

    @property
    def market_kind(self) -> str:
        """Return the same as `kind`: rules of traders know selections by it."""
        return self.kind

    @property
    def liability_minor(self) -> int:
        """Return what a limit of liability limits; below 0 the house cannot lose."""
        return self.returns_minor - self.stake_minor


_SELECTION: Final = SelectionLiability.__struct_fields__


async def events_at_risk(
    connection: AsyncConnection, tables: TradingTables, brand: str, first: int, sport: str | None = None
) -> Sequence[EventLiability]:
    """Return up to `first` events of a brand with open bets, those by which most can be lost first.

    Args:
        connection: A connection to the database of bets.
        tables: Those of trading.
        brand: The brand.
        first: How many.
        sport: Only of this one.
    """
    markets = _markets(tables, brand, sport).subquery()
    c = markets.c
    worst = func.sum(case((c.worst > 0, c.worst), else_=0)).label("worst_minor")
    query = (
        select(
            c.sports_event_id,
            func.max(c.sport).label("sport"),
            func.max(c.event).label("event"),
            func.min(c.starts_at).label("starts_at"),
            c.currency,
            func.sum(c.stake_minor).label("stake_minor"),
            worst,
            func.sum(c.bets).label("bets"),
        )
        .group_by(c.sports_event_id, c.currency)
        .order_by(worst.desc(), c.sports_event_id, c.currency)
        .limit(first)
    )
    return [_event(row) for row in await connection.execute(query)]


async def selections_at_risk(
    connection: AsyncConnection, tables: TradingTables, brand: str, sports_event_id: str, first: int
) -> Sequence[SelectionLiability]:
    """Return up to `first` selections of an event with open bets, those by which most can be lost first."""
    sums, named = tables.exposure.c, tables.exposed_selection.c
    lost = sums.returns_minor - sums.stake_minor
    columns = [sums[name] if name in sums else named[name] for name in _SELECTION]
    query = (
        select(*columns)
        .select_from(_joined(tables))
        .where(named.brand_id == brand, named.sports_event_id == sports_event_id, sums.bets > 0)
        .order_by(lost.desc(), sums.selection_id, sums.currency)
        .limit(first)
    )
    rows = await connection.execute(query)
    return [SelectionLiability(**dict(zip(_SELECTION, row, strict=True))) for row in rows]


async def find_selection(
    connection: AsyncConnection, tables: TradingTables, brand: str, column: str, name: str
) -> Row[Any] | None:
    """Return what a selection of a brand is called that has been bet on; None if there is none.

    Args:
        connection: A connection to the database of bets.
        tables: Those of trading.
        brand: The brand.
        column: By which the selection is found, such as `market_id`.
        name: What is in the column.
    """
    named = tables.exposed_selection
    query = select(named).where(named.c.brand_id == brand, named.c[column] == name).limit(1)
    return (await connection.execute(query)).one_or_none()


def _markets(tables: TradingTables, brand: str, sport: str | None) -> Select[Any]:
    """Return the query of a brand's markets with their worst case, which may be less than nothing."""
    sums, named = tables.exposure.c, tables.exposed_selection.c
    stakes, places = func.sum(sums.stake_minor), func.sum(sums.places_minor)
    one = func.max(sums.returns_minor - sums.places_minor) + places - stakes
    conditions: list[ColumnElement[bool]] = [named.brand_id == brand, sums.bets > 0]
    if sport is not None:
        conditions.append(named.sport == sport)
    return (
        select(
            named.sports_event_id,
            func.max(named.sport).label("sport"),
            func.max(named.event).label("event"),
            func.min(named.starts_at).label("starts_at"),
            sums.currency,
            stakes.label("stake_minor"),
            func.sum(sums.bets).label("bets"),
            case((named.kind.in_(ONE_WINNER), one), else_=func.sum(sums.returns_minor) - stakes).label(
                "worst"
            ),
        )
        .select_from(_joined(tables))
        .where(*conditions)
        .group_by(named.sports_event_id, named.market_id, named.kind, sums.currency)
    )


def _joined(tables: TradingTables) -> Any:
    sums, named = tables.exposure, tables.exposed_selection
    same = (named.c.brand_id == sums.c.brand_id) & (named.c.selection_id == sums.c.selection_id)
    return sums.join(named, same)


def _event(row: Row[*tuple[Any, ...]]) -> EventLiability:
    numbers = {name: int(getattr(row, name)) for name in ("stake_minor", "worst_minor", "bets")}
    return EventLiability(
        sports_event_id=row.sports_event_id,
        sport=row.sport,
        event=row.event,
        starts_at=row.starts_at,
        currency=row.currency,
        **numbers,
    )
