"""Stages: the fetches of one delivery in one slice, and what waits for them."""

from __future__ import annotations

import asyncio
from asyncio import Task
from dataclasses import dataclass, field

from gateway.errors import RequestError
from gateway.executor.failures import Failure
from gateway.features.incremental.fetching import Fetching
from gateway.features.incremental.records import FieldsRecord, ListRecord
from gateway.features.incremental.slices import Slice
from gateway.supergraph.deferral import Delivery


@dataclass(slots=True, eq=False)
class Stage:
    """The fetches of one delivery in one slice.

    Attributes:
        task: The fetches; it returns what failed.
        fields: The fields that wait for them.
        lists: The lists whose next items wait for them.
        is_over: Whether their result was taken.
        refusal: The refusal with which they ended.
        elsewhere: Failures outside of the items that they have fetched.
    """

    delivery: Delivery
    part: Slice
    task: Task[list[Failure]]
    fields: list[FieldsRecord] = field(default_factory=list)
    lists: list[ListRecord] = field(default_factory=list)
    is_over: bool = False
    refusal: RequestError | None = None
    elsewhere: list[Failure] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        """Whether something can be delivered now."""
        return self.task.done() and bool(self.lists or not self.is_over)


@dataclass(slots=True, eq=False)
class Stages:
    """The stages of one response, each started when something first waits for it."""

    fetching: Fetching
    _stages: dict[tuple[Delivery, Slice], Stage] = field(default_factory=dict)

    def of(self, delivery: Delivery, part: Slice) -> Stage:
        """Return a stage; start it if it is new."""
        stage = self._stages.get((delivery, part))
        if stage is None:
            work = self.fetching.task(self.fetching.stage(delivery, part))
            stage = self._stages[delivery, part] = Stage(delivery, part, work)
        return stage

    async def ready(self) -> list[Stage]:
        """Wait until something can be delivered, and return its stages; it may be cancelled and repeated."""
        if not any(each.is_ready for each in self._stages.values()):
            running = [each.task for each in self._stages.values() if not each.task.done()]
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        return [each for each in self._stages.values() if each.is_ready]

    async def close(self) -> None:
        """Cancel all fetches, and wait until they have ended."""
        tasks = [each.task for each in self._stages.values() if not each.task.done()]
        for each in tasks:
            each.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for stage in self._stages.values():
            if not stage.task.cancelled():
                stage.task.exception()  # it was reported, or nothing waits for it any more
        await self.fetching.close()
