"""What customers can do in the club: opt in and opt out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from subgraphs.club.customer_club import CustomerClub
from subgraphs.club.membership.exclusion import FORCE_OUT, MEMBERSHIP, Exclusion
from subgraphs.club.membership.membership import MembershipKind, Origin, fold
from subgraphs.club.membership.repository import MembershipRepository
from subgraphs.club.models import GLOBAL_STATE
from subgraphs.club_kit.domain.schemes import WeekState
from subgraphs.club_kit.mutation_errors import ErrorCode
from subgraphs.club_kit.upstream import INELIGIBLE, membership_path
from subgraphs.kit.mutations.changes import ADOPT, Changes
from subgraphs.kit.mutations.intents import ChangeRequest, Intent, UpstreamChange
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.records.global_state import KillSwitches

CLUB_PAUSED: Final = Refusal(ErrorCode.CLUB_PAUSED, "The club is paused right now. Your bets still count.")
WEEK_CLOSED: Final = Refusal(ErrorCode.WEEK_CLOSED, "This week is closed, so it can't be changed any more.")
TERMS_OUTDATED: Final = Refusal(
    ErrorCode.TERMS_OUTDATED, "The terms have changed. Read the new terms, then join again."
)
ALREADY_OPTED_IN: Final = Refusal(ErrorCode.ALREADY_OPTED_IN, "You're already in the club.")
NOT_MEMBER: Final = Refusal(ErrorCode.NOT_MEMBER, "You're not in the club. Join it first.")


@dataclass(frozen=True, slots=True)
class ClubService:
    """The club's mutations, each carried out through the upstream API."""

    changes: Changes
    memberships: MembershipRepository
    clock: Clock
    exclusion: Exclusion = field(default_factory=Exclusion)
    switches: KillSwitches = field(default_factory=lambda: KillSwitches(GLOBAL_STATE))

    async def opt_in(self, club: CustomerClub, terms_version: str, key: str) -> Refusal | None:
        """Make the customer a member, from now on and for the weeks to come.

        Args:
            club: The customer's club in the current week.
            terms_version: The version of the terms that the customer was shown.
            key: The customer's idempotency key.

        Returns:
            None if the upstream has confirmed it, else the reason.
        """
        arguments = {"terms_version": terms_version}
        request = ChangeRequest(club.key.owner, "optIn", MEMBERSHIP, key, arguments)

        async def validate(connection: AsyncConnection) -> UpstreamChange | Refusal:
            refusal = _opt_in_refused(club, terms_version)
            if not refusal and await self.switches.brands_off(connection, [club.key.brand]):
                refusal = CLUB_PAUSED  # by the table: the cached rules may not know it yet
            at = await self.clock.at(connection)
            if not refusal and await self.exclusion.excluded(connection, [club.key.owner], at):
                refusal = INELIGIBLE  # excluded since the request began
            if not refusal and await self._is_member(connection, club):
                refusal = ALREADY_OPTED_IN
            return refusal or UpstreamChange(
                membership_path(club.key.owner),
                {"state": MembershipKind.OPTED_IN.value, "terms_version": terms_version},
                {"terms_version": terms_version},
            )

        return await self.changes.carry_out(request, validate, self.record, self.is_outdated)

    async def opt_out(self, club: CustomerClub, key: str) -> Refusal | None:
        """End the customer's membership; contributions are kept.

        Args:
            club: The customer's club in the current week.
            key: The customer's idempotency key.

        Returns:
            None if the upstream has confirmed it, else the reason.
        """
        request = ChangeRequest(club.key.owner, "optOut", MEMBERSHIP, key, {})

        async def validate(connection: AsyncConnection) -> UpstreamChange | Refusal:
            if not await self._is_member(connection, club):
                return NOT_MEMBER
            body = {"state": MembershipKind.OPTED_OUT.value}
            return UpstreamChange(membership_path(club.key.owner), body, {})

        return await self.changes.carry_out(request, validate, self.record, self.is_outdated)

    async def _is_member(self, connection: AsyncConnection, club: CustomerClub) -> bool:
        events = await self.memberships.events(connection, [club.key.owner])
        return fold(events[club.key.owner]).opted_in

    async def record(self, connection: AsyncConnection, intent: Intent) -> None:
        """Record a confirmed change of membership, in the transaction that settles its intent.

        If the customer was excluded while the change was in progress, the membership ends in the same
        transaction.
        """
        if intent.operation == FORCE_OUT:
            return  # recorded when the exclusion arrived
        at = await self.clock.at(connection)
        await self.memberships.append(
            connection,
            intent.owner,
            MembershipKind(intent.body["state"]),
            upstream_key=intent.upstream_key,
            at=at,
            terms_version=intent.facts.get("terms_version"),
            origin=Origin.UPSTREAM if intent.operation == ADOPT else Origin.CUSTOMER,
        )
        await self.exclusion.end_memberships(connection, [intent.owner], at)

    async def is_recorded(self, connection: AsyncConnection, intent: Intent) -> bool:
        """Return whether the membership has been so since a change in doubt began: it was read back."""
        is_member, is_newer = await self._membership_since(connection, intent)
        return is_newer and is_member == _joins(intent)

    async def is_outdated(
        self, connection: AsyncConnection, intent: Intent, recorded: Mapping[str, Any]
    ) -> bool:
        """Return whether something newer than a change in doubt is on record, so that it must not be sent.

        The leaving of an excluded customer is never outdated.

        Args:
            connection: To read with.
            intent: The change.
            recorded: The upstream's record, without the change; empty if there is none.
        """
        at = await self.clock.at(connection)
        if not _joins(intent) and await self.exclusion.excluded(connection, [intent.owner], at):
            return False
        is_member, is_newer = await self._membership_since(connection, intent)
        if is_newer and is_member != _joins(intent):
            return True
        is_ours = (recorded.get("state") == MembershipKind.OPTED_IN.value) == is_member
        return await self.changes.intents.is_outdated(connection, intent, recorded, is_ours=is_ours)

    async def _membership_since(self, connection: AsyncConnection, intent: Intent) -> tuple[bool, bool]:
        """Return whether the customer is a member, and whether that is newer than the intent."""
        events = (await self.memberships.events(connection, [intent.owner]))[intent.owner]
        return fold(events).opted_in, any(event.at > intent.created_at for event in events)


def _joins(intent: Intent) -> bool:
    return bool(intent.body["state"] == MembershipKind.OPTED_IN.value)


def _opt_in_refused(club: CustomerClub, terms_version: str) -> Refusal | None:
    if club.ineligible:
        return INELIGIBLE
    if club.state is not WeekState.OPEN:
        return WEEK_CLOSED
    if terms_version != club.scheme.terms.version:
        return TERMS_OUTDATED
    return None
