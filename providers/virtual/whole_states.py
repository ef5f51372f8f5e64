"""Asks a webhook provider for whole states: each once at a time, and after failures at growing distances."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from providers.delivery import Delivery
from providers.json_api import JsonApi, NoAnswer
from providers.polling import Pace, note_answer
from providers.virtual.book import EventBook, TooMany
from providers.virtual.protocol import EVENT, EVENTS

EVERYTHING = ""
"""In place of an event's id."""


@dataclass(slots=True)
class WholeStates:
    """Asks, and gives the book what came.

    Attributes:
        not_before: When the provider may be asked again, by the loop's time.
    """

    api: JsonApi
    book: EventBook
    pace: Pace
    delivery: Delivery
    not_before: float = 0.0
    _pause: float = 0.0
    _refused: NoAnswer = field(default_factory=lambda: NoAnswer("not asked yet"))
    _asked: dict[str, asyncio.Task[NoAnswer | None]] = field(default_factory=dict)

    async def ask(self, event: str = EVERYTHING) -> None:
        """Let the book have an event, or everything, as the provider has it now.

        Raises:
            NoAnswer: It cannot be had. For a while after a failure, that is raised again without asking.
        """
        if asyncio.get_running_loop().time() < self.not_before:
            raise self._refused
        if event not in self._asked:
            self._asked[event] = asyncio.create_task(self._fetch(event), name="whole-state")
            self._asked[event].add_done_callback(lambda _: self._asked.pop(event, None))
        if (fault := await asyncio.shield(self._asked[event])) is not None:
            raise fault

    async def _fetch(self, event: str) -> NoAnswer | None:
        clock = asyncio.get_running_loop().time
        self.delivery.status.counts["connections"] += 1
        try:
            await (self._fetch_event(event) if event else self._fetch_all())
        except (NoAnswer, TooMany) as fault:
            self._pause = min(2 * self._pause, self.pace.longest_pause) or self.pace.first_pause
            self._refused = refused = fault if isinstance(fault, NoAnswer) else NoAnswer(str(fault))
            asked = refused.wait.total_seconds() if refused.wait else 0.0
            self.not_before = clock() + asked + self._pause * random.uniform(0.5, 1)  # noqa: S311 - jitter
            return refused
        self._pause = self.not_before = 0.0
        return None

    async def _fetch_event(self, event: str) -> None:
        answer = await self.api.get(f"/events/{event}")
        note_answer(self.delivery, answer)
        if answer is not None:
            read = answer.read(EVENT)
            if read.event.event != event:
                raise NoAnswer(f"asked for the event {event}, {read.event.event} came")
            self.book.replace_event(read.event, read.epoch, self.delivery.status.now())

    async def _fetch_all(self) -> None:
        before = frozenset(self.book.sequences)
        answer = await self.api.get("/events")
        note_answer(self.delivery, answer)
        if answer is not None:
            read = answer.read(EVENTS)
            self.book.replace_all(read.events, read.epoch, before, self.delivery.status.now())
