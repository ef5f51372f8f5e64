"""Tells the rewards of weeks: each choice when it is made, and the final one when a reward is due."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from storage.columns import upsert
from subgraphs.kit.domain.accounts import unknown_account
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.mutations.intents import IntentRepository
from subgraphs.kit.reads.brand_rules import brand_rules
from subgraphs.kit.records.outbox import Outbox
from subgraphs.kit.records.reference import ReferenceRepository
from subgraphs.rewards.announcements import DueReward, choice_fact, due_reward
from subgraphs.rewards.models import (
    ANNOUNCEMENT,
    INTENT,
    OUTBOX,
    REFERENCE,
    REWARD_CHOICE,
    REWARD_CONFIG,
    REWARD_CONTENT,
)
from subgraphs.rewards.options import Menu
from subgraphs.rewards.repository import CatalogueRepository, ChoiceRepository

CHOICE_SLOT = "choice"


class Announced(NamedTuple):
    """What was told of a week.

    Attributes:
        revision: of the last message; 0 before the first.
        due: whether the week's qualification is confirmed, so that the final reward is waited for.
        final: whether that was told, after which nothing else is.
        occurred_at: when it was told; None before the first.
    """

    revision: int
    due: bool
    final: bool
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Announcing:
    """Writes announcements in the caller's transaction; a week's row keeps other writers of it out.

    The final reward is told once the qualification is confirmed, which is after the choice has locked, and
    never while a change of that week's choice is in doubt: that one may have been made in time.
    """

    dialect: str
    outbox: Outbox = field(default_factory=lambda: Outbox(OUTBOX))
    catalogue: CatalogueRepository = field(
        default_factory=lambda: CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
    )
    choices: ChoiceRepository = field(default_factory=lambda: ChoiceRepository(REWARD_CHOICE))
    intents: IntentRepository = field(default_factory=lambda: IntentRepository(INTENT))
    reference: ReferenceRepository = field(default_factory=lambda: ReferenceRepository(REFERENCE))

    async def chosen(self, connection: AsyncConnection, key: ClubKey, at: datetime) -> None:
        """Tells of a choice that was just recorded; the final one where it is waited for."""
        announced = await self.hold(connection, key)
        if not announced.final:
            await self._tell(connection, key, announced, at, final=announced.due)

    async def confirmed(self, connection: AsyncConnection, keys: Collection[ClubKey], at: datetime) -> None:
        """Tells the final rewards of weeks whose qualification is confirmed, as far as it can be told now."""
        for key in sorted(set(keys)):
            await self.hold(connection, key)
            await connection.execute(update(ANNOUNCEMENT).where(_of(key)).values(due=True))
            await self._finish(connection, key, at)

    async def finish_waiting(self, connection: AsyncConnection, at: datetime, limit: int) -> int:
        """Tells final rewards that waited for a change in doubt; returns how many were told."""
        c = ANNOUNCEMENT.c
        rows = await connection.execute(
            select(c.brand_id, c.iso_week, c.customer_id)
            .where(c.due.is_(True), c.final.is_(False))
            .order_by(c.brand_id, c.iso_week, c.customer_id)
            .limit(limit)
        )
        return sum([await self._finish(connection, ClubKey(*row), at) for row in rows])

    async def _finish(self, connection: AsyncConnection, key: ClubKey, at: datetime) -> bool:
        announced = await self.hold(connection, key)
        if announced.final or await self._in_doubt(connection, key):
            return False
        await self._tell(connection, key, announced, at, final=True)
        return True

    async def _in_doubt(self, connection: AsyncConnection, key: ClubKey) -> bool:
        intent = await self.intents.pending_in(connection, key.owner, CHOICE_SLOT)
        return intent is not None and intent.facts.get("iso_week") == key.iso_week

    async def _tell(
        self, connection: AsyncConnection, key: ClubKey, announced: Announced, at: datetime, *, final: bool
    ) -> None:
        due = await self._reward(connection, key, at)
        revision = announced.revision + 1
        await self.outbox.put(connection, choice_fact(key, revision, due, at, final=final), at)
        values = {"revision": revision, "final": final, "occurred_at": at}
        await connection.execute(update(ANNOUNCEMENT).where(_of(key)).values(**values))

    async def _reward(self, connection: AsyncConnection, key: ClubKey, at: datetime) -> DueReward:
        stored = (await self.choices.choices(connection, [key])).get(key)
        return due_reward(await self._menu(connection, key, at), stored)

    async def _menu(self, connection: AsyncConnection, key: ClubKey, at: datetime) -> Menu | None:
        """What the customer was offered when the choice locked, or is offered until then.

        By the law of today all the same: what may no longer be given is not, though it was lawful then.
        """
        brand = (await self.reference.brands(connection, [key.brand])).get(key.brand)
        if brand is None:
            return None
        rules = await brand_rules(connection, self.reference, brand)
        known = (await self.reference.accounts(connection, [key.owner])).get(key.owner)
        account, week = known or unknown_account(brand), rules.week_named(key.iso_week)
        scheme = rules.scheme(account.jurisdiction, account.currency, week)
        if scheme is None:
            return None
        return Menu(
            configs=(await self.catalogue.configs(connection, [brand.id]))[brand.id],
            contents=(await self.catalogue.published(connection, [brand.id], at))[brand.id],
            scheme=scheme,
            jurisdiction=account.jurisdiction,
            locale=brand.default_locale,
            default_locale=brand.default_locale,
            now=min(at, scheme.locks_at(week)),
            given_at=at,
        )

    async def resume(
        self, connection: AsyncConnection, key: ClubKey, revision: int, at: datetime, *, final: bool
    ) -> None:
        """Go on after a revision that was told before the database was lost or restored.

        Args:
            connection: in a write transaction that holds the week.
            key: the week.
            revision: of the message.
            at: when it was told.
            final: whether nothing else was to be told of the week.
        """
        values: dict[str, object] = {"revision": revision, "final": final, "occurred_at": at}
        if final:
            values["due"] = True
        await connection.execute(update(ANNOUNCEMENT).where(_of(key)).values(**values))

    async def hold(self, connection: AsyncConnection, key: ClubKey) -> Announced:
        """Return what was told of a week, and keep others from telling until the transaction ends."""
        first = {**_named(key), "revision": 0, "due": False, "final": False, "occurred_at": None}
        await connection.execute(upsert(self.dialect, ANNOUNCEMENT, [first]))
        c = ANNOUNCEMENT.c
        wanted = select(c.revision, c.due, c.final, c.occurred_at).where(_of(key)).with_for_update()
        rows = await connection.execute(wanted)
        return Announced(*rows.one())


def _named(key: ClubKey) -> dict[str, str]:
    return {"brand_id": key.brand, "customer_id": key.customer, "iso_week": key.iso_week}


def _of(key: ClubKey) -> ColumnElement[bool]:
    return and_(*(ANNOUNCEMENT.c[name] == value for name, value in _named(key).items()))
