"""Puts the rewards subgraph together."""

from functools import partial
from operator import attrgetter

from subgraphs.kit.app import Subgraph
from subgraphs.kit.changes import Changes
from subgraphs.kit.circumstances import Circumstances, Reading
from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database
from subgraphs.kit.intents import IntentRepository
from subgraphs.kit.owners import ClubKey
from subgraphs.kit.points import Part, PointReader
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.kit.reference_points import pending_point
from subgraphs.kit.sessions import SessionVerifier
from subgraphs.kit.settings import DatabaseSettings, UpstreamSettings
from subgraphs.kit.upstream import UpstreamClient
from subgraphs.rewards.budgets import BudgetRepository
from subgraphs.rewards.loaders import ReadMenus, RewardReads, RewardsContext, Wish
from subgraphs.rewards.models import INTENT, REFERENCE, REWARD_CHOICE, REWARD_CONFIG, REWARD_CONTENT
from subgraphs.rewards.points import choice_point
from subgraphs.rewards.repository import CatalogueRepository, ChoiceRepository
from subgraphs.rewards.schema import create_schema
from subgraphs.rewards.service import RewardService

NAME = "rewards"


def create_subgraph(
    database_settings: DatabaseSettings,
    upstream_settings: UpstreamSettings,
    verifier: SessionVerifier,
    clock: Clock,
    reading: Reading | None = None,
) -> Subgraph:
    """The rewards subgraph over its database and the upstream API."""
    reading = reading or Reading()
    database = Database.open(database_settings, NAME)
    upstream = UpstreamClient(upstream_settings)
    catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
    changes = Changes(database, IntentRepository(INTENT), upstream, clock)
    service = RewardService(changes, catalogue, ChoiceRepository(REWARD_CHOICE), clock)
    circumstances = Circumstances(database, ReferenceRepository(REFERENCE), reading, clock)
    menus = reading.held(
        ReadMenus(database, catalogue, BudgetRepository(), circumstances.rules, clock), clock
    )
    choice: Part[ClubKey] = Part(choice_point(REWARD_CHOICE))
    pending: Part[ClubKey] = Part(pending_point(INTENT), attrgetter("brand", "customer"))
    wishes: PointReader[ClubKey, Wish] = PointReader(database, (choice, pending), Wish, reading.observe)
    reads = RewardReads(menus, wishes)
    return Subgraph(
        name=NAME,
        schema=create_schema(),
        verifier=verifier,
        make_context=partial(RewardsContext, circumstances=circumstances, reads=reads, service=service),
        database=database,
        clock=clock,
        closing=(upstream.close,),
        held=(circumstances.rules, menus),
        execution=reading.execution,
    )
