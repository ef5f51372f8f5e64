"""Puts the club subgraph together."""

from functools import partial

from subgraphs.club.loaders import ClubContext, ClubReads
from subgraphs.club.models import ACCOUNT_CHANGE, INTENT, MEMBERSHIP_EVENT, REFERENCE
from subgraphs.club.points import events_point
from subgraphs.club.repository import MembershipRepository
from subgraphs.club.schema import create_schema
from subgraphs.club.service import ClubService
from subgraphs.club.view import Standing
from subgraphs.kit.account_history import AccountHistory
from subgraphs.kit.app import Subgraph
from subgraphs.kit.changes import Changes
from subgraphs.kit.circumstances import Circumstances, Reading
from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database
from subgraphs.kit.intents import IntentRepository
from subgraphs.kit.owners import Owner
from subgraphs.kit.points import Part, PointReader
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.kit.reference_points import account_point, pending_point
from subgraphs.kit.sessions import SessionVerifier
from subgraphs.kit.settings import DatabaseSettings, UpstreamSettings
from subgraphs.kit.upstream import UpstreamClient

NAME = "club"


def create_subgraph(
    database_settings: DatabaseSettings,
    upstream_settings: UpstreamSettings,
    verifier: SessionVerifier,
    clock: Clock,
    reading: Reading | None = None,
) -> Subgraph:
    """The club subgraph over its database and the upstream API."""
    reading = reading or Reading()
    database = Database.open(database_settings, NAME)
    upstream = UpstreamClient(upstream_settings)
    memberships = MembershipRepository(MEMBERSHIP_EVENT)
    service = ClubService(Changes(database, IntentRepository(INTENT), upstream, clock), memberships, clock)
    circumstances = Circumstances(database, ReferenceRepository(REFERENCE), reading, clock)
    parts: list[Part[Owner]] = [
        Part(account_point(REFERENCE)),
        Part(events_point(MEMBERSHIP_EVENT)),
        Part(pending_point(INTENT)),
    ]
    standings: PointReader[Owner, Standing] = PointReader(database, parts, Standing, reading.observe)
    reads = ClubReads(database, AccountHistory(ACCOUNT_CHANGE), standings)
    return Subgraph(
        name=NAME,
        schema=create_schema(),
        verifier=verifier,
        make_context=partial(ClubContext, circumstances=circumstances, reads=reads, service=service),
        database=database,
        clock=clock,
        closing=(upstream.close,),
        held=(circumstances.rules,),
        execution=reading.execution,
    )
