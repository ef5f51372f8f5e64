"""Memberships that the club told, taken back from Kafka after its database was lost or restored.

`club.membership.v1` keeps the last message of each customer. Events before it are gone with the database;
what is put in their place folds to the same membership and the same first opt-in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club.membership import MembershipEvent, MembershipKind, Origin
from subgraphs.club.models import MEMBERSHIP_EVENT
from subgraphs.club.repository import MembershipRepository
from subgraphs.kit.domain.keys import Owner

OPTED_IN: Final = MembershipKind.OPTED_IN


@dataclass(frozen=True, slots=True)
class ToldMembership:
    """A membership as the club told it: after its event number `version`.

    Attributes:
        kind: the event.
        since: when the membership began; None for somebody who was not a member any more.
        first_opted_in_at: when the first membership began.
        at: when the event happened.
    """

    owner: Owner
    version: int
    kind: MembershipKind
    since: datetime | None
    first_opted_in_at: datetime | None
    at: datetime

    @property
    def event(self) -> MembershipEvent:
        """The event."""
        return MembershipEvent(self.version, self.kind, self.at)


@dataclass(frozen=True, slots=True)
class MembershipReadBack:
    """Takes memberships back, in the caller's transaction."""

    memberships: MembershipRepository = field(default_factory=lambda: MembershipRepository(MEMBERSHIP_EVENT))

    async def take_back(
        self, connection: AsyncConnection, told: Sequence[ToldMembership]
    ) -> tuple[int, list[int]]:
        """Take over memberships that are newer than what is stored.

        Where something else was stored under the told version since the database was lost, the other
        subgraphs would ignore it: the newer of both is told again, as the next version.

        Args:
            connection: in a write transaction in which nobody else changes these memberships.
            told: messages of the club, in the order of the topic.

        Returns:
            How many changed something, and the places of those that contradict what was stored.
        """
        changed, conflicts = 0, []
        known = await self.memberships.events(connection, {one.owner for one in told})
        for place, one in enumerate(told):
            stored = {event.version: event for event in known[one.owner]}
            if one.version > max(stored, default=0):
                for event in missing(known[one.owner], one):
                    await self._store(connection, one.owner, event)
                    known[one.owner].append(event)
                changed += 1
            elif one.version in stored and stored[one.version] != one.event:
                conflicts.append(place)
                if one.version == max(stored):
                    known[one.owner].append(await self._tell_newer(connection, one, stored[one.version]))
                    changed += 1
        return changed, conflicts

    async def _store(self, connection: AsyncConnection, owner: Owner, event: MembershipEvent) -> None:
        key = _key(owner, event)
        await self.memberships.store(connection, owner, event, upstream_key=key, origin=Origin.READ_BACK)

    async def _tell_newer(
        self, connection: AsyncConnection, told: ToldMembership, stored: MembershipEvent
    ) -> MembershipEvent:
        newer = max(told.event, stored, key=lambda event: event.at)
        again = MembershipEvent(newer.version + 1, newer.kind, newer.at)
        key = _key(told.owner, again)
        await self.memberships.append(
            connection, told.owner, again.kind, upstream_key=key, at=again.at, origin=Origin.READ_BACK
        )
        return again


def missing(events: Sequence[MembershipEvent], told: ToldMembership) -> list[MembershipEvent]:
    """Return the events to add so that the membership folds to what was told.

    Args:
        events: that are stored, all of lower versions.
        told: what the club told last.
    """
    stored = max((event.version for event in events), default=0)
    room = told.version - stored - 1
    added: list[MembershipEvent] = []
    first = told.first_opted_in_at
    began_before = not events and first is not None and first < told.at
    if began_before and first is not None and room >= 1:
        added.append(MembershipEvent(stored + 1, OPTED_IN, first))
        if told.kind is OPTED_IN and room >= 2:  # noqa: PLR2004 - one event in, one out
            added.append(MembershipEvent(stored + 2, MembershipKind.OPTED_OUT, told.at))
    return [*added, told.event]


def _key(owner: Owner, event: MembershipEvent) -> str:
    """Return a key that follows from the event, so that taking it back twice is refused by the database."""
    return str(uuid5(NAMESPACE_URL, f"read-back:{owner.brand}:{owner.customer}:{event.version}:{event.at}"))
