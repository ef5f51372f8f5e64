"""The names of what scopes name, as providers tell them, or as proposals have kept them."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.approvals import repository as proposals
from backoffice.approvals.proposals import ProposalStatus
from backoffice.approvals.repository import ProposalFilter
from backoffice.scopes.items import ScopeItem, ScopeKey, ScopeKind, items_from_json, scope_keys
from foundation.storage.bulk_sql import in_portions
from foundation.storage.database import Database
from subgraphs.club_kit.domain.event_scopes import EventScope
from subgraphs.events.catalogue.reader import OFFER_COLUMNS, stored_offer
from subgraphs.events.matching.names import normal
from subgraphs.events.models import OFFER
from subgraphs.events.own_ids import competition_id
from subgraphs.kit.domain.sports import sport_name

READ_SECONDS: Final = 5.0
"""So long the events' database may take: rules can be read and published without it, and bets explained."""

SCHEME_KIND: Final = "rules.scheme"
COUNTED: Final = "counted"
"""What a proposal keeps the names under, by which its approver knows what would count."""

MAX_REMEMBERED: Final = 200
"""In so many published proposals names are looked for that no provider tells any more."""


@dataclass(frozen=True, slots=True)
class ScopeNames:
    """Reads the events' database, and the names that proposals have kept.

    Attributes:
        database: The back office's.
        events: The events'; nothing is written to it here.
    """

    database: Database
    events: Database

    async def of(
        self, brand: str, scopes: Iterable[EventScope], others: Iterable[ScopeKey] = ()
    ) -> Mapping[ScopeKey, ScopeItem]:
        """Return the competitions and events that scopes name, and others, as far as anybody knows of them.

        Providers' events are forgotten some weeks after they were; then the names are those of the brand's
        proposals. They are also while the events' database is unavailable.
        """
        keys = {key for scope in scopes for key in scope_keys(scope) if key[0] is not ScopeKind.SPORT}
        names = await self._told(keys.union(others))
        if names.keys() >= keys:
            return names
        wanted = ProposalFilter(frozenset({brand}), ProposalStatus.EXECUTED, SCHEME_KIND)
        async with self.database.read() as connection:
            published = await proposals.newest_first(connection, wanted, MAX_REMEMBERED, None)
        kept = (content.get(COUNTED) for content in map(attrgetter("content"), published))
        remembered = {item.key: item for counted in kept for item in items_from_json(counted) if item.name}
        return remembered | names

    async def _told(self, keys: Collection[ScopeKey]) -> dict[ScopeKey, ScopeItem]:
        """Return what providers tell of; nothing while the database is unavailable."""
        events = {own_id for kind, own_id in keys if kind is ScopeKind.EVENT}
        competitions = {own_id for kind, own_id in keys if kind is ScopeKind.COMPETITION}
        if not events and not competitions:
            return {}
        try:
            async with asyncio.timeout(READ_SECONDS), self.events.read() as connection:
                found = await _events(connection, events) if events else []
                found += await told_competitions(connection, competitions) if competitions else []
        except (SQLAlchemyError, OSError):
            return {}
        return {item.key: item for item in found}


async def _events(connection: AsyncConnection, ids: Collection[str]) -> list[ScopeItem]:
    """Return the events of some ids, each by the name of the offer whose id it is."""
    found: list[ScopeItem] = []
    for portion in in_portions(sorted(ids)):
        query = select(*OFFER_COLUMNS).where(OFFER.c.own_id.in_(portion))
        found += [_event(tuple(row)) for row in await connection.execute(query)]
    return found


def _event(row: tuple[Any, ...]) -> ScopeItem:
    offer = stored_offer(row)
    return ScopeItem(
        ScopeKind.EVENT,
        offer.own_id,
        offer.name or " v ".join(side.name for side in offer.competitors) or offer.competition,
        sport_name(offer.sport),
        offer.competition,
        offer.starts_at,
    )


async def told_competitions(
    connection: AsyncConnection, ids: Collection[str], *conditions: ColumnElement[bool]
) -> list[ScopeItem]:
    """Return the competitions of some ids: an id is made of the name, and of no use for looking it up.

    Args:
        connection: To the events' database.
        ids: Of competitions.
        conditions: What holds for at least one offer of each.
    """
    if not ids:
        return []
    columns = (OFFER.c.sport, OFFER.c.competition)
    query = select(*columns).where(*conditions).distinct().order_by(*columns)
    rows = await connection.execute(query)
    named = ((competition_id(sport, normal(name)), sport, name) for sport, name in rows)
    return [
        ScopeItem(ScopeKind.COMPETITION, own_id, name, sport_name(sport))
        for own_id, sport, name in named
        if own_id in ids
    ]
