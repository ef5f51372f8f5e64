"""The services that change memberships and choices, built for workers as the subgraphs build them."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from sqlalchemy import Table

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.club.membership.repository import MembershipRepository
from subgraphs.club.models import INTENT as CLUB_INTENT
from subgraphs.club.models import MEMBERSHIP_EVENT
from subgraphs.club.service import ClubService
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.upstream import ClubUpstream
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.mutations.changes import Changes
from subgraphs.kit.mutations.intents import IntentRepository
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.settings import UpstreamSettings
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.models import INTENT as REWARDS_INTENT
from subgraphs.rewards.models import REWARD_CHOICE, REWARD_CONFIG, REWARD_CONTENT
from subgraphs.rewards.repository import ChoiceRepository
from subgraphs.rewards.service import RewardService


@dataclass(frozen=True, slots=True)
class ChangeServices:
    """The subgraphs' own services, so that workers record exactly what mutations would record."""

    upstream: ClubUpstream
    club: ClubService
    rewards: RewardService

    @classmethod
    def open(
        cls,
        stack: AsyncExitStack,
        settings: DatabaseSettings,
        upstream: UpstreamSettings,
        clock: Clock,
        *,
        changed: CustomersChanged | None = None,
    ) -> "ChangeServices":
        """Build the services; the stack closes their connections, and `changed` is called with customers."""
        client = ClubUpstream(upstream)
        stack.push_async_callback(client.close)

        def changes(subgraph: str, intents: Table) -> Changes:
            database = Database.open(settings, subgraph)
            stack.push_async_callback(database.close)
            return Changes(database, IntentRepository(intents), client, clock, changed)

        catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
        return cls(
            client,
            ClubService(changes("club", CLUB_INTENT), MembershipRepository(MEMBERSHIP_EVENT), clock),
            RewardService(
                changes("rewards", REWARDS_INTENT),
                catalogue,
                ChoiceRepository(REWARD_CHOICE),
                clock,
                ControlGroups(Pseudonyms.from_settings(settings).key),
            ),
        )
