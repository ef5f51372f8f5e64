"""The path of odds: from a tick that finds changes to the update on the stream of one more page."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any, Final

import orjson
from starlette.applications import Starlette

from bench.counts.club import NOW, Counted, Request, post, served
from bench.counts.site_paths import site
from bench.fixtures.customers import BRAND
from foundation.storage.database import Database
from subgraphs.events.book.book import EventBook
from subgraphs.events.book.followed import mark
from subgraphs.events.book.markets import ToldMarket
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.own_ids import offer_id
from subgraphs.events.records.markets import MarketKey, store_markets
from subgraphs.events.records.matches import match_sports
from subgraphs.events.records.offers import store_offers
from subgraphs.events.records.runners import StoredRunner

EVENTS: Final = 20
MARKETS: Final = 3
SELECTIONS: Final = 3
PROVIDER: Final = "counted"
LATEST: Final = 2**53
FIELDS: Final = "id status markets { id status selections { id status odds { milli display changedAt } } }"
FOLLOW: Final = f"""subscription ($ids: [ID!]!) {{
  eventsUpdated(brand: "{BRAND}", ids: $ids) {{ position image events {{ {FIELDS} }} }} }}"""
RIGHT: Final = b'"changedAt"'
WRONG: Final = b'"errors"'


@asynccontextmanager
async def odds_event(given: Counted) -> AsyncIterator[Request]:
    """From what a tick has encoded, 20 events of nine odds, to the update on one more open stream (SSE)."""
    await _store(given)
    app = site(given)
    async with served(app) as connect:
        client, book, revisions = connect(), _book(app), itertools.count(2)
        book.begin("counted", [0])
        ids = [f"{BRAND}:{offer_id(PROVIDER, str(number))}" for number in range(EVENTS)]
        body = orjson.dumps({"query": FOLLOW, "variables": {"ids": ids}})
        await client.ask(post("/graphql", body, "Accept: text/event-stream"), _is_update)
        (lane,) = book.renewal.lanes.values()
        events = [*lane.events.values()]
        followers = {follower for event in events for follower in event.followers}
        for event in events:
            event.left = LATEST  # it is followed whoever counts

        async def change(counting: AbstractContextManager[object]) -> None:
            revision = next(revisions)
            for event in events:  # what is encoded for all is not counted with one of them
                event.followers -= followers
            book.tell(_told(revision), [revision + 1])
            await book.settle()
            for event in events:
                event.followers |= followers
            with counting:
                mark(events)
                update = await client.reply(_is_update)
            if update.count(RIGHT) != EVENTS * MARKETS * SELECTIONS or WRONG in update:
                raise RuntimeError(f"a wrong update: {update[:800]!r}")

        yield change
        client.close()


def _book(app: Starlette) -> EventBook:
    (book,) = (subgraph.book for subgraph in app.state.subgraphs if subgraph.name == "events")
    found: EventBook = book
    found.tick_seconds = 3_600  # the path settles it
    return found


async def _store(given: Counted) -> None:
    """Store the events, and their markets at the first revision."""
    database = Database.open(given.database, "events")
    offers = {OfferKey(PROVIDER, str(number)): [_offer(number)] for number in range(EVENTS)}
    async with database.write() as connection:
        stored = await store_offers(connection, offers, LATEST)
        await match_sports(connection, stored.sports, given.clock.now(), stored.version)
        await store_markets(connection, {told.key: [told.row] for told in _told(1)}, LATEST)
    await database.close()


def _offer(number: int) -> dict[str, Any]:
    return {
        "provider": PROVIDER,
        "sports_event_id": str(number),
        "revision": 1,
        "sport": "football",
        "category": "",
        "competition": "Counted League",
        "name": f"Home {number} v Away {number}",
        "competitors": [{"name": f"{side} {number}", "side": side} for side in ("home", "away")],
        "starts_at": NOW + timedelta(hours=number),
        "status": "scheduled",
        "score": None,
        "known_since": NOW,
        "occurred_at": NOW,
        "is_gone": False,
    }


def _told(revision: int) -> list[ToldMarket]:
    """Return all markets at a revision, at which all odds differ from those before."""
    return [
        ToldMarket(0, revision, MarketKey(PROVIDER, f"{number}-{place}"), _market(number, place, revision))
        for number in range(EVENTS)
        for place in range(MARKETS)
    ]


def _market(number: int, place: int, revision: int) -> dict[str, Any]:
    runners = tuple(
        StoredRunner(
            id=str(runner),
            name=f"Selection {runner}",
            status="active",
            position=runner,
            odds_milli=2000 + revision % 100 + runner,
            changed_at=NOW,
        )
        for runner in range(SELECTIONS)
    )
    return {
        "provider": PROVIDER,
        "market_id": f"{number}-{place}",
        "sports_event_id": str(number),
        "revision": revision,
        "kind": "MATCH_RESULT",
        "name": f"Market {place}",
        "line_milli": None,
        "place_terms": None,
        "void_periods": None,
        "status": "open",
        "in_play": False,
        "currency": "GBP",
        "runners": runners,
        "changed_at": NOW,
        "is_gone": False,
    }


def _is_update(received: bytes) -> bool:
    return received.count(RIGHT) == EVENTS * MARKETS * SELECTIONS or WRONG in received
