"""Reward versions into the rewards subgraph's table, and final rewards for those who have earned one."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.reference.choices import ChoiceChanged
from consumers.reference.erasure import of_living
from consumers.reference.qualifications import QualificationChanged
from consumers.rewards.events import RewardConfigured, RewardRetired
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
from storage.clock import Clock
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.records.erasure import Erasure
from subgraphs.rewards.catalogue.config_repository import ConfigWriter, Retirement, version_of
from subgraphs.rewards.catalogue.term_checks import refusal
from subgraphs.rewards.choices.choice_fact import ChoiceSource
from subgraphs.rewards.choices.publisher import ChoicePublisher
from subgraphs.rewards.choices.read_back import ChoiceReadBack, PublishedChoice


@dataclass(frozen=True, slots=True)
class RewardsApply:
    """Applies batches of the reward-config topic."""

    writer: ConfigWriter

    async def configs(
        self, connection: AsyncConnection, messages: Sequence[Message[RewardConfigured | RewardRetired]]
    ) -> Outcome:
        """Applies a batch of reward versions and retirements."""
        configured = [(m.record, m.event) for m in messages if isinstance(m.event, RewardConfigured)]
        refused = await self._refused(connection, configured)
        told = [(record, _row(event, record)) for record, event in configured if record not in refused]
        rows = [row for _, row in told]
        retired = [_retirement(m.event) for m in messages if isinstance(m.event, RewardRetired)]
        changed = await self.writer.store(connection, rows, retired)
        contradicting = await self.writer.conflicts(connection, rows)
        conflicts = [told[place][0] for place in contradicting]
        stale = len(messages) - len(refused) - changed
        return Outcome(stale, refused=list(refused.items()), conflicts=conflicts)

    async def _refused(
        self, connection: AsyncConnection, configured: Sequence[tuple[Record, RewardConfigured]]
    ) -> dict[Record, str]:
        """Versions that cannot be, with the reason; one that is known all the same can still be stopped."""
        reasons = {record: why for record, event in configured if (why := refusal(event.config()))}
        if not reasons:
            return {}
        rows = {record: event.row() for record, event in configured if record in reasons}
        known = await self.writer.known(connection, list(rows.values()))
        return {
            record: why
            for record, why in reasons.items()
            if rows[record]["status"] == "active" or version_of(rows[record]) not in known
        }


@dataclass(frozen=True, slots=True)
class QualificationsApply:
    """Applies batches of the qualification topic."""

    publisher: ChoicePublisher
    clock: Clock
    erasure: Erasure | None = None

    async def qualifications(
        self, connection: AsyncConnection, messages: Sequence[Message[QualificationChanged]]
    ) -> Outcome:
        """Tells the final rewards of weeks that are confirmed; of others there is nothing to say."""
        confirmed = {
            ClubKey(one.event.brand_id, one.event.iso_week, one.event.customer_id)
            for one in await of_living(self.erasure, connection, messages, attrgetter("occurred_at"))
            if one.event.status == "confirmed"
        }
        await self.publisher.publish_final(connection, confirmed, self.clock.now())
        return Outcome()


@dataclass(frozen=True, slots=True)
class ChoicesApply:
    """Applies batches of what this subgraph told: news to a database that was lost or restored alone."""

    read_back: ChoiceReadBack
    erasure: Erasure | None = None

    async def choices(
        self, connection: AsyncConnection, messages: Sequence[Message[ChoiceChanged]]
    ) -> Outcome:
        """Apply a batch of choices."""
        living = await of_living(self.erasure, connection, messages, attrgetter("occurred_at"))
        changed, places = await self.read_back.restore(connection, [_told(one.event) for one in living])
        return Outcome(stale=len(messages) - changed, conflicts=[living[place].record for place in places])


def _told(event: ChoiceChanged) -> PublishedChoice:
    reward = (event.reward.reward_id, event.reward.config_version) if event.reward else None
    key = ClubKey(event.brand_id, event.iso_week, event.customer_id)
    return PublishedChoice(
        key, event.revision, event.final, ChoiceSource(event.source), reward, event.occurred_at
    )


def _row(event: RewardConfigured, record: Record) -> dict[str, Any]:
    """Nothing is told before it happens: an event time ahead of its record would outlive a retirement."""
    told_at = min(event.occurred_at, record.timestamp or event.occurred_at)
    return event.row() | {"occurred_at": told_at}


def _retirement(event: RewardRetired) -> Retirement:
    return Retirement(event.brand_id, event.reward_id, event.config_version, event.occurred_at)
