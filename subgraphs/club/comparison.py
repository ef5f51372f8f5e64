"""Compares memberships with the upstream's record, and adopts changes made through other channels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club.membership.exclusion import MEMBERSHIP, Exclusion
from subgraphs.club.membership.membership import MembershipKind, MembershipState, fold
from subgraphs.club.service import ClubService
from subgraphs.club_kit.comparison import ADOPTIONS, Compared, occasion
from subgraphs.club_kit.domain.accounts import Account, ends_membership
from subgraphs.club_kit.upstream import membership_path
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.mutations.changes import ADOPT, Changes
from subgraphs.kit.mutations.effect import revision_of
from subgraphs.kit.mutations.intents import ChangeRequest, UpstreamChange

STATES: Final = {MembershipKind.OPTED_IN.value: True, MembershipKind.OPTED_OUT.value: False}


@dataclass(frozen=True, slots=True)
class MembershipComparison:
    """Compares memberships, one customer at a time.

    Attributes:
        dry: Whether to change nothing, and only return what would be done.
    """

    changes: Changes
    service: ClubService
    exclusion: Exclusion = field(default_factory=Exclusion)
    dry: bool = False

    async def compare(self, owner: Owner, account: Account) -> Compared:
        """Read a customer's membership from the upstream, and make ours follow it.

        An excluded customer never becomes a member: if either side has them as a member, the membership ends.

        Raises:
            SQLAlchemyError: The database cannot be reached.
            OSError: The database cannot be reached.
        """
        async with self.changes.database.read() as connection:
            state, events = await self._state(connection, owner)
            if await self.changes.intents.pending_in(connection, owner, MEMBERSHIP):
                return Compared.IN_THE_WAY
        excluded = ends_membership(account)
        if excluded and state.opted_in:
            return await self._force_out(owner)
        if excluded and not events:
            return Compared.POINTLESS
        recorded = await self.changes.effect.read_record(membership_path(owner), {"state"})
        if recorded is None or (recorded and recorded["state"] not in STATES):
            return Compared.NOT_LEARNT
        return await self._follow(owner, state, recorded, excluded=excluded)

    async def is_member(self, owner: Owner) -> bool:
        """Return whether a customer is a member according to our own record."""
        async with self.changes.database.read() as connection:
            return (await self._state(connection, owner))[0].opted_in

    async def _follow(
        self, owner: Owner, state: MembershipState, recorded: Mapping[str, Any], *, excluded: bool
    ) -> Compared:
        if not recorded:
            return Compared.LOST if state.opted_in else Compared.SAME
        if STATES[recorded["state"]] == state.opted_in:
            return Compared.SAME
        if excluded:
            return await self._send_again(owner, f"still {occasion(recorded, state.version)}")
        return await self._adopt(owner, state, recorded)

    async def _state(self, connection: AsyncConnection, owner: Owner) -> tuple[MembershipState, int]:
        events = (await self.service.memberships.events(connection, [owner]))[owner]
        return fold(events), len(events)

    async def _force_out(self, owner: Owner) -> Compared:
        """End the membership of a customer who was excluded before exclusions ended memberships."""
        if not self.dry:
            async with self.changes.database.write() as connection:
                await self.exclusion.lock_pending(connection, [owner])
                await self.exclusion.end_memberships(
                    connection, [owner], await self.changes.clock.at(connection)
                )
        return Compared.FORCED_OUT

    async def _send_again(self, owner: Owner, seen: str) -> Compared:
        """Send the opt-out of an excluded customer again, whom the upstream still has as a member."""
        if self.dry:
            return Compared.FORCED_OUT
        async with self.changes.database.write() as connection:
            now = await self.changes.clock.at(connection)
            sent = await self.exclusion.send(connection, owner, seen, now)
        return Compared.FORCED_OUT if sent else Compared.REPEATED

    async def _adopt(self, owner: Owner, state: MembershipState, recorded: Mapping[str, Any]) -> Compared:
        if self.dry:
            return Compared.ADOPTED

        async def unchanged(connection: AsyncConnection) -> bool:
            return (await self._state(connection, owner))[0].version == state.version

        request = ChangeRequest(owner, ADOPT, MEMBERSHIP, occasion(recorded, state.version), {})
        terms = recorded.get("terms_version") if recorded["state"] == MembershipKind.OPTED_IN.value else None
        facts = {"terms_version": terms[:64]} if isinstance(terms, str) else {}
        change = UpstreamChange(
            membership_path(owner), {"state": recorded["state"]}, facts, revision_of(recorded)
        )
        return ADOPTIONS[await self.changes.adopt(request, change, unchanged, self.service.record)]
