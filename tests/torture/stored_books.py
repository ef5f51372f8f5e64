"""What the database of events has stored of its providers, beside the books of the simulated ones."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from foundation.storage.database import Database
from simulator.exchange.programme import offer
from subgraphs.events.models import MARKET, OFFER
from subgraphs.events.records.runners import RUNNERS
from tests.providers.exchange import books_compared as exchange
from tests.providers.exchange.names_compared import SPORTS
from tests.providers.sports_feed import books_compared as feed

FIRST_MARKET: Final = 200_000_000
"""What the simulated exchange adds to the number of a market."""

BEST: Final = 1
"""How many prices of each selection are stored."""


async def stored_books(database: Database) -> dict[str, Any]:
    """Return the markets and events that are there, by provider."""
    async with database.read() as connection:
        markets = (await connection.execute(select(MARKET).where(MARKET.c.is_gone.is_(False)))).all()
        offers = (await connection.execute(select(OFFER).where(OFFER.c.is_gone.is_(False)))).all()
    return {
        "exchange": {
            "events": {
                row.sports_event_id: (row.sport, row.competition, row.name)
                for row in offers
                if row.provider == "exchange"
            },
            "markets": {row.market_id: _market(row) for row in markets if row.provider == "exchange"},
        },
        "feed": {
            "events": {row.sports_event_id: _event(row) for row in offers if row.provider == "feed"},
            "markets": {
                row.market_id: {**_market(row), "in_play": row.in_play}
                for row in markets
                if row.provider == "feed"
            },
        },
    }


def wanted_books(of_exchange: Mapping[str, Any], of_feed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what has to be stored, by the simulated providers' own books."""
    told = feed.expected(dict(of_feed))
    offers = [offer(int(name.removeprefix("1.")) - FIRST_MARKET) for name in of_exchange]
    return {
        "exchange": {
            "events": {
                one.event_id: (SPORTS[one.event_type], one.venue or one.competition, one.event)
                for one in offers
            },
            "markets": {
                name: {
                    "status": book["status"],
                    "runners": {
                        runner: ("active", offers["back"][0][0] if offers["back"] else None)
                        for runner, offers in book["runners"].items()
                    },
                }
                for name, book in exchange.expected(dict(of_exchange), BEST).items()
            },
        },
        "feed": {
            "events": told["events"],
            "markets": {
                name: {
                    "status": market["status"],
                    "in_play": market["in_play"],
                    "runners": {
                        runner: (outcome["status"], outcome["odds"][0] if outcome["odds"] else None)
                        for runner, outcome in market["runners"].items()
                    },
                }
                for name, market in told["markets"].items()
            },
        },
    }


def _market(row: Any) -> dict[str, Any]:
    runners = RUNNERS.decode(row.runners)
    return {
        "status": row.status,
        "runners": {runner.id: (runner.status, runner.odds_milli) for runner in runners},
    }


def _event(row: Any) -> dict[str, Any]:
    return {
        "sport": row.sport,
        "competitors": [competitor["name"] for competitor in row.competitors],
        "starts": row.starts_at.isoformat().replace("+00:00", "Z"),
        "status": row.status,
        "score": row.score,
    }
