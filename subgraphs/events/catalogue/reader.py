"""Reads the catalogue: all of it once, and then what has changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.events.catalogue.boards import EMPTY_BOARD, Board
from subgraphs.events.catalogue.catalogue import EMPTY, Catalogue
from subgraphs.events.catalogue.events import CompetitorRow, OfferRow, Providers
from subgraphs.events.models import GLOBAL_STATE, OFFER
from subgraphs.events.records.catalogue_version import read_version
from subgraphs.events.records.providers import read_reports, read_trusts
from subgraphs.kit.reads.stale_cache import Freshness, StaleCache
from subgraphs.kit.records.global_state import GlobalKind

log = structlog.get_logger(__name__)
PLATFORM: Final = ""
"""What stands in the place of a brand in a cache: the catalogue is the same for all of them."""

SHOWN_FOR: Final = timedelta(days=3)
"""How long after its start an event is still found."""

FRESHNESS: Final = Freshness(
    renew=timedelta(milliseconds=500), stale=timedelta(seconds=2), away=timedelta(seconds=60)
)
"""How stale the catalogue may be. Prices are not in it: they are read for each request."""

OFFER_COLUMNS: Final = tuple(OFFER.c[name] for name in OfferRow.__struct_fields__)


@dataclass(slots=True)
class CatalogueReader:
    """Reads the catalogue of this process; one read at a time.

    Attributes:
        preferred: The providers that come first, in order.
    """

    database: Database
    clock: Clock
    preferred: tuple[str, ...]
    _last: Catalogue = field(default=EMPTY)
    _board_orders: tuple[tuple[object, ...], ...] = field(default=())

    async def __call__(self, _: str = PLATFORM) -> Catalogue:
        """Return the catalogue as it is now; the same object if nothing has changed."""
        try:
            last, self._last = self._last, EMPTY  # a database that was away may be another one
            self._last = await self._read(last)
        except BaseException:
            self._board_orders = ()
            raise
        return self._last

    async def _read(self, last: Catalogue) -> Catalogue:
        since = self.clock.now() - SHOWN_FOR
        async with self.database.read() as connection:
            # Read first: offers that change meanwhile have a higher version, and are read again.
            version = await read_version(connection)
            if version < last.version:  # the database was restored, or rebuilt
                last, self._board_orders = EMPTY, ()
            reports = {report.provider: report for report in await read_reports(connection)}
            trusts = await read_trusts(connection)
            providers = Providers(
                {report.provider: report.capabilities for report in reports.values()},
                frozenset(name for name, trust in trusts.items() if trust.trusted),
                self.preferred,
            )
            if (version, providers) == (last.version, last.providers):
                return last if reports == last.reports else last.with_reports(reports)
            changed = await _changed_since(connection, last.version) if version != last.version else []
            boards = await self._read_boards(connection, last)
        return last.with_changes(version, changed, since, providers=providers, reports=reports, boards=boards)

    async def _read_boards(self, connection: AsyncConnection, last: Catalogue) -> Mapping[str, Board]:
        """Return the boards of all brands; their content is read only if one has changed."""
        c = GLOBAL_STATE.c
        # What a version that did not know the kind has kept was not validated.
        boards_of = (c.kind == GlobalKind.BOARD.value, c.understood.is_(True))
        query = select(c.brand_id, c.epoch, c.number).where(*boards_of).order_by(c.brand_id)
        orders = tuple(map(tuple, await connection.execute(query)))
        if orders == self._board_orders:
            return last.boards
        states = await connection.execute(select(c.brand_id, c.state).where(*boards_of))
        boards = {row.brand_id: _board(row.brand_id, row.state, last) for row in states}
        self._board_orders = orders
        return boards


def cached_catalogues(database: Database, clock: Clock, preferred: tuple[str, ...]) -> StaleCache[Catalogue]:
    """Return a cache that keeps the catalogue, by `PLATFORM`."""
    return StaleCache(CatalogueReader(database, clock, preferred), FRESHNESS, clock)


def _board(brand: str, state: Mapping[str, Any], last: Catalogue) -> Board:
    """Return a brand's board; the one before if a newer version has stored what this one cannot read."""
    try:
        return Board.read(state)
    except (msgspec.ValidationError, LookupError, TypeError) as fault:
        log.warning("board_not_understood", brand=brand, error=str(fault))
        return last.boards.get(brand, EMPTY_BOARD)


async def _changed_since(connection: AsyncConnection, version: int) -> list[OfferRow]:
    query = select(*OFFER_COLUMNS).where(OFFER.c.version > version)
    return [stored_offer(tuple(row)) for row in await connection.execute(query)]


def stored_offer(row: tuple[object, ...]) -> OfferRow:
    """Return the offer of a row of `OFFER_COLUMNS`."""
    values = dict(zip(OfferRow.__struct_fields__, row, strict=True))
    listed = values["competitors"]
    assert isinstance(listed, list)  # noqa: S101 - a JSON column
    values["competitors"] = tuple(CompetitorRow(one["name"], one.get("side")) for one in listed)
    return OfferRow(**values)  # type: ignore[arg-type]
