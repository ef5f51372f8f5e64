"""Fetches that run at the same time: each like a task of its own, without one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any

import pytest

from gateway.executor import Context, FetchedData
from gateway.pipeline.operation_executor import executable
from gateway.transport import MemoryTransport
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.world import Federation
from tests.gateway.worlds import shop

TOGETHER = "{ me { name } topProducts(first: 1) { name } }"
"""Accounts and products are asked at the same time."""

Ask = Callable[[SubgraphRequest], Awaitable[Mapping[str, Any]]]

NOTE: ContextVar[str] = ContextVar("note", default="no one")


@pytest.fixture
def federation() -> Federation:
    """The shop."""
    return shop()


async def fetched(federation: Federation, query: str = TOGETHER, **asks: Ask) -> FetchedData:
    """What the compiled plan of a query brings; some subgraphs are the given functions."""
    transports: dict[str, MemoryTransport] = federation.transports()
    transports |= {name: asking(ask) for name, ask in asks.items()}
    ready = executable(federation.plan(query), transports, "compiled")
    return await ready.execution.fetch(Context(ready.calls))


def truth(federation: Federation, name: str) -> Ask:
    """A subgraph that waits for a while and then answers in truth."""

    async def ask(request: SubgraphRequest) -> Mapping[str, Any]:
        await asyncio.sleep(0)
        return federation.subgraph_answer(name, request)

    return ask


async def test_fetches_that_wait_need_no_tasks(federation: Federation) -> None:
    """While both are awaited there are no more tasks than before, and each thinks that it is in one."""
    before, seen = asyncio.all_tasks(), []

    def noting(name: str) -> Ask:
        async def ask(request: SubgraphRequest) -> Mapping[str, Any]:
            seen.append(asyncio.current_task())
            await asyncio.sleep(0)
            assert asyncio.all_tasks() == before
            assert asyncio.current_task() is seen[("accounts", "products").index(name)]
            return federation.subgraph_answer(name, request)

        return ask

    got = await fetched(federation, accounts=noting("accounts"), products=noting("products"))
    assert sorted(got.data) == ["me", "topProducts"]
    assert len({id(each) for each in seen}) == 2
    assert asyncio.current_task() in before


async def test_a_time_out_within_a_fetch_ends_that_fetch_alone(federation: Federation) -> None:
    """It may be caught there, and nobody else notices."""

    async def slow(request: SubgraphRequest) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(0.001):
                await asyncio.Event().wait()
        except TimeoutError:
            return federation.subgraph_answer("accounts", request)
        raise AssertionError

    got = await fetched(federation, accounts=slow, products=truth(federation, "products"))
    assert got.data["me"] == {"name": "User 1"}
    assert not list(got.failures)


async def test_a_task_group_within_a_fetch_fails_alone(federation: Federation) -> None:
    """The group cancels what it is in, and that is the fetch."""

    async def fails() -> None:
        await asyncio.sleep(0)
        raise ValueError("one of the group")

    async def grouped(_request: SubgraphRequest) -> Mapping[str, Any]:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails())
            await asyncio.Event().wait()
        raise AssertionError

    got = await fetched(federation, accounts=grouped, products=truth(federation, "products"))
    assert got.data == {"topProducts": [{"name": "Product 1"}]}
    assert [failure.code for failure in got.failures] == ["SUBGRAPH_UNREACHABLE"]


async def test_context_variables_of_fetches_at_the_same_time_are_their_own(federation: Federation) -> None:
    """A context variable that one fetch sets is seen neither by the others nor by the request."""
    seen: list[str] = []

    async def sets(request: SubgraphRequest) -> Mapping[str, Any]:
        NOTE.set("mine")
        await asyncio.sleep(0)
        seen.append(NOTE.get())
        return federation.subgraph_answer("accounts", request)

    async def reads(request: SubgraphRequest) -> Mapping[str, Any]:
        await asyncio.sleep(0)
        seen.append(NOTE.get())
        return federation.subgraph_answer("products", request)

    await fetched(federation, accounts=sets, products=reads)
    assert sorted([*seen, NOTE.get()]) == ["mine", "no one", "no one"]


class InterruptedFetch(BaseException):
    """Nothing that a subgraph's fault could be."""


@pytest.mark.parametrize("steps", range(3))
@pytest.mark.parametrize("name", ["accounts", "products"])
async def test_an_interruption_cancels_the_others_and_waits_for_their_end(
    federation: Federation, name: str, steps: int
) -> None:
    """Whoever waits for the plan gets it once nothing is in progress, and is not cancelled itself."""
    ended: list[str] = []

    async def interrupted(_request: SubgraphRequest) -> Mapping[str, Any]:
        for _ in range(steps):
            await asyncio.sleep(0)
        raise InterruptedFetch

    async def tidy(_request: SubgraphRequest) -> Mapping[str, Any]:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("the other")
        raise AssertionError

    asks: dict[str, Any] = {"accounts": tidy, "products": tidy, name: interrupted}
    with pytest.raises(InterruptedFetch):
        await fetched(federation, **asks)
    assert ended == (["the other"] if steps or name == "products" else [])
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)


@pytest.mark.parametrize("steps", range(4))
async def test_whenever_the_request_is_cancelled_all_fetches_end_before_it(
    federation: Federation, steps: int
) -> None:
    """None outlives it, even if it tidies up for a while."""
    under_way: set[str] = set()

    def tidy(name: str) -> Ask:
        async def ask(_request: SubgraphRequest) -> Mapping[str, Any]:
            under_way.add(name)
            try:
                for _ in range(100):
                    await asyncio.sleep(0)
            finally:
                await asyncio.sleep(0)
                under_way.discard(name)
            raise AssertionError

        return ask

    running = asyncio.create_task(fetched(federation, accounts=tidy("accounts"), products=tidy("products")))
    for _ in range(steps + 1):
        await asyncio.sleep(0)
    assert under_way
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not under_way


async def test_what_cannot_be_awaited_is_a_fault_of_the_subgraph(federation: Federation) -> None:
    """A coroutine that yields something odd gets the error, as it would in a task."""

    class Odd:
        def __await__(self) -> Any:
            yield "this is no future"

    async def odd(_request: SubgraphRequest) -> Mapping[str, Any]:
        await Odd()
        raise AssertionError

    got = await fetched(federation, accounts=odd, products=truth(federation, "products"))
    assert [failure.service for failure in got.failures] == ["accounts"]
