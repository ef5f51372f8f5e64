"""Builds the events subgraph from its settings."""

from functools import partial

from foundation.storage.database import Database
from subgraphs.events.book.book import EventBook
from subgraphs.events.book.encoding import Encoding
from subgraphs.events.book.markets import FollowedMarkets
from subgraphs.events.book.renewal import Renewal
from subgraphs.events.catalogue.brand_views import BrandViews
from subgraphs.events.catalogue.reader import cached_catalogues
from subgraphs.events.loaders import (
    EventsContext,
    pictures_of_offers,
    statistics_of_offers,
)
from subgraphs.events.market_views import markets_by_id, markets_of_offers
from subgraphs.events.schema import create_schema
from subgraphs.events.settings import EventsSettings
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.reads.key_lookup import BatchedLookup

NAME = "events"


def create_subgraph(parts: SubgraphParts) -> Subgraph:
    """Return the events subgraph over its database."""
    options, clock, settings = parts.reading, parts.clock, EventsSettings()
    database = Database.open(parts.database, NAME, options.tracer)
    catalogues = cached_catalogues(database, clock, settings.preferred)
    readers, views = BatchedLookup.of(database, markets_of_offers(), options.observe), BrandViews()
    cell = database.fence.cell
    markets = FollowedMarkets(database)
    book = EventBook(
        Renewal(
            catalogues,
            views,
            clock,
            settings,
            markets,
            Encoding(markets, readers, clock),
            "" if cell is None else cell.name,
        ),
        settings.book_tick_seconds,
        parts.live.session_check_seconds,
    )
    make_context = partial(
        EventsContext,
        catalogues=catalogues,
        markets_of_offers=readers,
        markets=BatchedLookup.of(database, markets_by_id(), options.observe),
        statistics_of_offers=BatchedLookup.of(database, statistics_of_offers(), options.observe),
        pictures_of_offers=BatchedLookup.of(database, pictures_of_offers(), options.observe),
        limits=settings.trust_limits,
        machine=clock.machine,
        views=views,
        signer=settings.signer,
        follow=book.follow,
    )
    return Subgraph(
        name=NAME,
        schema=create_schema(options.execution),
        verifier=parts.verifier,
        make_context=make_context,
        database=database,
        clock=clock,
        closing=(book.close, catalogues.close),
        execution=options.execution,
        book=book,
    )
