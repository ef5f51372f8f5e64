"""Recovery of memberships in doubt, by the service that mutations use: both record exactly the same."""

from typing import Final

from subgraphs.club.comparison import MembershipComparison
from subgraphs.club.membership.exclusion import FORCE_OUT
from subgraphs.club.membership.repository import MembershipRepository
from subgraphs.club.models import INTENT, MEMBERSHIP_EVENT, POSTPONED, REFERENCE
from subgraphs.club.service import ClubService
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.recovery import allowed_while_eligible, following
from subgraphs.club_kit.upstream import ClubUpstream
from subgraphs.kit.mutations.intents import Intent
from subgraphs.kit.mutations.recovery import Recovery
from subgraphs.kit.mutations.recovery_parts import RecoveryParts

LEAVING: Final = frozenset({"optOut", FORCE_OUT})
"""The operations that are always allowed."""


def open_service(parts: RecoveryParts) -> ClubService:
    """Return the service of memberships, as the subgraph builds it."""
    changes = parts.changes("club", INTENT, parts.client(ClubUpstream))
    return ClubService(changes, MembershipRepository(MEMBERSHIP_EVENT), parts.clock)


def create_recovery(parts: RecoveryParts) -> Recovery:
    """Return recovery of the club's changes."""
    service, reference = open_service(parts), ReferenceRepository(REFERENCE)
    comparison = MembershipComparison(service.changes, service)

    async def compare(intent: Intent, account: Account) -> None:
        await comparison.compare(intent.owner, account)

    adopt_newer = following(service.changes.database, reference, parts.clock, compare)
    still_allowed = allowed_while_eligible(reference, parts.clock, LEAVING)
    return Recovery(service, still_allowed, adopt_newer, POSTPONED, parts.limits)
