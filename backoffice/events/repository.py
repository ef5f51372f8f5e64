"""The SQL over the events' database, which is only read here."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from foundation.storage.bulk_sql import in_portions
from subgraphs.events.catalogue.events import OfferRow
from subgraphs.events.catalogue.reader import OFFER_COLUMNS, stored_offer
from subgraphs.events.matching import OfferKey
from subgraphs.events.models import LEADER_CHANGE, MATCH_DECISION, MATCH_WAITING, OFFER, OVER
from subgraphs.events.records.matches import Pair

Position = tuple[datetime, str]
"""The start and the id of the last row of a page."""


class OfferState(Enum):
    """Whether an offer is of an event, waits for a person, or is no longer there."""

    MATCHED = "matched"
    WAITING = "waiting"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class OfferFilter:
    """Which offers are listed.

    Attributes:
        day: The day in UTC on which they start.
        since: Without a day, only those that start at this instant or later, and are not over.
        text: A part of the name or of the competition.
    """

    since: datetime
    sport: str | None = None
    provider: str | None = None
    day: date | None = None
    text: str = ""
    state: OfferState | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions that an offer meets."""
        c = OFFER.c
        found = [column == value for column, value in self._names() if value is not None]
        if self.day is None:
            found += [c.starts_at >= self.since, c.status.not_in(OVER)]
        else:
            begins = datetime.combine(self.day, time(), UTC)
            found += [c.starts_at >= begins, c.starts_at < begins + timedelta(days=1)]
        if self.text:
            wanted = self.text.lower()
            has_it = (
                func.lower(column).contains(wanted, autoescape=True) for column in (c.name, c.competition)
            )
            found.append(or_(*has_it))
        match self.state:
            case OfferState.GONE:
                found.append(c.is_gone.is_(True))
            case OfferState.MATCHED:
                found += [c.is_gone.is_(False), c.event_id.is_not(None)]
            case OfferState.WAITING:
                found += [c.is_gone.is_(False), c.event_id.is_(None)]
            case None:
                pass
        return found

    def _names(self) -> tuple[tuple[Any, str | None], ...]:
        return (OFFER.c.sport, self.sport), (OFFER.c.provider, self.provider)


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """Offers that wait for a person, as the matcher has stored them.

    Attributes:
        offers: The keys of the offers, the first one first.
        candidates: The ids of the events that they may be of, likeliest first, each with its confidence.
    """

    own_id: str
    sport: str
    starts_at: datetime
    offers: tuple[OfferKey, ...]
    candidates: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class LeaderChange:
    """A change of who leads for a kind of data; None stands for nobody."""

    id: int
    data: str
    before: str | None
    after: str | None
    reason: str
    changed_at: datetime


async def offers_page(
    connection: AsyncConnection, wanted: OfferFilter, first: int, after: Position | None
) -> list[OfferRow]:
    """Return offers by start and id; those after a position."""
    query = select(*OFFER_COLUMNS).where(*wanted.conditions())
    return await _offers(connection, _page(query, OFFER.c.starts_at, OFFER.c.own_id, first, after))


async def offers_of_events(connection: AsyncConnection, events: Collection[str]) -> list[OfferRow]:
    """Return the offers of some events that are still there."""
    found: list[OfferRow] = []
    for portion in in_portions(sorted(events)):
        of_them = OFFER.c.event_id.in_(portion)
        found += await _offers(connection, select(*OFFER_COLUMNS).where(of_them, OFFER.c.is_gone.is_(False)))
    return found


async def offers_named(connection: AsyncConnection, keys: Collection[OfferKey]) -> dict[OfferKey, OfferRow]:
    """Return offers by their keys, also those that are gone."""
    found: list[OfferRow] = []
    for portion in in_portions(sorted(keys)):
        of_them = tuple_(OFFER.c.provider, OFFER.c.sports_event_id).in_(portion)
        found += await _offers(connection, select(*OFFER_COLUMNS).where(of_them))
    return {offer.key: offer for offer in found}


async def offered_sports(connection: AsyncConnection) -> Sequence[str]:
    """Return the sports of which anything is offered."""
    query = select(OFFER.c.sport).distinct().order_by(OFFER.c.sport)
    return (await connection.execute(query)).scalars().all()


async def waiting_page(
    connection: AsyncConnection, first: int, after: Position | None = None
) -> list[WaitingRow]:
    """Return what waits for a person by start and id; what is after a position."""
    c = MATCH_WAITING.c
    query = _page(select(MATCH_WAITING), c.starts_at, c.own_id, first, after)
    return [_waiting(row) for row in await connection.execute(query)]


async def waiting_named(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, WaitingRow]:
    """Return what waits for a person, by the ids of the first offers."""
    found: list[WaitingRow] = []
    for portion in in_portions(sorted(ids)):
        query = select(MATCH_WAITING).where(MATCH_WAITING.c.own_id.in_(portion))
        found += [_waiting(row) for row in await connection.execute(query)]
    return {row.own_id: row for row in found}


async def count_waiting(connection: AsyncConnection) -> int:
    """Return how many groups of offers wait for a person."""
    return (await connection.execute(select(func.count()).select_from(MATCH_WAITING))).scalar_one()


async def applied_decisions(connection: AsyncConnection, pairs: Collection[Pair]) -> dict[Pair, bool]:
    """Return of which pairs of offers the matcher has a decision: whether they are of one event."""
    c = MATCH_DECISION.c
    columns = (c.first_provider, c.first_id, c.second_provider, c.second_id)
    found: dict[Pair, bool] = {}
    for portion in in_portions(sorted((*first, *second) for first, second in pairs)):
        query = select(*columns, c.is_same).where(tuple_(*columns).in_(portion))
        for first_provider, first_id, second_provider, second_id, is_same in await connection.execute(query):
            pair = OfferKey(first_provider, first_id), OfferKey(second_provider, second_id)
            found[pair] = is_same
    return found


async def leader_changes(connection: AsyncConnection, first: int, before: int | None) -> list[LeaderChange]:
    """Return changes of leaders, the newest first; those before one with `before`."""
    c = LEADER_CHANGE.c
    query = select(LEADER_CHANGE).order_by(c.id.desc()).limit(first)
    if before is not None:
        query = query.where(c.id < before)
    return [with_fields_of(LeaderChange, row) for row in await connection.execute(query)]


def _page(query: Select[Any], starts: Any, own_id: Any, first: int, after: Position | None) -> Select[Any]:
    if after is not None:
        at, last = after
        query = query.where(or_(starts > at, (starts == at) & (own_id > last)))
    return query.order_by(starts, own_id).limit(first)


async def _offers(connection: AsyncConnection, query: Select[Any]) -> list[OfferRow]:
    return [stored_offer(tuple(row)) for row in await connection.execute(query)]


def _waiting(row: Row[Any]) -> WaitingRow:
    return WaitingRow(
        row.own_id,
        row.sport,
        row.starts_at,
        tuple(OfferKey(*key) for key in row.offers),
        tuple((candidate["event"], candidate["confidence"]) for candidate in row.candidates),
    )
