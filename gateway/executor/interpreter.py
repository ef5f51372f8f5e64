"""Interprets a plan: each fetch starts as soon as the fetches that it depends on have finished."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from gateway.executor.exchange import Context
from gateway.executor.failures import Failure
from gateway.executor.fetch import Execution, FetchExecution
from gateway.executor.response_limits import raise_refusal_alone
from gateway.plan import Fetch, QueryPlan


class FetchedData(msgspec.Struct, frozen=True, gc=False):
    """The tree of data after all fetches, and what failed."""

    data: dict[str, Any]
    failures: Iterable[Failure]


async def interpret(plan: QueryPlan, context: Context) -> FetchedData:
    """Execute a plan; a subgraph's failure is part of the result, not an exception."""
    execution = Execution(context, plan)

    async def execute(fetch: Fetch) -> None:
        await FetchExecution(fetch, execution).execute()

    if len(plan.fetches) == 1:
        await execute(plan.fetches[0])
    else:
        with raise_refusal_alone():
            await _by_dependency(plan.fetches, execute)
    execution.missing_fields.settle()
    return FetchedData(execution.data, execution.missing_fields.failures)


async def _by_dependency(fetches: Sequence[Fetch], execute: Callable[[Fetch], Any]) -> None:
    """Execute fetches, each after its dependencies, which precede it in the list."""
    tasks: list[asyncio.Task[None]] = []

    async def when_ready(fetch: Fetch) -> None:
        for number in fetch.depends_on:
            await tasks[number]
        await execute(fetch)

    async with asyncio.TaskGroup() as group:
        tasks.extend(group.create_task(when_ready(fetch)) for fetch in fetches)
