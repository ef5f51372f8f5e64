"""Composition root of the progress subgraph."""

from functools import partial

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.domain.control_groups import ControlGroups
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.reads.brand_rules import ReadOptions, SharedReads
from subgraphs.kit.reads.key_lookup import BatchedLookup
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.records.reference import ReferenceRepository
from subgraphs.progress.loaders import ProgressContext, ProgressReads
from subgraphs.progress.models import PROGRESS, REFERENCE
from subgraphs.progress.repository import ProgressRepository, total_lookup
from subgraphs.progress.schema import create_schema

NAME = "progress"


def create_subgraph(
    database_settings: DatabaseSettings,
    verifier: SessionVerifier,
    clock: Clock,
    options: ReadOptions | None = None,
) -> Subgraph:
    """Return the progress subgraph over its database."""
    options = options or ReadOptions()
    database = Database.open(database_settings, NAME, options.tracer)
    groups = ControlGroups(Pseudonyms.from_settings(database_settings).key)
    shared = SharedReads(database, ReferenceRepository(REFERENCE), options, clock, control_groups=groups)
    totals = BatchedLookup.of(database, total_lookup(PROGRESS), options.observe)
    reads = ProgressReads(database, ProgressRepository(), totals)
    return Subgraph(
        name=NAME,
        schema=create_schema(options.execution),
        verifier=verifier,
        make_context=partial(ProgressContext, shared=shared, reads=reads),
        database=database,
        clock=clock,
        caches=(shared.rules,),
        execution=options.execution,
        stored=totals.load,
    )
