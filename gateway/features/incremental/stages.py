"""Fetches the data of a response in stages: those of one delivery in one slice, and what waits."""

from __future__ import annotations

import asyncio
import contextvars
from asyncio import Task
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from msgspec.structs import replace

from gateway.errors import RequestError
from gateway.executor import Context, Failures
from gateway.executor.failures import Failure, Path
from gateway.executor.fetch import Execution, FetchExecution
from gateway.executor.missing_fields import MissingFields
from gateway.features.incremental.records import FieldsRecord, ListRecord
from gateway.features.incremental.targets import Keys, Slice, is_below, leads_through
from gateway.plan import Fetch, QueryPlan, RootFields
from gateway.supergraph.deferral import Delivery

T = TypeVar("T")


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
        if not any(stage.is_ready for stage in self._stages.values()):
            running = [stage.task for stage in self._stages.values() if not stage.task.done()]
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        return [stage for stage in self._stages.values() if stage.is_ready]

    async def close(self) -> None:
        """Cancel all fetches, and wait until they have ended."""
        tasks = [stage.task for stage in self._stages.values() if not stage.task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for stage in self._stages.values():
            if not stage.task.cancelled():
                stage.task.exception()  # it was reported, or nothing waits for it any more
        await self.fetching.close()


@dataclass(slots=True, eq=False)
class Fetching:
    """The fetches of one operation; all of them write into one tree of data.

    Attributes:
        plan: The plan.
        context: What fetches need of the request.
        data: The tree of data.
    """

    plan: QueryPlan
    context: Context
    data: dict[str, Any] = field(default_factory=dict)
    _task_context: contextvars.Context = field(default_factory=contextvars.copy_context)
    _explained: dict[Path, Failure] = field(default_factory=dict)
    _executions: dict[tuple[Delivery, Slice], Execution] = field(default_factory=dict)
    _tasks: dict[tuple[int, Slice], Task[None]] = field(default_factory=dict)

    async def stage(self, delivery: Delivery, part: Slice) -> list[Failure]:
        """Fetch what a delivery has in a slice, and return what failed.

        Raises:
            ResponseTooLarge: The response exceeds the request's budget.
        """
        fetches = [fetch for fetch in self.plan.fetches if fetch.delivery == delivery]
        await self._ended([self._start(fetch, part) for fetch in fetches if part.home(fetch) is part])
        missing_fields = self._execution(delivery, part).missing_fields
        missing_fields.settle()
        return list(missing_fields.failures)

    def task(self, work: Coroutine[Any, Any, T]) -> Task[T]:
        """Start work that belongs to the request: to its deadline, its response budget, and its trace."""
        return asyncio.create_task(work, context=self._task_context.copy())

    async def close(self) -> None:
        """Cancel all fetches, and wait until they have ended."""
        running = [task for task in self._tasks.values() if not task.done()]
        for unfinished in running:
            unfinished.cancel()
        if running:
            await asyncio.wait(running)
        for task in self._tasks.values():
            if not task.cancelled():
                task.exception()  # it was reported, or nothing waits for it any more

    def _start(self, fetch: Fetch, part: Slice) -> Task[None]:
        """Start a fetch, unless it has started."""
        part = part.home(fetch)
        key = (fetch.number, part)
        task = self._tasks.get(key)
        if task is None:
            before = [self._start(self.plan.fetches[number], part) for number in sorted(fetch.depends_on)]
            execution = FetchExecution(_within(fetch, part.list), self._execution(fetch.delivery, part))
            task = self._tasks[key] = self.task(self._execute(execution, before))
        return task

    async def _execute(self, execution: FetchExecution, before: list[Task[None]]) -> None:
        await self._ended(before)
        await execution.execute()

    @staticmethod
    async def _ended(tasks: Iterable[Task[None]]) -> None:
        """Wait for fetches that others may wait for as well; raise what the first of them raised."""
        for task in tasks:
            if not task.done():
                await asyncio.wait([task])
            task.result()

    def _execution(self, delivery: Delivery, part: Slice) -> Execution:
        key = (delivery, part)
        execution = self._executions.get(key)
        if execution is None:
            execution = self._executions[key] = Execution(
                self.context,
                self.plan,
                self.data,
                MissingFields(Failures(self._explained, in_parts=True)),
                part.windows,
            )
        return execution


def _within(fetch: Fetch, path: Keys | None) -> Fetch:
    """Return a fetch reduced to the items of a list."""
    if path is None or isinstance(fetch.returns, RootFields) or not is_below(fetch, path):
        return fetch
    entities = (
        replace(returned, paths=tuple(at for at in returned.paths if leads_through(at, path)))
        for returned in fetch.returns
    )
    return replace(fetch, returns=tuple(entities))
