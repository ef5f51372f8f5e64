"""What tests of the global topic share: a topic in memory, decisions, and records of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import msgspec

from backoffice.global_events.publisher import TopicContents
from consumers.messages.global_events.message import GlobalEvent, decode_global
from consumers.messages.global_events.states import (
    BudgetState,
    ContentState,
    PublishedText,
    RewardStatusState,
    SwitchState,
)
from consumers.stream.records import Record
from subgraphs.kit.records.outbox import UnpublishedFact
from subgraphs.kit.topics import GLOBAL_TOPIC

NOON: Final = datetime(2026, 3, 25, 12, tzinfo=UTC)
BRAND: Final = "northbet"


def switch(scope: str = "brand", name: str = "", *, off: bool = True) -> SwitchState:
    """Return the state of a kill switch."""
    return SwitchState(scope=scope, name=name, off=off)  # type: ignore[arg-type] # one of the scopes


def budget(rewards: int | None, reward_id: str = "fb-5", week: str | None = None) -> BudgetState:
    """Return a budget."""
    return BudgetState(reward_id=reward_id, iso_week=week, rewards=rewards)


def status(value: str, reward_id: str = "fb-5", version: int = 1) -> RewardStatusState:
    """Return an operator's status of a version."""
    return RewardStatusState(
        reward_id=reward_id,
        config_version=version,
        status=value,  # type: ignore[arg-type] # one of the statuses
    )


def content(*titles: str, since: datetime = NOON, version: int | None = 1) -> ContentState:
    """Return content with these titles."""
    return ContentState(
        reward_id="fb-5",
        locale="en-GB",
        config_version=version,
        editions=tuple(edition(title, since) for title in titles),
    )


def edition(title: str, since: datetime = NOON) -> PublishedText:
    """Return a text."""
    return PublishedText(
        publish_at=since,
        position=1,
        title=title,
        summary="A free bet.",
        image_url=None,
        significant_terms="18+. Valid for seven days.",
        terms_url="https://northbet.example/terms",
        eligible_games=(),
    )


def event(
    state: SwitchState | BudgetState | RewardStatusState | ContentState,
    number: int,
    *,
    epoch: int = 1,
    event_id: str | None = None,
    brand: str = BRAND,
    at: datetime = NOON,
) -> GlobalEvent:
    """Return the message of a decision."""
    subject = state.subject(brand)
    return GlobalEvent(
        schema="club.global/1",
        event_id=event_id or f"event-{epoch}-{number}",
        brand_id=brand,
        epoch=epoch,
        number=number,
        kind=subject.kind,
        subject=subject.name,
        state=msgspec.to_builtins(state),
        decided_at=at,
    )


def record(message: GlobalEvent, offset: int = 0) -> Record:
    """Return a message as a record."""
    return Record(GLOBAL_TOPIC, 0, offset, message.key.encode(), msgspec.json.encode(message))


@dataclass
class MemoryTopic:
    """The global topic in memory. It can be compacted, lost, and refuse or forget to answer.

    Attributes:
        generation: Its name; another one is another topic.
        fails: Whether the next messages are written, but not acknowledged.
    """

    generation: str = "first"
    records: list[UnpublishedFact] = field(default_factory=list)
    fails: bool = False
    reads: int = 0

    async def end(self) -> int:
        """Return the next offset."""
        return len(self.records)

    async def read(self) -> TopicContents:
        """Read the whole topic."""
        self.reads += 1
        last = {message.key: message for message in self.messages()}
        return TopicContents(self.generation, len(self.records), last)

    async def send(self, messages: Sequence[UnpublishedFact]) -> set[int]:
        """Write messages."""
        self.records += messages
        return set() if self.fails else {message.id for message in messages}

    def messages(self) -> list[GlobalEvent]:
        """Return the messages in the order in which they were written."""
        return [
            decode_global(Record(GLOBAL_TOPIC, 0, offset, one.key.encode(), one.value.encode()))
            for offset, one in enumerate(self.records)
        ]

    def last(self) -> dict[str, GlobalEvent]:
        """Return what compaction keeps: the last message of each key."""
        return {message.key: message for message in self.messages()}
