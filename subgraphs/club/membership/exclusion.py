"""Ends the membership of an excluded customer at once: recorded here, and sent upstream by an intent.

Account messages exclude, and so do breaks of everything and self-exclusions that were chosen in the wallet.

An exclusion ends a membership for good: once it lifts, the customer has to opt in again. A temporary obstacle
(not verified, suspended, in another jurisdiction) leaves the membership alone.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from subgraphs.club.membership.membership import MembershipKind, MembershipState, Origin, fold
from subgraphs.club.membership.repository import MembershipRepository
from subgraphs.club.models import INTENT, MEMBERSHIP_EVENT, REFERENCE
from subgraphs.club_kit.domain.accounts import ends_membership
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.upstream import membership_path
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.mutations.intents import ChangeRequest, IntentRepository, UpstreamChange

MEMBERSHIP: Final = "membership"
FORCE_OUT: Final = "forceOut"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Ends memberships in the caller's transaction.

    Opting in locks the account, and an exclusion writes it, so the second of the two sees the effect of the
    first.
    """

    intents: IntentRepository = field(default_factory=lambda: IntentRepository(INTENT))
    memberships: MembershipRepository = field(default_factory=lambda: MembershipRepository(MEMBERSHIP_EVENT))
    reference: ReferenceRepository = field(default_factory=lambda: ReferenceRepository(REFERENCE))

    async def lock_pending(self, connection: AsyncConnection, owners: Collection[Owner]) -> None:
        """Lock pending changes, so that they are not settled; call this before accounts are written.

        Settling locks the change first and the account second. The opposite order could deadlock with it.
        """
        for owner in sorted(owners):
            await self.intents.hold_pending(connection, owner, MEMBERSHIP)

    async def excluded(
        self, connection: AsyncConnection, owners: Collection[Owner], at: datetime, *, held: bool = False
    ) -> set[Owner]:
        """Return customers whose account ends a membership at an instant.

        `held` locks the accounts until the transaction ends.
        """
        accounts = await self.reference.accounts_in_force(connection, sorted(owners), at, held=held)
        return {owner for owner, account in accounts.items() if ends_membership(account)}

    async def end_memberships(
        self, connection: AsyncConnection, owners: Collection[Owner], at: datetime
    ) -> list[Owner]:
        """End the memberships of excluded customers; return those whose membership was ended."""
        ended: list[Owner] = []
        for portion in in_portions(sorted(owners)):
            excluded = sorted(await self.excluded(connection, portion, at, held=True))
            events = await self.memberships.events(connection, excluded)
            for owner in excluded:
                if (state := fold(events[owner])).opted_in:
                    await self._force_out(connection, owner, state, at)
                    ended.append(owner)
        return ended

    async def send(self, connection: AsyncConnection, owner: Owner, occasion: str, at: datetime) -> bool:
        """Store an intent to send a customer's opt-out to the upstream.

        Args:
            connection: A connection in a write transaction.
            owner: The customer.
            occasion: Why it is sent; the intent is stored once for each occasion.
            at: The current time.

        Returns:
            False if it was stored before, or another change is in progress. When that change is settled, its
            outcome is applied, and later compared with the upstream.
        """
        request = force_out_request(owner, occasion)
        if await self.intents.hold_pending(connection, owner, MEMBERSHIP):
            return False
        change = UpstreamChange(membership_path(owner), {"state": MembershipKind.OPTED_OUT.value}, {})
        try:
            async with connection.begin_nested():
                await self.intents.write_down(connection, request, change, at)
        except IntegrityError:
            return False
        return True

    async def _force_out(
        self, connection: AsyncConnection, owner: Owner, state: MembershipState, at: datetime
    ) -> None:
        occasion = f"v{state.version + 1}"
        await self.memberships.append(
            connection,
            owner,
            MembershipKind.FORCED_OUT,
            upstream_key=force_out_request(owner, occasion).upstream_key,
            at=at,
            origin=Origin.ACCOUNT,
        )
        await self.send(connection, owner, occasion, at)


def force_out_request(owner: Owner, occasion: str) -> ChangeRequest:
    """Return the request to the upstream, whose key is derived from the customer and the occasion."""
    return ChangeRequest(owner, FORCE_OUT, MEMBERSHIP, occasion, {})
