"""Puts the club subgraph together."""

from subgraphs.club.loaders import ContextFactory
from subgraphs.club.models import INTENT, MEMBERSHIP_EVENT, REFERENCE
from subgraphs.club.repository import MembershipRepository
from subgraphs.club.schema import create_schema
from subgraphs.club.service import ClubService
from subgraphs.kit.app import Subgraph
from subgraphs.kit.changes import Changes
from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database
from subgraphs.kit.intents import IntentRepository
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.kit.sessions import SessionVerifier
from subgraphs.kit.settings import DatabaseSettings, UpstreamSettings
from subgraphs.kit.upstream import UpstreamClient

NAME = "club"


def create_subgraph(
    database_settings: DatabaseSettings,
    upstream_settings: UpstreamSettings,
    verifier: SessionVerifier,
    clock: Clock,
) -> Subgraph:
    """The club subgraph over its database and the upstream API."""
    database = Database.open(database_settings, NAME)
    upstream = UpstreamClient(upstream_settings)
    intents = IntentRepository(INTENT)
    memberships = MembershipRepository(MEMBERSHIP_EVENT)
    service = ClubService(Changes(database, intents, upstream, clock), memberships, clock)
    make_context = ContextFactory(database, ReferenceRepository(REFERENCE), memberships, intents, service)
    return Subgraph(NAME, create_schema(), verifier, make_context, database, clock, (upstream.close,))
