"""Awaitables: loaders batch, tasks and context variables look as they should, nothing waits long or leaks."""

import asyncio
import contextvars
import gc
import random
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse
from strawberry.dataloader import DataLoader

import jit
from tests.jit.both_ways import awaited, run_both
from tests.jit.generated_graphs import Graph

VAR: contextvars.ContextVar[str] = contextvars.ContextVar("VAR", default="unset")


@pytest.fixture
def schema() -> GraphQLSchema:
    """A tree."""
    return build_schema("""
        type Node { a: Int b: Int! c: Node d: Node! many: [Node!] loaded: Int name: String }
        type Query { a: Int b: Int c: Node d: Node! many: [Node] name: String }
        type Mutation { a: String b: String c: Node }
    """)


async def ours(schema: GraphQLSchema, query: str, root: Any, context: Any = None) -> Any:
    """The compiled execution's result."""
    return await awaited(jit.execute(schema, parse(query), root, context))


async def test_loads_of_all_items_are_one_batch(schema: GraphQLSchema) -> None:
    """A loader sees the keys of a whole list at once, through two levels of objects."""
    batches: list[list[int]] = []

    async def load(keys: list[int]) -> list[int]:
        batches.append(keys)
        return [key * 2 for key in keys]

    loader = DataLoader(load_fn=load)

    def node(key: int) -> dict[str, Any]:
        async def loaded(_info: Any) -> int:
            return await loader.load(key)

        return {
            "loaded": loaded,
            "a": lambda _info: loader.load(key + 100),
            "c": lambda _info: {"loaded": loaded},
        }

    root = {"many": [node(key) for key in range(20)]}
    result = await ours(schema, "{ many { loaded a c { loaded } } }", root)
    assert result.data["many"][3] == {"loaded": 6, "a": 206, "c": {"loaded": 6}}
    assert [sorted(batch) for batch in batches] == [[*range(20), *range(100, 120)]]


async def test_resolvers_wait_side_by_side(schema: GraphQLSchema) -> None:
    """Each can only end because the other one runs too."""
    first, second = asyncio.Event(), asyncio.Event()

    async def a(_info: Any) -> int:
        first.set()
        await second.wait()
        await asyncio.sleep(0)
        return 1

    async def b(_info: Any) -> int:
        await first.wait()
        second.set()
        return 2

    assert (await ours(schema, "{ a b }", {"a": a, "b": b})).data == {"a": 1, "b": 2}


async def test_a_timeout_in_a_resolver_cancels_that_resolver_alone(schema: GraphQLSchema) -> None:
    """`asyncio.timeout` finds a task of the resolver's own, in its first step and later."""

    async def a(_info: Any) -> int:
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()
        return 1

    async def b(_info: Any) -> int:
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(0.01):
                await asyncio.sleep(60)
        except TimeoutError:
            return 2
        return 3

    result = await ours(schema, "{ a b }", {"a": a, "b": b})
    assert result.data == {"a": None, "b": 2}
    assert isinstance(result.errors[0].original_error, TimeoutError)


async def test_a_task_group_in_a_resolver_works(schema: GraphQLSchema) -> None:
    """A failing child cancels the group, and the resolver sees that."""

    async def boom() -> None:
        raise ValueError("boom")

    async def a(_info: Any) -> int:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(boom())
                await asyncio.Event().wait()
        except ExceptionGroup:
            return 7
        return 0

    assert (await ours(schema, "{ a b }", {"a": a, "b": 1})).data == {"a": 7, "b": 1}


async def test_the_current_task_stays_the_same_within_a_resolver(schema: GraphQLSchema) -> None:
    """It is there, is one's own, and is the request's again afterwards."""
    seen: dict[str, list[Any]] = {"a": [], "b": []}

    async def look(info: Any) -> int:
        for _ in range(3):
            seen[info.field_name].append(asyncio.current_task())
            await asyncio.sleep(0)
        return 1

    request = asyncio.current_task()
    await ours(schema, "{ a b }", {"a": look, "b": look})
    assert asyncio.current_task() is request
    a, b = (set(tasks) for tasks in seen.values())
    assert len(a) == len(b) == 1
    assert len(a | b | {request}) == 3


