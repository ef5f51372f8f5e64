"""Runs a plan: each fetch starts as soon as those that it needs are finished."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.executor.failures import Failures
from gateway.executor.fetch import FetchRun
from gateway.plan import Fetch, QueryPlan
from gateway.transport import Transport


def _unobserved(_subgraph: str, _outcome: str) -> None:
    """Nobody counts."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a plan is run with.

    Attributes:
        transports: By subgraph.
        variables: The client's, as they came.
        headers: Those that are forwarded to subgraphs.
        observe: Told of every fetch: the subgraph, and how it went.
    """

    transports: Mapping[str, Transport]
    variables: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    observe: Callable[[str, str], None] = _unobserved


@dataclass(frozen=True, slots=True)
class Fetched:
    """The tree of data after all fetches, and what went wrong on the way."""

    data: dict[str, Any]
    failures: Failures


async def run(plan: QueryPlan, context: Context) -> Fetched:
    """Run a plan; a subgraph's failure is part of the result, not an exception."""
    fetched = Fetched({}, Failures())

    async def carry_out(fetch: Fetch) -> None:
        await FetchRun(
            fetch=fetch,
            transport=context.transports[fetch.subgraph],
            variables=context.variables,
            headers=context.headers,
            data=fetched.data,
            names=plan.names,
            failures=fetched.failures,
            observe=context.observe,
            stand_ins=plan.stand_ins,
        ).run()

    if len(plan.fetches) == 1:
        await carry_out(plan.fetches[0])
    else:
        await _by_dependency(plan.fetches, carry_out)
    return fetched


async def _by_dependency(fetches: Sequence[Fetch], carry_out: Callable[[Fetch], Any]) -> None:
    """A fetch's dependencies stand before it in the list."""
    tasks: list[asyncio.Task[None]] = []

    async def when_ready(fetch: Fetch) -> None:
        for number in fetch.after:
            await tasks[number]
        await carry_out(fetch)

    async with asyncio.TaskGroup() as group:
        tasks.extend(group.create_task(when_ready(fetch)) for fetch in fetches)
