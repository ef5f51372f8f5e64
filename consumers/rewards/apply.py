"""Reward versions into the rewards subgraph's table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.rewards.events import RewardConfigured, RewardRetired
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
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


def _row(event: RewardConfigured, record: Record) -> dict[str, Any]:
    """Nothing is told before it happens: an event time ahead of its record would outlive a retirement."""
    told_at = min(event.occurred_at, record.timestamp or event.occurred_at)
    return event.row() | {"occurred_at": told_at}


def _retirement(event: RewardRetired) -> Retirement:
    return Retirement(event.brand_id, event.reward_id, event.config_version, event.occurred_at)
