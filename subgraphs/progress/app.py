"""Composition root of the progress subgraph."""

from collections.abc import Awaitable, Callable
from functools import partial

from foundation.storage.database import Database
from subgraphs.club_kit.current_weeks import states_of_weeks
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.reads.brand_rules import SharedReads
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.graphql.app import MakeContext, Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.reads.key_lookup import BatchedLookup
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.progress.loaders import ProgressContext, ProgressReads
from subgraphs.progress.models import OUTBOX, PROGRESS, REFERENCE
from subgraphs.progress.repository import ProgressRepository, total_lookup
from subgraphs.progress.schema import create_schema

NAME = "progress"


def create_subgraph(parts: SubgraphParts) -> Subgraph:
    """Return the progress subgraph over its database."""
    options, clock = parts.reading, parts.clock
    database = Database.open(parts.database, NAME, options.tracer)
    groups = ControlGroups(Pseudonyms.from_settings(parts.database).key)
    shared = SharedReads(database, ReferenceRepository(REFERENCE), options, clock, control_groups=groups)
    totals = BatchedLookup.of(database, total_lookup(PROGRESS), options.observe)
    reads = ProgressReads(database, ProgressRepository(), totals)
    make_context: MakeContext = partial(ProgressContext, shared=shared, reads=reads)
    on_close: tuple[Callable[[], Awaitable[None]], ...] = ()
    if options.count_seconds:
        from subgraphs.club_kit.served import ServedCounter  # noqa: PLC0415 - imported only to count
        from subgraphs.progress.counted_previews import CountingContext  # noqa: PLC0415 - the same

        cell = parts.database.cell.own()
        counter = ServedCounter("preview_asked", options.count_seconds, cell, database, OUTBOX, clock)
        make_context = partial(CountingContext, shared=shared, reads=reads, counter=counter)
        on_close = (counter.close,)
    return Subgraph(
        name=NAME,
        schema=create_schema(options.execution),
        verifier=parts.verifier,
        make_context=make_context,
        database=database,
        clock=clock,
        closing=on_close,
        caches=(shared.rules,),
        execution=options.execution,
        records_reads=True,
        stored=states_of_weeks(totals.start, shared.rules, clock),
    )
