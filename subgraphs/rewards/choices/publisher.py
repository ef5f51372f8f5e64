"""Publishes the rewards of weeks: each choice when it is made, and the final reward once it is due."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from foundation.storage.columns import upsert
from subgraphs.club_kit.domain.accounts import unknown_account
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.records.tables import club_columns
from subgraphs.kit.mutations.intents import IntentRepository
from subgraphs.kit.records.outbox import Outbox
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.choices.choice_fact import DueReward, choice_fact, due_reward
from subgraphs.rewards.choices.week_choices import WeekMenus
from subgraphs.rewards.menu.options import Menu
from subgraphs.rewards.models import (
    ANNOUNCEMENT,
    INTENT,
    OUTBOX,
    REFERENCE,
    REWARD_CHOICE,
    REWARD_CONFIG,
    REWARD_CONTENT,
)
from subgraphs.rewards.repository import ChoiceRepository


class Announcement(NamedTuple):
    """The last published message about a week.

    Attributes:
        revision: Of the last message; 0 before the first.
        due: Whether the week's qualification is confirmed, so that the final reward must be published.
        final: Whether the final reward was published, after which nothing more is published.
        occurred_at: When it was published; None before the first message.
    """

    revision: int
    due: bool
    final: bool
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AnnouncementRepository:
    """Reads and writes of announcements, in the caller's transaction."""

    dialect: str

    async def lock(self, connection: AsyncConnection, key: ClubKey) -> Announcement:
        """Return the announcement of a week, created if missing, and locked until the transaction ends."""
        first = {**club_columns(key), "revision": 0, "due": False, "final": False, "occurred_at": None}
        await connection.execute(upsert(self.dialect, ANNOUNCEMENT, [first]))
        c = ANNOUNCEMENT.c
        wanted = select(c.revision, c.due, c.final, c.occurred_at).where(_of(key)).with_for_update()
        rows = await connection.execute(wanted)
        return Announcement(*rows.one())

    async def published_at(self, connection: AsyncConnection, key: ClubKey) -> datetime | None:
        """Return when the last message about a week was published; None before the first."""
        announced_at: datetime | None = await connection.scalar(
            select(ANNOUNCEMENT.c.occurred_at).where(_of(key))
        )
        return announced_at

    async def mark_due(self, connection: AsyncConnection, key: ClubKey) -> None:
        """Record that the qualification of a week is confirmed."""
        await connection.execute(update(ANNOUNCEMENT).where(_of(key)).values(due=True))

    async def store(
        self, connection: AsyncConnection, key: ClubKey, revision: int, at: datetime, *, final: bool
    ) -> None:
        """Store the revision that was published about a week, and whether it is final."""
        values: dict[str, Any] = {"revision": revision, "final": final, "occurred_at": at}
        await connection.execute(update(ANNOUNCEMENT).where(_of(key)).values(**values))

    async def due_and_not_final(self, connection: AsyncConnection, limit: int) -> list[ClubKey]:
        """Return weeks whose final reward must be published and was not, in the order of their keys."""
        c = ANNOUNCEMENT.c
        rows = await connection.execute(
            select(c.brand_id, c.iso_week, c.customer_id)
            .where(c.due.is_(True), c.final.is_(False))
            .order_by(c.brand_id, c.iso_week, c.customer_id)
            .limit(limit)
        )
        return [ClubKey(*row) for row in rows]


def _of(key: ClubKey) -> ColumnElement[bool]:
    return and_(*(ANNOUNCEMENT.c[name] == value for name, value in club_columns(key).items()))


CHOICE_SLOT: Final = "choice"


