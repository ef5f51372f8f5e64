"""Loaders: all waiters of a batch resume together, and none harms others by failing or leaving."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import strawberry
from graphql import parse
from strawberry import Info
from strawberry.dataloader import DataLoader

import jit
from tests.jit.both_ways import awaited, run_both


@strawberry.type
class Node:
    """Loads in every way; what it does is in the context."""

    key: int

    @strawberry.field
    async def loaded(self, info: Info[Any, Any]) -> int | None:
        """Awaits a load."""
        found: int = await info.context.load(self.key)
        return found

    @strawberry.field
    def given(self, info: Info[Any, Any]) -> int | None:
        """Gives the loader's future itself."""
        return info.context.load(self.key)

    @strawberry.field
    async def chained(self, info: Info[Any, Any]) -> int | None:
        """Two loads one after the other, and a turn of the loop between."""
        first = await info.context.load(self.key)
        await asyncio.sleep(0)
        return int(await info.context.load(first + 1000))

    @strawberry.field
    async def hurried(self, info: Info[Any, Any]) -> str | None:
        """Does not wait for long."""
        try:
            async with asyncio.timeout(0.01 if self.key % 2 else 60):
                return str(await info.context.load(self.key + 100))
        except TimeoutError:
            return "late"

    @strawberry.field
    async def must(self, info: Info[Any, Any]) -> int:
        """Null and errors make the whole node null."""
        found: int = await info.context.load(self.key)
        return found

    @strawberry.field
    async def nodes(self, info: Info[Any, Any]) -> list["Node"]:
        """Two more, loaded."""
        first = await info.context.load(self.key)
        return [Node(key=first), Node(key=first + 1)]


@strawberry.type
class Query:
    """Nodes."""

    @strawberry.field
    def nodes(self, keys: list[int]) -> list[Node | None]:
        """One for each key."""
        return [Node(key=key) for key in keys]


SCHEMA = strawberry.Schema(Query)._schema


class Counting(DataLoader[int, Any]):
    """Keeps the batches, and delays the answer if asked to."""

    def __init__(self, value_of: Callable[[int], Any] = lambda key: key * 2, **more: Any) -> None:
        self.batches: list[list[int]] = []
        self.release = asyncio.Event()
        self.release.set()
        self.value_of = value_of
        super().__init__(self._load_all, **more)

    async def _load_all(self, keys: list[int]) -> list[Any]:
        self.batches.append(list(keys))
        await self.release.wait()
        return [self.value_of(key) for key in keys]


async def ours(query: str, loader: DataLoader[int, Any]) -> Any:
    """The compiled execution's result."""
    return await awaited(jit.execute(SCHEMA, parse(query), None, loader))


