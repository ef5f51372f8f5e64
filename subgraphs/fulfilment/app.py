"""Builds the fulfilment subgraph from its settings."""

from functools import partial

from foundation.storage.database import Database
from subgraphs.club_kit.current_weeks import states_of_weeks
from subgraphs.club_kit.reads.brand_rules import SharedReads
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.fulfilment.loaders import FulfilmentContext, fulfilment_lookup
from subgraphs.fulfilment.models import FULFILMENT, REFERENCE
from subgraphs.fulfilment.schema import create_schema
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.reads.key_lookup import BatchedLookup

NAME = "fulfilment"


def create_subgraph(parts: SubgraphParts) -> Subgraph:
    """Return the fulfilment subgraph over its database."""
    options, clock = parts.reading, parts.clock
    database = Database.open(parts.database, NAME, options.tracer)
    shared = SharedReads(database, ReferenceRepository(REFERENCE), options, clock)
    fulfilments = BatchedLookup.of(database, fulfilment_lookup(FULFILMENT), options.observe)
    return Subgraph(
        name=NAME,
        schema=create_schema(options.execution),
        verifier=parts.verifier,
        make_context=partial(FulfilmentContext, shared=shared, fulfilments=fulfilments),
        database=database,
        clock=clock,
        caches=(shared.rules,),
        execution=options.execution,
        records_reads=True,
        stored=states_of_weeks(fulfilments.start, shared.rules, clock),
    )
