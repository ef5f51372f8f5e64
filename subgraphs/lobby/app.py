"""Builds the lobby's subgraph from its settings."""

from datetime import timedelta
from functools import partial

from foundation.storage.database import Database
from subgraphs.club_kit.reads.brand_rules import SharedReads
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.reads.stale_cache import StaleCache
from subgraphs.lobby.catalogue.catalogue import FRESHNESS, Catalogue
from subgraphs.lobby.catalogue.reader import CatalogueReader
from subgraphs.lobby.catalogue.views import LobbyViews
from subgraphs.lobby.configuration import LobbySettings
from subgraphs.lobby.late_sessions import LateSessions
from subgraphs.lobby.launching import Launcher
from subgraphs.lobby.loaders import LobbyContext
from subgraphs.lobby.models import REFERENCE
from subgraphs.lobby.schema import create_schema

NAME = "lobby"


def create_subgraph(parts: SubgraphParts) -> Subgraph:
    """Return the lobby's subgraph over its database.

    Raises:
        LobbyError: The file of the lobby, or one of keys, cannot be used.
    """
    options, clock, settings = parts.reading, parts.clock, parts.given.of(LobbySettings)
    file, database = settings.read(), Database.open(parts.database, NAME, options.tracer)
    catalogues: StaleCache[Catalogue] = StaleCache(CatalogueReader(database, clock), FRESHNESS, clock)
    shared = SharedReads(database, ReferenceRepository(REFERENCE), options, clock)
    sessions = LateSessions(partial(parts.neighbours.sessions, parts.database, clock, parts.given))
    lasts = timedelta(minutes=settings.session_minutes)
    launcher = Launcher.of(file, database, clock, sessions, lasts)
    make_context = partial(
        LobbyContext,
        shared=shared,
        catalogues=catalogues,
        views=LobbyViews(file),
        launcher=launcher,
        machine=clock.machine,
    )
    return Subgraph(
        name=NAME,
        schema=create_schema(options.execution),
        verifier=parts.verifier,
        make_context=make_context,
        database=database,
        clock=clock,
        closing=(catalogues.close, launcher.close, sessions.close),
        caches=(shared.rules,),
        execution=options.execution,
    )
