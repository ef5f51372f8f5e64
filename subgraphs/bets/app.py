"""Builds the subgraph of bets from its settings."""

from functools import partial

from foundation.storage.database import Database
from subgraphs.bets.loaders import BetsContext
from subgraphs.bets.models import REFERENCE
from subgraphs.bets.opened import opened_bets
from subgraphs.bets.schema import create_schema
from subgraphs.club_kit.reads.brand_rules import SharedReads
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.live.updates import Updates

NAME = "bets"


def create_subgraph(parts: SubgraphParts) -> Subgraph:
    """Return the subgraph of bets over its database."""
    options, clock = parts.reading, parts.clock
    database = Database.open(parts.database, NAME, options.tracer)
    bets = opened_bets(database, parts, parts.bus.customers_changed)
    shared = SharedReads(database, ReferenceRepository(REFERENCE), options, clock)
    make_context = partial(BetsContext, shared=shared, opened=bets, updates=Updates(parts.bus, parts.live))
    return Subgraph(
        name=NAME,
        schema=create_schema(options.execution),
        verifier=parts.verifier,
        make_context=make_context,
        database=database,
        clock=clock,
        closing=(bets.close,),
        caches=(shared.rules,),
        execution=options.execution,
        stored=bets.work.store.states,
    )
