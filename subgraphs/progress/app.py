"""Puts the progress subgraph together."""

from functools import partial

from subgraphs.kit.app import Subgraph
from subgraphs.kit.circumstances import Circumstances, Reading
from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database
from subgraphs.kit.points import PointReader
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.kit.sessions import SessionVerifier
from subgraphs.kit.settings import DatabaseSettings
from subgraphs.progress.loaders import ProgressContext, ProgressReads
from subgraphs.progress.models import PROGRESS, REFERENCE
from subgraphs.progress.points import total_point
from subgraphs.progress.repository import ProgressRepository
from subgraphs.progress.schema import create_schema

NAME = "progress"


def create_subgraph(
    database_settings: DatabaseSettings,
    verifier: SessionVerifier,
    clock: Clock,
    reading: Reading | None = None,
) -> Subgraph:
    """The progress subgraph over its database."""
    reading = reading or Reading()
    database = Database.open(database_settings, NAME)
    circumstances = Circumstances(database, ReferenceRepository(REFERENCE), reading, clock)
    totals = PointReader.of(database, total_point(PROGRESS), reading.observe)
    reads = ProgressReads(database, ProgressRepository(), totals)
    return Subgraph(
        name=NAME,
        schema=create_schema(),
        verifier=verifier,
        make_context=partial(ProgressContext, circumstances=circumstances, reads=reads),
        database=database,
        clock=clock,
        held=(circumstances.rules,),
        execution=reading.execution,
    )
