"""Recovery of choices in doubt, by the service that mutations use: both record exactly the same."""

from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.recovery import allowed_while_eligible, following
from subgraphs.club_kit.upstream import ClubUpstream
from subgraphs.kit.mutations.intents import Intent
from subgraphs.kit.mutations.recovery import Recovery
from subgraphs.kit.mutations.recovery_parts import RecoveryParts
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.comparison import ChoiceComparison
from subgraphs.rewards.models import (
    INTENT,
    POSTPONED,
    REFERENCE,
    REWARD_CHOICE,
    REWARD_CONFIG,
    REWARD_CONTENT,
)
from subgraphs.rewards.repository import ChoiceRepository
from subgraphs.rewards.service import RewardService


def open_service(parts: RecoveryParts) -> RewardService:
    """Return the service of choices, as the subgraph builds it."""
    return RewardService(
        parts.changes("rewards", INTENT, parts.client(ClubUpstream)),
        CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT),
        ChoiceRepository(REWARD_CHOICE),
        parts.clock,
        ControlGroups(Pseudonyms.from_settings(parts.database).key),
    )


def create_recovery(parts: RecoveryParts) -> Recovery:
    """Return recovery of the changes of rewards."""
    service, reference = open_service(parts), ReferenceRepository(REFERENCE)
    comparison = ChoiceComparison(service.changes, service, reference)

    async def compare(intent: Intent, account: Account) -> None:
        await comparison.compare(intent.owner, account, intent.facts["iso_week"])

    adopt_newer = following(service.changes.database, reference, parts.clock, compare)
    still_allowed = allowed_while_eligible(reference, parts.clock)
    return Recovery(service, still_allowed, adopt_newer, POSTPONED, parts.limits)
