"""What customers can do in the club: opt in and opt out."""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import Clock
from subgraphs.club.exclusion import FORCE_OUT, MEMBERSHIP, Exclusion
from subgraphs.club.membership import MembershipKind, Origin, fold
from subgraphs.club.repository import MembershipRepository
from subgraphs.club.view import ClubView
from subgraphs.kit.domain.schemes import WeekState
from subgraphs.kit.mutations.changes import ADOPT, Changes
from subgraphs.kit.mutations.intents import ChangeRequest, Intent, UpstreamChange
from subgraphs.kit.mutations.mutation_errors import ErrorCode, Refusal
from subgraphs.kit.mutations.upstream import membership_path


@dataclass(frozen=True, slots=True)
class ClubService:
    """The club's mutations, each carried out through the upstream API."""

    changes: Changes
    memberships: MembershipRepository
    clock: Clock
    exclusion: Exclusion = field(default_factory=Exclusion)

    async def opt_in(self, view: ClubView, terms_version: str, key: str) -> Refusal | None:
        """Makes the customer a member, from now and for the weeks to come.

        Args:
            view: the customer's current week.
            terms_version: the version of the terms that the customer was shown.
            key: the customer's idempotency key.
        """
        asked = {"terms_version": terms_version}
        request = ChangeRequest(view.key.owner, "optIn", MEMBERSHIP, key, asked)

        async def validate(connection: AsyncConnection) -> UpstreamChange | Refusal:
            refusal = _opt_in_refused(view, terms_version)
            if not refusal and await self.exclusion.excluded(connection, [view.key.owner]):
                refusal = _INELIGIBLE  # since the request began
            if not refusal and await self._is_member(connection, view):
                refusal = Refusal(ErrorCode.ALREADY_OPTED_IN, "You are a member already.")
            return refusal or UpstreamChange(
                membership_path(view.key.owner),
                {"state": MembershipKind.OPTED_IN.value, "terms_version": terms_version},
                {"terms_version": terms_version},
            )

        return await self.changes.carry_out(request, validate, self.record)

    async def opt_out(self, view: ClubView, key: str) -> Refusal | None:
        """Ends the customer's membership; what was staked stays on record.

        Args:
            view: the customer's current week.
            key: the customer's idempotency key.
        """
        request = ChangeRequest(view.key.owner, "optOut", MEMBERSHIP, key, {})

        async def validate(connection: AsyncConnection) -> UpstreamChange | Refusal:
            if not await self._is_member(connection, view):
                return Refusal(ErrorCode.NOT_MEMBER, "You are not a member.")
            body = {"state": MembershipKind.OPTED_OUT.value}
            return UpstreamChange(membership_path(view.key.owner), body, {})

        return await self.changes.carry_out(request, validate, self.record)

    async def _is_member(self, connection: AsyncConnection, view: ClubView) -> bool:
        events = await self.memberships.events(connection, [view.key.owner])
        return fold(events[view.key.owner]).opted_in

    async def record(self, connection: AsyncConnection, intent: Intent) -> None:
        """Records a confirmed change of membership, in the transaction that settles its intent.

        Who was excluded while the change was under way is out again in the same transaction.
        """
        if intent.operation == FORCE_OUT:
            return  # it was recorded when the exclusion came
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
        await self.exclusion.follow(connection, [intent.owner], at)


_INELIGIBLE: Final = Refusal(ErrorCode.INELIGIBLE, "You cannot take part at present.")


def _opt_in_refused(view: ClubView, terms_version: str) -> Refusal | None:
    if view.ineligible:
        return _INELIGIBLE
    if view.state is not WeekState.OPEN:
        return Refusal(ErrorCode.WEEK_CLOSED, "This week is over.")
    if terms_version != view.scheme.terms.version:
        return Refusal(ErrorCode.TERMS_OUTDATED, "The terms have changed: read them again before you join.")
    return None
