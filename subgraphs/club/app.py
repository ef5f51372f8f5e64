"""Composition root of the club subgraph."""

from functools import partial

from storage.clock import Clock
from storage.database import Database
from storage.settings import DatabaseSettings
from subgraphs.club.customer_club import CustomerRecord
from subgraphs.club.loaders import ClubContext, ClubReads
from subgraphs.club.models import ACCOUNT_CHANGE, INTENT, MEMBERSHIP_EVENT, REFERENCE
from subgraphs.club.repository import MembershipRepository, events_lookup
from subgraphs.club.schema import create_schema
from subgraphs.club.service import ClubService
from subgraphs.kit.auth.sessions import SessionVerifier
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.mutations.changes import Changes
from subgraphs.kit.mutations.intents import IntentRepository
from subgraphs.kit.mutations.upstream import UpstreamClient
from subgraphs.kit.reads.brand_rules import ReadOptions, SharedReads
from subgraphs.kit.reads.key_lookup import BatchedLookup, LookupPart
from subgraphs.kit.reads.reference_lookups import account_lookup, pending_lookup
from subgraphs.kit.records.account_history import AccountHistory
from subgraphs.kit.records.reference import ReferenceRepository
from subgraphs.kit.settings import UpstreamSettings

NAME = "club"


def create_subgraph(
    database_settings: DatabaseSettings,
    upstream_settings: UpstreamSettings,
    verifier: SessionVerifier,
    clock: Clock,
    options: ReadOptions | None = None,
) -> Subgraph:
    """Return the club subgraph over its database and the upstream API."""
    options = options or ReadOptions()
    database = Database.open(database_settings, NAME, options.tracer)
    upstream = UpstreamClient(upstream_settings)
    memberships = MembershipRepository(MEMBERSHIP_EVENT)
    service = ClubService(Changes(database, IntentRepository(INTENT), upstream, clock), memberships, clock)
    shared = SharedReads(database, ReferenceRepository(REFERENCE), options, clock)
    parts: list[LookupPart[Owner]] = [
        LookupPart(account_lookup(REFERENCE)),
        LookupPart(events_lookup(MEMBERSHIP_EVENT)),
        LookupPart(pending_lookup(INTENT)),
    ]
    records: BatchedLookup[Owner, CustomerRecord] = BatchedLookup(
        database, parts, CustomerRecord, options.observe
    )
    reads = ClubReads(database, AccountHistory(ACCOUNT_CHANGE), records)
    return Subgraph(
        name=NAME,
        schema=create_schema(),
        verifier=verifier,
        make_context=partial(ClubContext, shared=shared, reads=reads, service=service),
        database=database,
        clock=clock,
        closing=(upstream.close,),
        caches=(shared.rules,),
        execution=options.execution,
    )
