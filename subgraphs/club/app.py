"""Composition root of the club subgraph."""

from collections.abc import Awaitable, Callable
from functools import partial

from foundation.storage.database import Database
from subgraphs.club.customer_club import CustomerRecord
from subgraphs.club.impressions import ImpressionRecorder
from subgraphs.club.loaders import ClubContext, ClubReads
from subgraphs.club.membership.repository import MembershipRepository, events_lookup
from subgraphs.club.models import ACCOUNT_CHANGE, GLOBAL_STATE, INTENT, MEMBERSHIP_EVENT, OUTBOX, REFERENCE
from subgraphs.club.schema import create_schema
from subgraphs.club.service import ClubService
from subgraphs.club.updates import ClubUpdates
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.reads.account_lookup import account_lookup, exclusion_lookup
from subgraphs.club_kit.reads.brand_rules import SharedReads
from subgraphs.club_kit.records.accounts import AccountHistory
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.upstream import ClubUpstream
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.live.rereading import states_of
from subgraphs.kit.live.watches import owner_of
from subgraphs.kit.mutations.changes import Changes
from subgraphs.kit.mutations.intents import IntentRepository
from subgraphs.kit.reads.key_lookup import BatchedLookup, LookupPart, pending_lookup
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.records.global_state import KillSwitches

NAME = "club"


def create_subgraph(parts: SubgraphParts) -> Subgraph:
    """Return the club subgraph over its database and the upstream API."""
    options, clock, updates = parts.reading, parts.clock, ClubUpdates(parts.bus, parts.live)
    database = Database.open(parts.database, NAME, options.tracer)
    upstream = ClubUpstream(parts.upstream)
    memberships = MembershipRepository(MEMBERSHIP_EVENT)
    changes = Changes(database, IntentRepository(INTENT), upstream, clock, updates.bus.customers_changed)
    service = ClubService(changes, memberships, clock)
    groups = ControlGroups(Pseudonyms.from_settings(parts.database).key)
    reference, switches = ReferenceRepository(REFERENCE), KillSwitches(GLOBAL_STATE)
    shared = SharedReads(database, reference, options, clock, switches, control_groups=groups)
    lookups: list[LookupPart[Owner]] = [
        LookupPart(account_lookup(REFERENCE)),
        LookupPart(events_lookup(MEMBERSHIP_EVENT)),
        LookupPart(pending_lookup(INTENT)),
        LookupPart(exclusion_lookup(REFERENCE)),
    ]
    records: BatchedLookup[Owner, CustomerRecord] = BatchedLookup(
        database, lookups, CustomerRecord, options.observe
    )
    impressions = ImpressionRecorder(database, groups)
    reads = ClubReads(database, AccountHistory(ACCOUNT_CHANGE), records, impressions)
    closing: tuple[Callable[[], Awaitable[None]], ...] = (upstream.close, impressions.close)
    if options.count_seconds:
        from subgraphs.club.counted_updates import CountedUpdates  # noqa: PLC0415 - imported only to count
        from subgraphs.club_kit.served import ServedCounter  # noqa: PLC0415 - the same

        cell = parts.database.cell.own()
        counter = ServedCounter("live_event", options.count_seconds, cell, database, OUTBOX, clock)
        updates = CountedUpdates(updates.bus, updates.settings, counter=counter)
        closing = (*closing, counter.close)
    return Subgraph(
        name=NAME,
        schema=create_schema(options.execution),
        verifier=parts.verifier,
        make_context=partial(ClubContext, shared=shared, reads=reads, service=service, updates=updates),
        database=database,
        clock=clock,
        closing=closing,
        caches=(shared.rules,),
        execution=options.execution,
        records_reads=True,
        stored=states_of(records.start, owner_of),
    )