@dataclass(frozen=True, slots=True)
class ChoicePublisher:
    """Publishes in the caller's transaction. The announcement of a week is locked, so that its writers queue.

    The final reward is published once the qualification is confirmed, which is after the choice has locked.
    It waits while a change of that week's choice is in doubt, because the change may have been made in time.

    Attributes:
        groups: Draws customers for trials.
    """

    dialect: str
    groups: ControlGroups
    outbox: Outbox = field(default_factory=lambda: Outbox(OUTBOX))
    catalogue: CatalogueRepository = field(
        default_factory=lambda: CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
    )
    choices: ChoiceRepository = field(default_factory=lambda: ChoiceRepository(REWARD_CHOICE))
    intents: IntentRepository = field(default_factory=lambda: IntentRepository(INTENT))
    reference: ReferenceRepository = field(default_factory=lambda: ReferenceRepository(REFERENCE))

    @property
    def announcements(self) -> AnnouncementRepository:
        """Return the repository of announcements."""
        return AnnouncementRepository(self.dialect)

    async def publish_choice(self, connection: AsyncConnection, key: ClubKey, at: datetime) -> None:
        """Publish a choice that was just recorded, as final if the final reward is due."""
        announcement = await self.announcements.lock(connection, key)
        if not announcement.final:
            await self._publish(connection, key, announcement, at, final=announcement.due)

    async def publish_final(
        self, connection: AsyncConnection, keys: Collection[ClubKey], at: datetime
    ) -> None:
        """Publish the final rewards of weeks with a confirmed qualification, unless a change is in doubt."""
        for key in sorted(set(keys)):
            await self.announcements.lock(connection, key)
            await self.announcements.mark_due(connection, key)
            await self._finish(connection, key, at)

    async def publish_waiting(
        self, connection: AsyncConnection, keys: Collection[ClubKey], at: datetime
    ) -> int:
        """Publish final rewards that waited for a change in doubt; return how many were published."""
        return sum([await self._finish(connection, key, at) for key in keys])

    async def _finish(self, connection: AsyncConnection, key: ClubKey, at: datetime) -> bool:
        announcement = await self.announcements.lock(connection, key)
        if announcement.final or await self._in_doubt(connection, key):
            return False
        await self._publish(connection, key, announcement, at, final=True)
        return True

    async def _in_doubt(self, connection: AsyncConnection, key: ClubKey) -> bool:
        intent = await self.intents.pending_in(connection, key.owner, CHOICE_SLOT)
        return intent is not None and intent.facts.get("iso_week") == key.iso_week

    async def _publish(
        self,
        connection: AsyncConnection,
        key: ClubKey,
        announcement: Announcement,
        at: datetime,
        *,
        final: bool,
    ) -> None:
        due = await self._reward(connection, key, at)
        revision = announcement.revision + 1
        await self.outbox.put(connection, choice_fact(key, revision, due, at, final=final), at)
        await self.announcements.store(connection, key, revision, at, final=final)

    async def _reward(self, connection: AsyncConnection, key: ClubKey, at: datetime) -> DueReward:
        stored = (await self.choices.choices(connection, [key])).get(key)
        return due_reward(await self._menu(connection, key, at), stored)

    async def _menu(self, connection: AsyncConnection, key: ClubKey, at: datetime) -> Menu | None:
        """Return the menu that the customer was offered when the choice locked, or is offered until then."""
        brand = (await self.reference.brands(connection, [key.brand])).get(key.brand)
        if brand is None:
            return None
        known = (await self.reference.accounts(connection, [key.owner])).get(key.owner)
        account = known or unknown_account(brand)
        territory = (account.jurisdiction, account.currency)
        menus = WeekMenus(self.catalogue, self.reference)
        menu = await menus.menu(connection, brand, territory, key.iso_week, at)
        return menu.of_customer(key.owner, self.groups) if menu else None

    async def resume(
        self, connection: AsyncConnection, key: ClubKey, revision: int, at: datetime, *, final: bool
    ) -> None:
        """Continue after a revision that was published before the database was lost or restored.

        Args:
            connection: In a write transaction that has locked the week's announcement.
            key: The week.
            revision: Of the message.
            at: When it was published.
            final: Whether it was the final one.
        """
        await self.announcements.store(connection, key, revision, at, final=final)
        if final:
            await self.announcements.mark_due(connection, key)
