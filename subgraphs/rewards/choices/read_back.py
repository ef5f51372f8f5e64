"""Choices that are read back from Kafka after the database was lost or restored.

`club.choice.v1` outlives the database. A message that is newer than the stored data of its week is stored, so
that no revision is used twice and fulfilment does not ignore the next message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.rewards.choices.choice_fact import ChoiceSource
from subgraphs.rewards.choices.publisher import ChoicePublisher


@dataclass(frozen=True, slots=True)
class PublishedChoice:
    """The reward of a week as it was published.

    Attributes:
        final: Whether the message was the last one about the week.
        reward: Id and config version; None if no reward could be paid.
    """

    key: ClubKey
    revision: int
    final: bool
    source: ChoiceSource
    reward: tuple[str, int] | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ChoiceReadBack:
    """Stores published choices again, in the caller's transaction."""

    publisher: ChoicePublisher

    async def restore(
        self, connection: AsyncConnection, published: Sequence[PublishedChoice]
    ) -> tuple[int, list[int]]:
        """Store published choices that are newer than the stored ones.

        If something else was published under a used revision since the database was lost, fulfilment
        ignores it: the present reward is published again as the next revision.

        Args:
            connection: In a write transaction.
            published: This subgraph's messages, in the order of the topic.

        Returns:
            How many have changed something, and the indexes of those that contradict what was published
            since.
        """
        changed, conflicts = 0, []
        for index, choice in enumerate(published):
            stored = await self.publisher.announcements.lock(connection, choice.key)
            if choice.revision > stored.revision:
                if choice.source is ChoiceSource.CHOSEN and choice.reward is not None:
                    await self._record(connection, choice)
                # Each version that clients have seen was published, so no revision is below it.
                await self.publisher.choices.raise_version(connection, choice.key, choice.revision)
                await self.publisher.resume(
                    connection, choice.key, choice.revision, choice.at, final=choice.final
                )
                if not choice.final and stored.occurred_at is not None and stored.occurred_at > choice.at:
                    await self.publisher.publish_choice(connection, choice.key, stored.occurred_at)
                changed += 1
            elif choice.revision == stored.revision and choice.at != stored.occurred_at:
                conflicts.append(index)
                if not choice.final:
                    await self.publisher.publish_choice(connection, choice.key, choice.at)
                    changed += 1
        return changed, conflicts

    async def _record(self, connection: AsyncConnection, published: PublishedChoice) -> None:
        """Record a choice unless a later one is stored."""
        choices = self.publisher.choices
        stored = (await choices.choices(connection, [published.key])).get(published.key)
        if published.reward is None or (stored is not None and stored.chosen_at >= published.at):
            return
        if stored is None or (stored.reward_id, stored.config_version) != published.reward:
            await choices.record(connection, published.key, *published.reward, published.at)
