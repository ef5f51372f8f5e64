"""Choices that this subgraph told, taken back from Kafka after its database was lost or restored.

`club.choice.v1` outlives the database. What was told of a week is taken over where it is newer than what is
stored, so that no revision is used twice and fulfilment does not ignore what is told next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.domain.keys import ClubKey
from subgraphs.rewards.announcements import ChoiceSource
from subgraphs.rewards.announcing import Announcing


@dataclass(frozen=True, slots=True)
class ToldChoice:
    """The reward of a week as it was told.

    Attributes:
        reward: id and config version; None where there was none that could be paid.
        final: whether nothing else was to be told of the week.
    """

    key: ClubKey
    revision: int
    final: bool
    source: ChoiceSource
    reward: tuple[str, int] | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ChoiceReadBack:
    """Takes choices back, in the caller's transaction."""

    announcing: Announcing

    async def take_back(
        self, connection: AsyncConnection, told: Sequence[ToldChoice]
    ) -> tuple[int, list[int]]:
        """Take over what was told of weeks where it is newer than what is stored.

        Where something else was told under the same revision since the database was lost, fulfilment ignores
        it: the newer of both is told again, as the next revision.

        Args:
            connection: in a write transaction.
            told: messages of this subgraph, in the order of the topic.

        Returns:
            How many changed something, and the places of those that contradict what was told since.
        """
        changed, conflicts = 0, []
        for place, one in enumerate(told):
            stored = await self.announcing.hold(connection, one.key)
            if one.revision > stored.revision:
                if one.source is ChoiceSource.CHOSEN and one.reward is not None:
                    await self._choose(connection, one)
                await self.announcing.resume(connection, one.key, one.revision, one.at, final=one.final)
                changed += 1
            elif one.revision == stored.revision and one.at != stored.occurred_at:
                conflicts.append(place)
                if not one.final:
                    await self.announcing.chosen(connection, one.key, one.at)
                    changed += 1
        return changed, conflicts

    async def _choose(self, connection: AsyncConnection, told: ToldChoice) -> None:
        """Record a choice unless one was made since."""
        choices = self.announcing.choices
        stored = (await choices.choices(connection, [told.key])).get(told.key)
        if told.reward is None or (stored is not None and stored.chosen_at >= told.at):
            return
        if stored is None or (stored.reward_id, stored.config_version) != told.reward:
            await choices.record(connection, told.key, *told.reward, told.at)
