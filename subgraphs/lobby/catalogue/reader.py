"""Reads the catalogue: all of it once, and then what has changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.records.global_state import GlobalKind
from subgraphs.lobby.catalogue.catalogue import EMPTY, Catalogue
from subgraphs.lobby.catalogue.lobbies import USUAL, Lobby
from subgraphs.lobby.models import GLOBAL_STATE
from subgraphs.lobby.records.games import games_since, read_version
from subgraphs.lobby.records.launches import Launches, launches_since

log = structlog.get_logger(__name__)
PLATFORM: Final = ""
"""What stands in the place of a brand in a cache: the games are the same for all of them."""

COUNTED_FOR: Final = timedelta(seconds=60)
"""How long launches are not counted again."""


@dataclass(slots=True)
class CatalogueReader:
    """Reads the catalogue of this process; one read at a time."""

    database: Database
    clock: Clock
    _last: Catalogue = field(default=EMPTY)
    _lobby_orders: tuple[tuple[object, ...], ...] = field(default=())
    _counted_at: datetime | None = field(default=None)

    async def __call__(self, _: str = PLATFORM) -> Catalogue:
        """Return the catalogue as it is now; the same object if nothing has changed."""
        last, self._last = self._last, EMPTY  # a database that was away may be another one
        try:
            self._last = await self._read(last)
        except BaseException:
            self._lobby_orders, self._counted_at = (), None
            raise
        return self._last

    async def _read(self, last: Catalogue) -> Catalogue:
        async with self.database.read() as connection:
            # Read first: games that change meanwhile have a higher version, and are read again.
            version = await read_version(connection)
            if version < last.version:  # the database was restored, or rebuilt
                last, self._lobby_orders, self._counted_at = EMPTY, (), None
            found = last
            if version != last.version:
                found = last.with_changes(version, await games_since(connection, last.version))
            lobbies = await self._read_lobbies(connection, last)
            if lobbies is not last.lobbies:
                found = replace(found, lobbies=lobbies)
            popular = await self._count(connection, found)
            return found if popular == found.popular else replace(found, popular=popular)

    async def _read_lobbies(self, connection: AsyncConnection, last: Catalogue) -> Mapping[str, Lobby]:
        """Return the lobbies of all brands; their content is read only if one has changed."""
        c = GLOBAL_STATE.c
        # What a version that did not know the kind has kept was not validated.
        lobbies_of = (c.kind == GlobalKind.LOBBY.value, c.understood.is_(True))
        query = select(c.brand_id, c.epoch, c.number).where(*lobbies_of).order_by(c.brand_id)
        orders = tuple(map(tuple, await connection.execute(query)))
        if orders == self._lobby_orders:
            return last.lobbies
        states = await connection.execute(select(c.brand_id, c.state).where(*lobbies_of))
        lobbies = {row.brand_id: _lobby(row.brand_id, row.state, last) for row in states}
        self._lobby_orders = orders
        return lobbies

    async def _count(self, connection: AsyncConnection, found: Catalogue) -> Mapping[int, Launches]:
        """Return launches in as many days as the lobbies ask for, at most once a minute."""
        now = await self.clock.at(connection)
        wanted = USUAL.popular_days.union(*(lobby.popular_days for lobby in found.lobbies.values()))
        is_due = self._counted_at is None or not timedelta() <= now - self._counted_at < COUNTED_FOR
        if not is_due and wanted <= found.popular.keys():
            return found.popular
        self._counted_at = now
        return {days: await launches_since(connection, _first_of(now, days)) for days in sorted(wanted)}


def _first_of(now: datetime, days: int) -> date:
    return now.date() - timedelta(days=days - 1)


def _lobby(brand: str, state: Mapping[str, Any], last: Catalogue) -> Lobby:
    """Return a brand's lobby; the one before if a newer version has stored what this one cannot read."""
    try:
        return Lobby.read(state)
    except msgspec.ValidationError as fault:
        log.warning("lobby_not_understood", brand=brand, error=str(fault))
        return last.lobbies.get(brand, USUAL)
