"""Applies reward versions, qualifications and choices to the rewards subgraph's tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.accounts import without_erased
from consumers.messages.customer_weeks import ChoiceChanged, QualificationChanged
from consumers.rewards.messages import RewardConfigured, RewardRetired
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
from foundation.storage.clock import Clock
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.records.erasure import Erasure
from subgraphs.rewards.catalogue.config_repository import ConfigWriter, Retirement, version_of
from subgraphs.rewards.catalogue.law import refusal
from subgraphs.rewards.choices.choice_fact import ChoiceSource
from subgraphs.rewards.choices.publisher import ChoicePublisher
from subgraphs.rewards.choices.read_back import ChoiceReadBack, PublishedChoice


@dataclass(frozen=True, slots=True)
class RewardConfigReducer:
    """Applies batches of the reward-config topic."""

    writer: ConfigWriter

    async def configs(
        self, connection: AsyncConnection, messages: Sequence[Message[RewardConfigured | RewardRetired]]
    ) -> Outcome:
        """Apply a batch of reward versions and retirements."""
        configured = [(m.record, m.event) for m in messages if isinstance(m.event, RewardConfigured)]
        refused = await self._refused(connection, configured)
        accepted = [(record, _row(event, record)) for record, event in configured if record not in refused]
        rows = [row for _, row in accepted]
        retired = [_retirement(m.event) for m in messages if isinstance(m.event, RewardRetired)]
        changed = await self.writer.store(connection, rows, retired)
        contradicting = await self.writer.conflicts(connection, rows)
        conflicts = [accepted[index][0] for index in contradicting]
        stale = len(messages) - len(refused) - changed
        return Outcome(stale, refused=list(refused.items()), conflicts=conflicts)

    async def _refused(
        self, connection: AsyncConnection, configured: Sequence[tuple[Record, RewardConfigured]]
    ) -> dict[Record, str]:
        """Return the invalid versions, with the reason; a stored version may still be stopped."""
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
class QualificationReducer:
    """Applies batches of the qualification topic."""

    publisher: ChoicePublisher
    clock: Clock
    erasure: Erasure | None = None

    async def qualifications(
        self, connection: AsyncConnection, messages: Sequence[Message[QualificationChanged]]
    ) -> Outcome:
        """Announce the final rewards of confirmed weeks; other qualifications change nothing."""
        confirmed = {
            ClubKey(message.event.brand_id, message.event.iso_week, message.event.customer_id)
            for message in await without_erased(self.erasure, connection, messages, attrgetter("occurred_at"))
            if message.event.status == "confirmed"
        }
        await self.publisher.publish_final(connection, confirmed, await self.clock.at(connection))
        return Outcome()


@dataclass(frozen=True, slots=True)
class ChoiceReducer:
    """Applies batches of the subgraph's own choices, which are new only to a restored database."""

    read_back: ChoiceReadBack
    erasure: Erasure | None = None

    async def choices(
        self, connection: AsyncConnection, messages: Sequence[Message[ChoiceChanged]]
    ) -> Outcome:
        """Apply a batch of choices."""
        kept = await without_erased(self.erasure, connection, messages, attrgetter("occurred_at"))
        choices = [_told_choice(message.event) for message in kept]
        changed, conflicting = await self.read_back.restore(connection, choices)
        conflicts = [kept[index].record for index in conflicting]
        return Outcome(stale=len(messages) - changed, conflicts=conflicts)


def _told_choice(event: ChoiceChanged) -> PublishedChoice:
    reward = (event.reward.reward_id, event.reward.config_version) if event.reward else None
    key = ClubKey(event.brand_id, event.iso_week, event.customer_id)
    return PublishedChoice(
        key, event.revision, event.final, ChoiceSource(event.source), reward, event.occurred_at
    )


def _row(event: RewardConfigured, record: Record) -> dict[str, Any]:
    """Return the row, dated no later than its record: an event from the future would outlive a retirement."""
    occurred_at = min(event.occurred_at, record.timestamp or event.occurred_at)
    return event.row() | {"occurred_at": occurred_at}


def _retirement(event: RewardRetired) -> Retirement:
    return Retirement(event.brand_id, event.reward_id, event.config_version, event.occurred_at)