async def until(condition: Callable[[], Any]) -> None:
    """Goes on when the condition holds."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    "query",
    [
        "{ nodes(keys: [1, 2, 3, 2, 1]) { loaded given } }",
        "{ nodes(keys: [1, 2, 3]) { chained loaded nodes { given nodes { loaded chained } } } }",
        "{ nodes(keys: [1, 2, 3, 4]) { must key } }",
        "{ nodes(keys: [4, 5, 6, 7]) { must given nodes { must loaded } } }",
    ],
)
@pytest.mark.parametrize("size", [None, 2])
def test_answers_and_errors_of_loads_are_the_same(query: str, size: int | None) -> None:
    """Some keys fail, some have nothing, some are asked for twice."""

    def value_of(key: int) -> Any:
        return ValueError(f"no {key}") if key % 5 == 4 else None if key % 7 == 3 else key * 2

    class Fresh:
        """A loader of its own for each event loop."""

        def load(self, key: int) -> Any:
            """Loads by the loader of this loop."""
            loop = asyncio.get_running_loop()
            if getattr(self, "loop", None) is not loop:
                self.loop, self.loader = loop, Counting(value_of, max_batch_size=size)
            return self.loader.load(key)

    run_both(SCHEMA, query, context_value=Fresh())


async def test_a_level_is_one_batch_however_it_is_awaited() -> None:
    """Futures that resolvers give, and those that their coroutines await."""
    loader = Counting()
    result = await ours("{ nodes(keys: [1, 2, 3]) { loaded given nodes { loaded } } }", loader)
    assert result.data["nodes"][2] == {"loaded": 6, "given": 6, "nodes": [{"loaded": 12}, {"loaded": 14}]}
    assert [sorted(batch) for batch in loader.batches] == [[1, 2, 3], [4, 5, 6, 7]]


async def test_one_callback_wakes_all_who_wait_for_a_batch() -> None:
    """The event loop is not handed a call for each key."""
    loader = Counting()
    loader.release.clear()
    running = asyncio.ensure_future(ours("{ nodes(keys: [1, 2, 3, 4, 5, 6]) { loaded } }", loader))
    await until(lambda: loader.batches)
    futures = [loader.load(key) for key in range(1, 7)]
    callbacks = [len(getattr(future, "_callbacks", None) or ()) for future in futures]
    assert sorted(callbacks) == [1, 1, 1, 1, 1, 2]  # the batch's own, and ours
    loader.release.set()
    assert [node["loaded"] for node in (await running).data["nodes"]] == [2, 4, 6, 8, 10, 12]


async def test_a_timeout_within_a_batch_ends_that_load_alone() -> None:
    """The odd keys give up, the first of the batch among them; the others get their values."""
    loader = Counting()
    loader.release.clear()
    running = asyncio.ensure_future(ours("{ nodes(keys: [1, 2, 3, 4]) { hurried } }", loader))
    await until(lambda: loader.batches)
    futures = [loader.cache_map.get(key) for key in (101, 103)]
    await until(lambda: all(future is not None and future.cancelled() for future in futures))
    loader.release.set()
    assert [node["hurried"] for node in (await running).data["nodes"]] == ["late", "204", "late", "208"]


async def test_who_is_nulled_leaves_the_batch_to_the_others() -> None:
    """One node's error does not cancel the load that another node still needs."""
    first = Counting(lambda _key: None)
    second = Counting()
    second.release.clear()

    class Both:
        """Even keys by one loader, odd ones by the other."""

        def load(self, key: int) -> Any:
            """The loader for a key."""
            return (second if key % 2 else first).load(key)

    query = "{ nodes(keys: [1, 2]) { must: loaded } a: nodes(keys: [2, 1]) { must nodes { key } loaded } }"
    running = asyncio.ensure_future(ours(query, Both()))  # type: ignore[arg-type] # has what is asked for
    await until(lambda: first.batches and second.batches)
    for _ in range(10):
        await asyncio.sleep(0)
    second.release.set()
    result = await running
    assert result.data["nodes"] == [{"must": 2}, {"must": None}]
    assert result.data["a"][0] is None
    assert result.data["a"][1]["loaded"] == 2


async def test_what_is_primed_is_there_at_the_latest_with_its_batch() -> None:
    """A key that another resolver puts into the cache before its batch was sent off."""
    loader = Counting()
    loader.release.clear()
    running = asyncio.ensure_future(ours("{ nodes(keys: [1, 2]) { loaded } }", loader))
    while not loader.batch:  # noqa: ASYNC110 - it is to be met in the turn in which it is made
        await asyncio.sleep(0)
    loader.prime(2, 77, force=True)
    await until(lambda: loader.batches)
    loader.release.set()
    assert [node["loaded"] for node in (await running).data["nodes"]] == [2, 77]
    assert loader.batches == [[1]]


async def test_a_cancelled_request_leaves_no_one_waiting() -> None:
    """All who wait for the batch end, and the load that nobody wants is not made."""
    loader = Counting()
    loader.release.clear()
    tasks = asyncio.all_tasks()
    running = asyncio.ensure_future(ours("{ nodes(keys: [1, 2, 3]) { loaded given chained } }", loader))
    await until(lambda: loader.batches)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await until(lambda: asyncio.all_tasks() == tasks)
    assert all(future.cancelled() for future in loader.cache_map.cache_map.values())  # type: ignore[attr-defined] # the default cache
