"""Puts the rewards subgraph together."""

from subgraphs.kit.app import Subgraph
from subgraphs.kit.changes import Changes
from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database
from subgraphs.kit.intents import IntentRepository
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.kit.sessions import SessionVerifier
from subgraphs.kit.settings import DatabaseSettings, UpstreamSettings
from subgraphs.kit.upstream import UpstreamClient
from subgraphs.rewards.loaders import ContextFactory, Repositories
from subgraphs.rewards.models import INTENT, REFERENCE, REWARD_CHOICE, REWARD_CONFIG, REWARD_CONTENT
from subgraphs.rewards.repository import CatalogueRepository, ChoiceRepository
from subgraphs.rewards.schema import create_schema
from subgraphs.rewards.service import RewardService

NAME = "rewards"


def create_subgraph(
    database_settings: DatabaseSettings,
    upstream_settings: UpstreamSettings,
    verifier: SessionVerifier,
    clock: Clock,
) -> Subgraph:
    """The rewards subgraph over its database and the upstream API."""
    database = Database.open(database_settings, NAME)
    upstream = UpstreamClient(upstream_settings)
    repositories = Repositories(
        ReferenceRepository(REFERENCE),
        CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT),
        ChoiceRepository(REWARD_CHOICE),
        IntentRepository(INTENT),
    )
    changes = Changes(database, repositories.intents, upstream, clock)
    service = RewardService(changes, repositories.catalogue, repositories.choices, clock)
    make_context = ContextFactory(database, repositories, service)
    return Subgraph(NAME, create_schema(), verifier, make_context, database, clock, (upstream.close,))
