"""Reward versions into the rewards subgraph's table, and final rewards for those who have earned one."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.reference.erasure import of_living
from consumers.reference.qualifications import QualificationChanged
from consumers.rewards.events import RewardConfigured, RewardRetired
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
from subgraphs.kit.clock import Clock
from subgraphs.kit.erasure import Erasure
from subgraphs.kit.owners import ClubKey
from subgraphs.rewards.announcing import Announcing
from subgraphs.rewards.configs import ConfigWriter, Retirement


@dataclass(frozen=True, slots=True)
class RewardsApply:
    """Applies batches of the reward-config topic."""

    writer: ConfigWriter

    async def configs(
        self, connection: AsyncConnection, messages: Sequence[Message[RewardConfigured | RewardRetired]]
    ) -> Outcome:
        """Applies a batch of reward versions and retirements."""
        rows = [_row(m.event, m.record) for m in messages if isinstance(m.event, RewardConfigured)]
        retired = [_retirement(m.event) for m in messages if isinstance(m.event, RewardRetired)]
        changed = await self.writer.store(connection, rows, retired)
        return Outcome(stale=len(messages) - changed)


@dataclass(frozen=True, slots=True)
class QualificationsApply:
    """Applies batches of the qualification topic."""

    announcing: Announcing
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
        await self.announcing.confirmed(connection, confirmed, self.clock.now())
        return Outcome()


def _row(event: RewardConfigured, record: Record) -> dict[str, Any]:
    """Nothing is told before it happens: an event time ahead of its record would outlive a retirement."""
    told_at = min(event.occurred_at, record.timestamp or event.occurred_at)
    return event.row() | {"occurred_at": told_at}


def _retirement(event: RewardRetired) -> Retirement:
    return Retirement(event.brand_id, event.reward_id, event.config_version, event.occurred_at)
