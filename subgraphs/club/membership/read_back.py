"""Memberships that are read back from Kafka after the club's database was lost or restored.

`club.membership.v1` keeps the last message of each customer. Earlier events are lost with the database. The
events that replace them fold to the same membership and the same first opt-in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club.membership.membership import MembershipEvent, MembershipKind, Origin
from subgraphs.club.membership.repository import MembershipRepository
from subgraphs.club.models import MEMBERSHIP_EVENT
from subgraphs.kit.domain.keys import Owner

OPTED_IN: Final = MembershipKind.OPTED_IN


@dataclass(frozen=True, slots=True)
class PublishedMembership:
    """A membership as the club published it, after event number `version`.

    Attributes:
        kind: The kind of the event.
        since: When the membership began; None if the customer was no longer a member.
        first_opted_in_at: When the first membership began.
        at: When the event happened.
    """

    owner: Owner
    version: int
    kind: MembershipKind
    since: datetime | None
    first_opted_in_at: datetime | None
    at: datetime

    @property
    def event(self) -> MembershipEvent:
        """Return the event."""
        return MembershipEvent(self.version, self.kind, self.at)


@dataclass(frozen=True, slots=True)
class MembershipReadBack:
    """Stores published memberships again, in the caller's transaction."""

    memberships: MembershipRepository = field(default_factory=lambda: MembershipRepository(MEMBERSHIP_EVENT))

    async def restore(
        self, connection: AsyncConnection, published: Sequence[PublishedMembership]
    ) -> tuple[int, list[int]]:
        """Store memberships that are newer than the stored ones.

        If another event was stored under a published version since the database was lost, the other
        subgraphs would ignore it: the newest is published again, as the next version.

        Args:
            connection: In a write transaction that has locked these memberships.
            published: The club's messages, in the order of the topic.

        Returns:
            How many memberships have changed, and the indexes of those that contradict the stored ones.
        """
        changed, conflicts = 0, []
        events = await self.memberships.events(connection, {membership.owner for membership in published})
        for index, membership in enumerate(published):
            stored = {event.version: event for event in events[membership.owner]}
            if membership.version > max(stored, default=0):
                since = [event for event in events[membership.owner] if event.at > membership.at]
                for event in missing(events[membership.owner], membership):
                    await self._store(connection, membership.owner, event)
                    events[membership.owner].append(event)
                if since:
                    again = await self._publish_newer(connection, membership, since[-1])
                    events[membership.owner].append(again)
                changed += 1
            elif membership.version in stored and stored[membership.version] != membership.event:
                conflicts.append(index)
                if membership.version == max(stored):
                    events[membership.owner].append(
                        await self._publish_newer(connection, membership, stored[membership.version])
                    )
                    changed += 1
        return changed, conflicts

    async def _store(self, connection: AsyncConnection, owner: Owner, event: MembershipEvent) -> None:
        key = _key(owner, event)
        await self.memberships.store(connection, owner, event, upstream_key=key, origin=Origin.READ_BACK)

    async def _publish_newer(
        self, connection: AsyncConnection, published: PublishedMembership, stored: MembershipEvent
    ) -> MembershipEvent:
        newer = max(published.event, stored, key=lambda event: event.at)
        again = MembershipEvent(published.version + 1, newer.kind, newer.at)
        key = _key(published.owner, again)
        await self.memberships.append(
            connection, published.owner, again.kind, upstream_key=key, at=again.at, origin=Origin.READ_BACK
        )
        return again


def missing(events: Sequence[MembershipEvent], published: PublishedMembership) -> list[MembershipEvent]:
    """Return the events to add so that the membership folds to the published one.

    Args:
        events: The stored events, all of lower versions.
        published: The membership that the club published last.
    """
    stored = max((event.version for event in events), default=0)
    room = published.version - stored - 1
    added: list[MembershipEvent] = []
    first = published.first_opted_in_at
    began_before = not events and first is not None and first < published.at
    if began_before and first is not None and room >= 1:
        added.append(MembershipEvent(stored + 1, OPTED_IN, first))
        if published.kind is OPTED_IN and room >= 2:  # noqa: PLR2004 - one event in, one out
            added.append(MembershipEvent(stored + 2, MembershipKind.OPTED_OUT, published.at))
    return [*added, published.event]


def _key(owner: Owner, event: MembershipEvent) -> str:
    """Return a key that follows from the event, so that the database refuses to read it back twice."""
    return str(uuid5(NAMESPACE_URL, f"read-back:{owner.brand}:{owner.customer}:{event.version}:{event.at}"))
