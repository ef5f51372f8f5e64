"""A database of bets, and bets that count in it."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from foundation.storage.database import Database
from subgraphs.bets.accepting.acceptance import Refused
from subgraphs.bets.models import METADATA
from subgraphs.bets.models import TRADING as TABLES
from subgraphs.bets.trading.exposure import ExposedBet, ExposedSelection, Exposures
from tests.subgraphs.bets.slips import NOON
from tests.support.database_probe import migrated

BRAND: Final = "northbet"


class Sums(NamedTuple):
    """What open bets on a selection sum up to, in minor units."""

    stake: int = 0
    returns: int = 0
    places: int = 0
    bets: int = 0


def chosen(event: int, number: int = 1, **facts: Any) -> ExposedSelection:
    """Return a selection of the only market of an event."""
    usual: dict[str, Any] = {
        "selection_id": f"market{event}-pick{number}",
        "sports_event_id": f"event{event}",
        "sport": "horse-racing",
        "kind": "WIN",
        "event": f"Race {event}",
        "market": "Win",
        "pick": f"Horse {number}",
        "starts_at": NOON + timedelta(hours=event),
    }
    return ExposedSelection(**{**usual, **facts})


def exposed(
    bet_id: str,
    selections: Iterable[ExposedSelection],
    *,
    stake: int = 100,
    returns: int = 300,
    places: int = 0,
    currency: str = "GBP",
    brand: str = BRAND,
) -> ExposedBet:
    """Return a bet."""
    return ExposedBet(
        bet_id=bet_id,
        brand_id=brand,
        currency=currency,
        stake_minor=stake,
        returns_minor=returns,
        places_minor=places,
        selections=tuple(selections),
    )


def recounted(bets: Collection[ExposedBet]) -> Mapping[tuple[str, str, str], Sums]:
    """Return what open bets sum up to, by brand, currency and selection."""
    sums: dict[tuple[str, str, str], Counter[str]] = {}
    for bet in bets:
        for selection in bet.selections:
            key = (bet.brand_id, bet.currency, selection.selection_id)
            sums.setdefault(key, Counter()).update(
                stake=bet.stake_minor, returns=bet.returns_minor, places=bet.places_minor, bets=1
            )
    return {key: Sums(**counter) for key, counter in sums.items()}


@dataclass(frozen=True)
class ExposureFixture:
    """Exposures in a database, each call in a transaction of its own."""

    database: Database
    exposures: Exposures

    async def take(self, bet: ExposedBet, limits: Mapping[str, int] | None = None) -> Refused | None:
        """Count a bet."""
        async with self.database.write() as connection:
            return await self.exposures.take(connection, bet, limits or {})

    async def give_back(self, bet_id: str) -> bool:
        """Count a bet no more."""
        async with self.database.write() as connection:
            return await self.exposures.give_back(connection, bet_id)

    async def sums(self) -> Mapping[tuple[str, str, str], Sums]:
        """Return the sums as they are kept, but those of no bets."""
        async with self.database.read() as connection:
            rows = await connection.execute(select(TABLES.exposure))
            return {
                (row.brand_id, row.currency, row.selection_id): Sums(
                    row.stake_minor, row.returns_minor, row.places_minor, row.bets
                )
                for row in rows
                if row.bets
            }

    async def names(self) -> set[str]:
        """Return the selections whose names are kept."""
        async with self.database.read() as connection:
            return set(await connection.scalars(select(TABLES.exposed_selection.c.selection_id)))


@asynccontextmanager
async def exposures_at(url: str) -> AsyncIterator[ExposureFixture]:
    """Open a new database of bets."""
    async with migrated(url, "bets", METADATA) as database:
        yield ExposureFixture(database, Exposures(TABLES))
