"""Reads the catalogue: all of it once, and then what has changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.events.catalogue.boards import Board
from subgraphs.events.catalogue.catalogue import EMPTY, Catalogue
from subgraphs.events.catalogue.events import CompetitorRow, OfferRow, Providers
from subgraphs.events.models import GLOBAL_STATE, OFFER
from subgraphs.events.records.catalogue_version import read_version
from subgraphs.events.records.providers import read_reports, read_trusts
from subgraphs.kit.records.global_state import GlobalKind

PLATFORM: Final = ""
"""What stands in the place of a brand in a cache: the catalogue is the same for all of them."""

SHOWN_FOR: Final = timedelta(days=3)
"""How long after its start an event is still found."""

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
        since = self.clock.now() - SHOWN_FOR
        async with self.database.read() as connection:
            # Read first: offers that change meanwhile have a higher version, and are read again.
            version = await read_version(connection)
            reports = {report.provider: report for report in await read_reports(connection)}
            trusts = await read_trusts(connection)
            providers = Providers(
                {report.provider: report.capabilities for report in reports.values()},
                frozenset(name for name, trust in trusts.items() if trust.trusted),
                self.preferred,
            )
            last = self._last
            if (version, providers) == (last.version, last.providers):
                self._last = last if reports == last.reports else last.with_reports(reports)
                return self._last
            changed = await _changed_since(connection, last.version) if version != last.version else []
            boards = await self._read_boards(connection)
        self._last = last.with_changes(
            version, changed, since, providers=providers, reports=reports, boards=boards
        )
        return self._last

    async def _read_boards(self, connection: AsyncConnection) -> Mapping[str, Board]:
        """Return the boards of all brands; their content is read only if one has changed."""
        c = GLOBAL_STATE.c
        # What a version that did not know the kind has kept was not validated.
        boards_of = (c.kind == GlobalKind.BOARD.value, c.understood.is_(True))
        query = select(c.brand_id, c.epoch, c.number).where(*boards_of).order_by(c.brand_id)
        orders = tuple(map(tuple, await connection.execute(query)))
        if orders == self._board_orders:
            return self._last.boards
        states = await connection.execute(select(c.brand_id, c.state).where(*boards_of))
        boards = {row.brand_id: Board.read(row.state) for row in states}
        self._board_orders = orders
        return boards


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
