"""Puts the progress subgraph together."""

from subgraphs.kit.app import Subgraph
from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.kit.sessions import SessionVerifier
from subgraphs.kit.settings import DatabaseSettings
from subgraphs.progress.loaders import ContextFactory
from subgraphs.progress.models import REFERENCE
from subgraphs.progress.repository import ProgressRepository
from subgraphs.progress.schema import create_schema

NAME = "progress"


def create_subgraph(database_settings: DatabaseSettings, verifier: SessionVerifier, clock: Clock) -> Subgraph:
    """The progress subgraph over its database."""
    database = Database.open(database_settings, NAME)
    make_context = ContextFactory(database, ReferenceRepository(REFERENCE), ProgressRepository())
    return Subgraph(NAME, create_schema(), verifier, make_context, database, clock)
