"""What a trader decides about: found by its id, and called by its name."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

import structlog
from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError

from backoffice.errors import NotFound
from consumers.messages.global_events.trading_states import Scope as ScopeName
from consumers.messages.global_events.trading_states import TradingTarget
from foundation.storage.database import Database
from subgraphs.bets.models import REFERENCE, TRADING
from subgraphs.bets.trading.liability import find_selection
from subgraphs.bets.trading.rules import Scope
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.events.models import MARKET, OFFER
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.domain.sports import MARKET_KINDS, sport_name

log = structlog.get_logger(__name__)
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_COLUMNS: Final = {
    Scope.EVENT: "sports_event_id",
    Scope.MARKET: "market_id",
    Scope.SELECTION: "selection_id",
}
MAX_NAME: Final = 400


@dataclass(frozen=True, slots=True)
class TargetKey:
    """A brand, and what of its bets is meant: the id is empty of the brand itself."""

    brand: str
    scope: Scope
    id: str = ""


@dataclass(frozen=True, slots=True)
class Targets:
    """Finds what is decided about, by what was bet on, and by what providers tell.

    Attributes:
        bets: The database of bets; nothing is written to it here, as to the other.
        events: That of sports events.
    """

    bets: Database
    events: Database

    async def find(self, key: TargetKey) -> TradingTarget:
        """Return what is meant, with its name.

        While the database of events is unavailable, whatever is named there is taken as it is: betting on it
        can be suspended still.

        Raises:
            NotFound: There is no such brand, sport, kind, event, market or selection.
        """
        await self._require_brand(key.brand)
        if key.scope is Scope.BRAND:
            return TradingTarget(scope=Scope.BRAND.value, id="", name="")
        if not _ID.fullmatch(key.id):
            raise NotFound(f"There is no such {key.scope.value}.")
        name, starts_at = await self._named(key)
        return TradingTarget(
            scope=cast("ScopeName", key.scope.value), id=key.id, name=name[:MAX_NAME], starts_at=starts_at
        )

    async def _require_brand(self, brand: str) -> None:
        async with self.bets.read() as connection:
            if not await ReferenceRepository(REFERENCE).brands(connection, [brand]):
                raise NotFound(f"There is no brand {brand[:64]}.")

    async def _named(self, key: TargetKey) -> tuple[str, datetime | None]:
        match key.scope:
            case Scope.SPORT:
                return sport_name(key.id), None
            case Scope.KIND:
                return MARKET_KINDS.get(key.id, key.id), None
        async with self.bets.read() as connection:
            row = await find_selection(connection, TRADING, key.brand, _COLUMNS[key.scope], key.id)
        if row is not None:
            parts = {Scope.EVENT: [row.event], Scope.MARKET: [row.event, row.market]}
            named = parts.get(key.scope, [row.event, row.market, row.pick])
            return " · ".join(part for part in named if part), row.starts_at
        try:
            return await self._offered(key)
        except (OSError, SQLAlchemyError) as error:
            log.warning("events_not_read", error=type(error).__name__)
            return "", None

    async def _offered(self, key: TargetKey) -> tuple[str, datetime | None]:
        o, m = OFFER.c, MARKET.c
        if key.scope is Scope.EVENT:
            query = select(o.name, o.starts_at).where(or_(o.own_id == key.id, o.event_id == key.id))
        else:
            same = (o.provider == m.provider) & (o.sports_event_id == m.sports_event_id)
            query = (
                select(o.name, o.starts_at)
                .select_from(MARKET.join(OFFER, same))
                .where(m.own_id == market_of(key.id))
            )
        async with self.events.read() as connection:
            row = (await connection.execute(query.limit(1))).one_or_none()
        if row is None:
            raise NotFound(f"There is no such {key.scope.value}.")
        return row.name, row.starts_at
