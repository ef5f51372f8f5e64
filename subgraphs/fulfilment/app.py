"""Puts the fulfilment subgraph together."""

from functools import partial

from subgraphs.fulfilment.loaders import FulfilmentContext
from subgraphs.fulfilment.models import FULFILMENT, REFERENCE
from subgraphs.fulfilment.points import standing_point
from subgraphs.fulfilment.schema import create_schema
from subgraphs.kit.app import Subgraph
from subgraphs.kit.circumstances import Circumstances, Reading
from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database
from subgraphs.kit.points import PointReader
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.kit.sessions import SessionVerifier
from subgraphs.kit.settings import DatabaseSettings

NAME = "fulfilment"


def create_subgraph(
    database_settings: DatabaseSettings,
    verifier: SessionVerifier,
    clock: Clock,
    reading: Reading | None = None,
) -> Subgraph:
    """The fulfilment subgraph over its database."""
    reading = reading or Reading()
    database = Database.open(database_settings, NAME)
    circumstances = Circumstances(database, ReferenceRepository(REFERENCE), reading, clock)
    standings = PointReader.of(database, standing_point(FULFILMENT), reading.observe)
    return Subgraph(
        name=NAME,
        schema=create_schema(),
        verifier=verifier,
        make_context=partial(FulfilmentContext, circumstances=circumstances, standings=standings),
        database=database,
        clock=clock,
        held=(circumstances.rules,),
        execution=reading.execution,
    )
