"""Asks a provider again and again for a list that is either whole and newer, or has not changed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec
import structlog

from providers.declaration import AdapterDeclaration, CheckFailed
from providers.delivery import Delivery
from providers.json_api import Answer, JsonApi, NoAnswer
from providers.kept_items import KeptItems
from providers.provider_words import Count, Word
from providers.settings import ProviderSettings

log = structlog.get_logger(__name__)
POSITION: Final = "position"
"""The note with what was read last."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What every list says of itself.

    Attributes:
        epoch: Changes when the provider counts revisions anew.
        revision: Rises whenever anything in the list changes.
        total: How many members the list has.
    """

    epoch: Word
    revision: Count
    total: Count

    def by_id(self) -> Mapping[str, object]:
        """Return the members by their ids.

        Raises:
            ValueError: Two different ones have the same id.
        """
        raise NotImplementedError

    def __post_init__(self) -> None:
        """Refuse a list that is not whole."""
        if (count := len(self.by_id())) != self.total:
            raise ValueError(f"{count} members came instead of {self.total}")


Listed = TypeVar("Listed", bound=Listing)


class Position(msgspec.Struct, frozen=True):
    """The list that was read last."""

    etag: str = ""
    epoch: str = ""
    revision: int = 0


_POSITION: Final = msgspec.json.Decoder(Position)


def position_of(items: KeptItems) -> Position:
    """Return what was read last, by the notes; nothing if there are none."""
    try:
        return _POSITION.decode(items.notes.get(POSITION, b""))
    except msgspec.DecodeError:
        return Position()


@dataclass(slots=True)
class PolledList:
    """A list at one path of an API.

    Attributes:
        max_items: The greatest number of members.
        position: The list that was read last and used wholly; whoever uses one sets it.
    """

    path: str
    max_items: int
    position: Position

    async def next(
        self, api: JsonApi, decoder: msgspec.json.Decoder[Listed], delivery: Delivery | None = None
    ) -> tuple[Listed, Position] | None:
        """Return the list with its position; None if it has not changed.

        Raises:
            NoAnswer: It cannot be had, is not whole, or is older than the one before.
        """
        answer = await api.get(self.path, self.position.etag)
        if delivery is not None:
            note_answer(delivery, answer)
        if answer is None:
            return None
        listing = answer.read(decoder)
        if listing.total > self.max_items:
            raise NoAnswer(f"{self.path} has more than {self.max_items} members")
        if listing.epoch == self.position.epoch and listing.revision < self.position.revision:
            raise NoAnswer(f"{self.path} is older than what came before it")
        return listing, Position(answer.etag, listing.epoch, listing.revision)


def note_answer(delivery: Delivery, answer: Answer | None) -> None:
    """Note that the provider was heard, and by how much its clock differs from ours."""
    delivery.status.counts["received"] += 1
    if answer is not None and answer.sent_at is not None:
        # The time of an answer has no fractions of a second.
        ahead = (answer.sent_at - delivery.status.now().astimezone(UTC)).total_seconds()
        delivery.status.compare_clocks(0.0 if -1 < ahead <= 0 else ahead)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often something is asked.

    Attributes:
        seconds: How long after an answer.
        first_pause: How long after a failure; it doubles with each further one.
        longest_pause: Its limit.
    """

    seconds: float
    first_pause: float
    longest_pause: float

    @classmethod
    def of(cls, shared: ProviderSettings, seconds: float) -> Pace:
        """Return a pace with the pauses of all adapters."""
        return cls(seconds, shared.first_pause_seconds, shared.longest_pause_seconds)


async def keep_polling(ask: Callable[[], Awaitable[None]], pace: Pace, delivery: Delivery) -> None:
    """Ask until cancelled; what is known is complete as of the last time that it succeeded.

    Args:
        ask: Reads the provider, and changes what is known; raises NoAnswer.
        pace: How often it is called.
        delivery: What is told when it was called.
    """
    status, pause = delivery.status, pace.first_pause
    while True:
        began: datetime = status.now()
        status.counts["connections"] += 1
        try:
            await ask()
        except NoAnswer as fault:
            status.provider_fails(str(fault), status.heard_at)
            log.warning("provider_not_read", adapter=delivery.adapter.name, reason=str(fault))
            asked = fault.wait.total_seconds() if fault.wait else 0.0
            wait = asked + pause * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret
            pause = min(2 * pause, pace.longest_pause)
        else:
            status.provider, status.heard_at = None, began
            wait = pace.seconds * random.uniform(0.9, 1)  # noqa: S311 - as above
            pause = pace.first_pause
        delivery.changed.set()
        await asyncio.sleep(wait)


async def deliver_while(delivery: Delivery, items: KeptItems, work: Awaitable[None]) -> None:
    """Tell and keep what is known while work goes on that changes it."""
    async with asyncio.TaskGroup() as tasks:
        take = delivery.run(lambda wanted: items.take(wanted, delivery.status))
        tasks.create_task(take, name="delivery")
        await work


async def checked(adapter: AdapterDeclaration, ask: Awaitable[str]) -> str:
    """Return what asking once found.

    Raises:
        CheckFailed: It failed.
    """
    try:
        return await ask
    except NoAnswer as fault:
        raise CheckFailed(f"{adapter.name}: {fault}") from fault
