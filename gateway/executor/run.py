"""Interprets a plan: each fetch starts as soon as the fetches that it depends on have finished."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from gateway.executor.exchange import Context
from gateway.executor.failures import Failure
from gateway.executor.fetch import FetchRun, Running
from gateway.plan import Fetch, QueryPlan


class FetchedData(msgspec.Struct, frozen=True, gc=False):
    """The tree of data after all fetches, and what failed."""

    data: dict[str, Any]
    failures: Iterable[Failure]


async def run(plan: QueryPlan, context: Context) -> FetchedData:
    """Execute a plan; a subgraph's failure is part of the result, not an exception."""
    running = Running(context, plan.names, plan.interface_objects)

    async def carry_out(fetch: Fetch) -> None:
        await FetchRun(fetch, running).run()

    if len(plan.fetches) == 1:
        await carry_out(plan.fetches[0])
    else:
        await _by_dependency(plan.fetches, carry_out)
    running.missing_fields.settle()
    return FetchedData(running.data, running.missing_fields.failures)


async def _by_dependency(fetches: Sequence[Fetch], carry_out: Callable[[Fetch], Any]) -> None:
    """Execute fetches, each after its dependencies, which precede it in the list."""
    tasks: list[asyncio.Task[None]] = []

    async def when_ready(fetch: Fetch) -> None:
        for number in fetch.depends_on:
            await tasks[number]
        await carry_out(fetch)

    async with asyncio.TaskGroup() as group:
        tasks.extend(group.create_task(when_ready(fetch)) for fetch in fetches)