def test_context_variables_are_isolated_between_siblings_and_seen_below(schema: GraphQLSchema) -> None:
    """What a resolver sets, its fields see and its siblings do not; mutations see what came before."""

    async def c(_info: Any) -> Any:
        VAR.set("from c")
        await asyncio.sleep(0)
        return {"name": lambda _info: VAR.get()}

    async def name(_info: Any) -> str:
        await asyncio.sleep(0.001)
        return VAR.get()

    async def say(info: Any) -> str:
        before = VAR.get()
        VAR.set(info.field_name)
        await asyncio.sleep(0)
        return before

    run_both(schema, "{ c { name } d { a b } name }", lambda: {"c": c, "name": name, "d": {"b": 1}})
    found = run_both(schema, "mutation { a b c { name } }", lambda: {"a": say, "b": say, "c": {"name": say}})
    assert found.data == {"a": "unset", "b": "a", "c": {"name": "b"}}


async def test_cancelling_the_request_cancels_all_it_started(schema: GraphQLSchema) -> None:
    """Every resolver ends, cleanups included, before the cancellation propagates."""
    ended: list[str] = []
    started = asyncio.Event()

    async def wait(info: Any) -> int:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(info.field_name)
        return 1

    async def c(_info: Any) -> Any:
        return {"a": wait}

    tasks = asyncio.all_tasks()
    running = asyncio.ensure_future(ours(schema, "{ a b c { a } }", {"a": wait, "b": wait, "c": c}))
    await started.wait()
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert sorted(ended) == ["a", "a", "b"]
    assert asyncio.all_tasks() == tasks


async def test_a_sibling_of_a_null_is_cancelled_without_harm_to_others(schema: GraphQLSchema) -> None:
    """It waited for a future that another field still needs."""
    shared: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def wait(_info: Any) -> int:
        return await shared

    async def fail(_info: Any) -> int:
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.01, shared.set_result, 5)
        raise ValueError("no")

    result = await ours(schema, "{ a c { a b } }", {"a": wait, "c": {"a": wait, "b": fail}})
    assert result.data == {"a": 5, "c": None}
    assert [error.path for error in result.errors] == [["c", "b"]]


async def test_what_hangs_below_a_null_does_not_hold_up_the_answer(schema: GraphQLSchema) -> None:
    """The answer comes although a resolver of the nulled object would never end."""

    async def hang(_info: Any) -> int:
        await asyncio.Event().wait()
        return 1

    async def fail(_info: Any) -> int:
        await asyncio.sleep(0)
        raise ValueError("no")

    def fail_now(_info: Any) -> int:
        raise ValueError("no")

    for failing in (fail, fail_now):
        result = await ours(schema, "{ name c { a b } }", {"name": "n", "c": {"a": hang, "b": failing}})
        assert result.data == {"name": "n", "c": None}


async def test_a_future_of_another_loop_is_an_error(schema: GraphQLSchema) -> None:
    """Of that field alone."""
    other = asyncio.new_event_loop()
    result = await ours(schema, "{ a b }", {"a": lambda _info: other.create_future(), "b": 1})
    other.close()
    assert result.data == {"a": None, "b": 1}
    assert "different loop" in result.errors[0].message


def test_awaitables_are_not_started_before_the_result_is_awaited(schema: GraphQLSchema) -> None:
    """Outside of an event loop the result is an awaitable for one."""

    async def a(_info: Any) -> int:
        return 1

    pending = jit.execute(schema, parse("{ a c { a } b }"), {"a": a, "c": {"a": a}, "b": 2})
    result = asyncio.run(awaited(pending))
    assert list(result.data.items()) == [("a", 1), ("c", {"a": 1}), ("b", 2)]


async def test_async_iterables_are_closed_when_an_item_fails(schema: GraphQLSchema) -> None:
    """As are those that end by themselves."""
    closed: list[bool] = []

    async def stream(_info: Any) -> Any:
        try:
            yield {"b": 1}
            yield {"b": None}
            yield {"b": 2}
        finally:
            closed.append(True)

    query = "{ c { many { b } } name }"
    result = await ours(schema, query, {"c": {"many": stream}, "name": "n"})
    assert result.data == {"c": {"many": None}, "name": "n"}
    assert closed == [True]


def test_no_coroutine_is_lost_whatever_fails() -> None:
    """What the executor makes itself is awaited or closed; a lost one would be a warning, and so an error."""
    for seed in range(40):
        chance = random.Random(seed)  # noqa: S311 - nothing is secret
        graph = Graph(chance, waiting=True, trouble=15)
        document, variables = parse(graph.operation()), graph.variables(chance)
        asyncio.run(awaited(jit.execute(graph.schema, document, variable_values=variables)))
        graph.close_unstarted()
    gc.collect()
