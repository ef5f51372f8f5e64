"""What is known of what a scheme's scope names when its version begins: names, and whether there are any."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import false, or_, select
from sqlalchemy.exc import SQLAlchemyError

from backoffice.rules.scope_checks import KnownScope
from backoffice.scopes.items import ScopeItem, ScopeKey, named_in
from backoffice.scopes.names import READ_SECONDS, ScopeNames, told_competitions
from foundation.storage.database import Database
from subgraphs.club_kit.domain.event_scopes import EventScope
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.events.models import OFFER

CANCELLED: Final = "cancelled"


@dataclass(frozen=True, slots=True)
class ScopeReader:
    """Reads the events' database, and the names that proposals have kept.

    Attributes:
        database: The back office's.
        events: The events'; nothing is written to it here.
    """

    database: Database
    events: Database

    async def known_scope(self, brand: str, scope: EventScope, week: Week) -> KnownScope:
        """Return what is known of the things that a version counts which first applies to a week."""
        names = await self.names(brand, [scope])
        return KnownScope(week.iso, named_in(scope, names), await self._begin_in(scope, week))

    async def names(self, brand: str, scopes: Iterable[EventScope]) -> Mapping[ScopeKey, ScopeItem]:
        """Return the competitions and events that scopes name, as far as anybody knows of them."""
        return await ScopeNames(self.database, self.events).of(brand, scopes)

    async def _begin_in(self, scope: EventScope, week: Week) -> bool | None:
        """Return whether anything that a scope names begins in a week, as far as a provider tells of it.

        Returns:
            None if the database is unavailable.
        """
        c = OFFER.c
        in_week = (c.starts_at >= week.starts_at, c.starts_at < week.ends_at)
        there = (*in_week, c.is_gone.is_(False), c.status != CANCELLED)
        pairs = ((c.sport, scope.sports), (c.own_id, scope.events), (c.event_id, scope.events))
        named = [column.in_(ids) for column, ids in pairs if ids]
        try:
            async with asyncio.timeout(READ_SECONDS), self.events.read() as connection:
                query = select(c.own_id).where(*there, or_(false(), *named)).limit(1)
                if (await connection.execute(query)).first() is not None:
                    return True
                return bool(await told_competitions(connection, scope.competitions, *there))
        except (SQLAlchemyError, OSError):
            return None
