"""Compares choices with the upstream's record, and adopts choices made through other channels."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club_kit.comparison import ADOPTIONS, Compared, occasion
from subgraphs.club_kit.domain.accounts import Account, ineligible_reason
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.reads.brand_rules import brand_rules
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.upstream import choice_path
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.mutations.changes import ADOPT, Changes
from subgraphs.kit.mutations.effect import recorded_at, revision_of
from subgraphs.kit.mutations.intents import ChangeRequest, UpstreamChange
from subgraphs.rewards.choices.publisher import CHOICE_SLOT
from subgraphs.rewards.menu.options import StoredChoice
from subgraphs.rewards.service import RewardService

FIELDS = frozenset({"reward_id", "config_version"})


class ChoiceWeek(NamedTuple):
    """The week whose choice is compared, and the instant at which the choice locks."""

    key: ClubKey
    locks_at: datetime


@dataclass(frozen=True, slots=True)
class ChoiceComparison:
    """Compares the choice of a week, one member at a time.

    Attributes:
        dry: Whether to change nothing, and only return what would be done.
    """

    changes: Changes
    service: RewardService
    reference: ReferenceRepository
    dry: bool = False

    async def compare(self, owner: Owner, account: Account, iso_week: str | None = None) -> Compared:
        """Read a member's choice from the upstream, and make ours follow it.

        Args:
            owner: The member.
            account: The member's account.
            iso_week: The week; by default the current one.

        Raises:
            SQLAlchemyError: The database cannot be reached.
            OSError: The same.
        """
        async with self.changes.database.read() as connection:
            week = await self._week(connection, owner, account, iso_week)
            if week is None:
                return Compared.POINTLESS
            if await self.changes.intents.pending_in(connection, owner, CHOICE_SLOT):
                return Compared.IN_THE_WAY
            stored = await self._stored(connection, week.key)
        recorded = await self.changes.effect.read_record(choice_path(owner, week.key.iso_week), FIELDS)
        if recorded is None or (recorded and not _is_well_formed(recorded)):
            return Compared.NOT_LEARNT
        if not recorded:
            return Compared.LOST if stored else Compared.SAME
        if stored and (stored.reward_id, stored.config_version) == _reward_of(recorded):
            return Compared.SAME
        return await self._adopt(week, stored, recorded)

    async def _week(
        self, connection: AsyncConnection, owner: Owner, account: Account, iso_week: str | None
    ) -> ChoiceWeek | None:
        """Return the week, by default the current one; None if the customer cannot choose."""
        brand = (await self.reference.brands(connection, [owner.brand])).get(owner.brand)
        if brand is None:
            return None
        rules = await brand_rules(connection, self.reference, brand)
        now = await self.changes.clock.at(connection)
        week = rules.week_named(iso_week) if iso_week else rules.week_at(now)
        scheme = rules.scheme(account.jurisdiction, account.currency, week)
        if scheme is None:
            return None
        product, currencies = scheme.qualifying_product, {account.currency}
        if ineligible_reason(account, brand, currencies=currencies, product=product):
            return None
        return ChoiceWeek(ClubKey(owner.brand, week.iso, owner.customer), scheme.locks_at(week))

    async def _stored(self, connection: AsyncConnection, key: ClubKey) -> StoredChoice | None:
        return (await self.service.choices.choices(connection, [key])).get(key)

    async def _adopt(
        self, week: ChoiceWeek, stored: StoredChoice | None, recorded: Mapping[str, Any]
    ) -> Compared:
        reward_id, config_version = _reward_of(recorded)
        async with self.changes.database.read() as connection:
            now = await self.changes.clock.at(connection)
            configs = await self.service.catalogue.configs(connection, [week.key.brand])
        known = {(config.reward_id, config.version) for config in configs[week.key.brand]}
        if (reward_id, config_version) not in known or not _in_time(recorded, week, now):
            return Compared.UNFIT
        if self.dry:
            return Compared.ADOPTED
        version = stored.version if stored else 0

        async def unchanged(connection: AsyncConnection) -> bool:
            choices = await self._stored(connection, week.key)
            return (choices.version if choices else 0) == version

        name = f"{week.key.iso_week}:{occasion(recorded, version)}"
        request = ChangeRequest(week.key.owner, ADOPT, CHOICE_SLOT, name, {})
        change = UpstreamChange(
            choice_path(week.key.owner, week.key.iso_week),
            {"reward_id": reward_id, "config_version": config_version},
            {"iso_week": week.key.iso_week},
            revision_of(recorded),
        )
        return ADOPTIONS[await self.changes.adopt(request, change, unchanged, self.service.record)]


def _reward_of(recorded: Mapping[str, Any]) -> tuple[str, int]:
    return recorded["reward_id"], recorded["config_version"]


def _is_well_formed(recorded: Mapping[str, Any]) -> bool:
    reward_id, version = _reward_of(recorded)
    return isinstance(reward_id, str) and isinstance(version, int)


def _in_time(recorded: Mapping[str, Any], week: ChoiceWeek, now: datetime) -> bool:
    """Return whether a choice was made before the lock: it is not locked yet, or was recorded before then."""
    if now < week.locks_at:
        return True
    at = recorded_at(recorded)
    return at is not None and at < week.locks_at
