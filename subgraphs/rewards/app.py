"""Composition root of the rewards subgraph."""

from collections.abc import Awaitable, Callable
from functools import partial
from operator import attrgetter

from foundation.storage.database import Database
from subgraphs.club_kit.current_weeks import states_of_weeks
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.reads.brand_rules import SharedReads
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.upstream import ClubUpstream
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.mutations.changes import Changes
from subgraphs.kit.mutations.intents import IntentRepository
from subgraphs.kit.reads.key_lookup import BatchedLookup, LookupPart, pending_lookup
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.rewards.budgets import BudgetRepository
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.loaders import CustomerChoice, MenuReader, RewardReads, RewardsContext
from subgraphs.rewards.menu.menu_cache import MenuCache
from subgraphs.rewards.models import INTENT, OUTBOX, REFERENCE, REWARD_CHOICE, REWARD_CONFIG, REWARD_CONTENT
from subgraphs.rewards.repository import ChoiceRepository, choice_lookup
from subgraphs.rewards.schema import create_schema
from subgraphs.rewards.service import RewardService

NAME = "rewards"


def create_subgraph(parts: SubgraphParts) -> Subgraph:
    """Return the rewards subgraph over its database and the upstream API."""
    options, clock = parts.reading, parts.clock
    database = Database.open(parts.database, NAME, options.tracer)
    upstream = ClubUpstream(parts.upstream)
    catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
    changes = Changes(database, IntentRepository(INTENT), upstream, clock, parts.bus.customers_changed)
    groups = ControlGroups(Pseudonyms.from_settings(parts.database).key)
    service = RewardService(changes, catalogue, ChoiceRepository(REWARD_CHOICE), clock, groups)
    shared = SharedReads(database, ReferenceRepository(REFERENCE), options, clock, control_groups=groups)
    read_menus: Callable[[str], Awaitable[MenuCache]] = MenuReader(
        database, catalogue, BudgetRepository(), shared.rules, clock
    )
    closing: tuple[Callable[[], Awaitable[None]], ...] = (upstream.close,)
    if options.count_seconds:
        from subgraphs.club_kit.served import ServedCounter  # noqa: PLC0415 - imported only to count
        from subgraphs.rewards.menu.counted_menus import counting_reader  # noqa: PLC0415 - the same

        cell = parts.database.cell.own()
        counter = ServedCounter("content_shown", options.count_seconds, cell, database, OUTBOX, clock)
        read_menus, closing = counting_reader(read_menus, counter), (*closing, counter.close)
    menus = options.cache(read_menus, clock)
    choice: LookupPart[ClubKey] = LookupPart(choice_lookup(REWARD_CHOICE))
    pending: LookupPart[ClubKey] = LookupPart(pending_lookup(INTENT), attrgetter("brand", "customer"))
    choices: BatchedLookup[ClubKey, CustomerChoice] = BatchedLookup(
        database, (choice, pending), CustomerChoice, options.observe
    )
    reads = RewardReads(menus, choices)
    return Subgraph(
        name=NAME,
        schema=create_schema(options.execution),
        verifier=parts.verifier,
        make_context=partial(RewardsContext, shared=shared, reads=reads, service=service),
        database=database,
        clock=clock,
        closing=closing,
        caches=(shared.rules, menus),
        execution=options.execution,
        records_reads=True,
        stored=states_of_weeks(choices.start, shared.rules, clock),
    )
