"""A subgraph has circuits for its parts, and one for all of it."""

from __future__ import annotations

import asyncio
import gc
from functools import partial
from typing import Any

import pytest

from gateway.errors import (
    CircuitOpen,
    ConnectionFailed,
    ReplyTooLarge,
    SubgraphTimeout,
    SubgraphUnreachable,
    UnsendableRequest,
)
from gateway.features.resilience.circuits import Breaker, BreakerPolicy, Circuits, State, coordinates
from gateway.transport import FailedResponse
from jit.codegen import BudgetSpent
from tests.support.gateway.scripted_calls import VARIABLES, Clock, Scripted, root_fetch

POLICY = BreakerPolicy(failures=3, calls=100, open_seconds=2, probes=1)
GOOD = {"data": {"a": 1}}
A, B, AB = frozenset({"Query.a"}), frozenset({"Query.b"}), frozenset({"Query.a", "Query.b"})


def circuits(clock: Clock | None = None, codes: frozenset[str] = frozenset()) -> Circuits:
    """The circuits of a subgraph, without jitter."""
    make = partial(Breaker, clock=clock or Clock(), draw=lambda: 0.5)
    return Circuits("s", POLICY, 1.0, codes, make)


async def outcomes(call: Any, times: int = 1) -> list[str]:
    """The outcomes of successive calls."""
    found = []
    for _ in range(times):
        try:
            await call(VARIABLES, {}, None)
            found.append("ok")
        except (SubgraphUnreachable, BudgetSpent) as error:
            found.append(type(error).__name__)
    return found


async def test_a_field_that_fails_is_not_called_and_the_others_are() -> None:
    """Each root field has a circuit of its own."""
    one = circuits()
    failing = one.guarded(Scripted([SubgraphTimeout("late")]), A)
    sound = one.guarded(Scripted([GOOD]), B)
    assert await outcomes(failing, 4) == ["SubgraphTimeout"] * 3 + ["CircuitOpen"]
    assert await outcomes(sound, 3) == ["ok"] * 3
    assert (one.of(A).state, one.of(B).state, one.whole.state) == (State.OPEN, State.CLOSED, State.CLOSED)


async def test_fetches_that_ask_for_the_same_share_a_circuit() -> None:
    """Whatever their documents are."""
    one = circuits()
    first, second = (one.guarded(Scripted([SubgraphTimeout("late")]), A) for _ in range(2))
    await outcomes(first, 3)
    assert await outcomes(second) == ["CircuitOpen"]


async def test_a_fetch_of_several_fields_fails_for_itself() -> None:
    """Nobody can say which of them was slow, so each of them alone is still called."""
    one = circuits()
    both, only_a = one.guarded(Scripted([SubgraphTimeout("late")]), AB), one.guarded(Scripted([GOOD]), A)
    assert await outcomes(both, 4) == ["SubgraphTimeout"] * 3 + ["CircuitOpen"]
    assert await outcomes(only_a) == ["ok"]


async def test_a_fetch_of_several_fields_waits_for_none_that_fails_alone() -> None:
    """A field whose own circuit is open would only delay it."""
    one = circuits()
    only_a, call = one.guarded(Scripted([SubgraphTimeout("late")]), A), Scripted([GOOD])
    both = one.guarded(call, AB)
    await outcomes(only_a, 3)
    assert await outcomes(both) == ["CircuitOpen"]
    assert not call.calls


async def test_failed_connections_open_the_whole_subgraph() -> None:
    """Its other fields fail at once as well, and a probe of any of them closes it."""
    clock = Clock()
    one = circuits(clock)
    away, other = Scripted([ConnectionFailed("refused")] * 3 + [GOOD]), Scripted([GOOD])
    a, b = one.guarded(away, A), one.guarded(other, B)
    assert await outcomes(a, 3) == ["ConnectionFailed"] * 3
    assert await outcomes(b) == ["CircuitOpen"]
    assert not other.calls
    clock.now += 3
    assert await outcomes(b) == ["ok"]
    assert (await outcomes(a), one.whole.state) == (["ok"], State.CLOSED)


async def test_silence_about_three_things_opens_the_whole_subgraph() -> None:
    """One or two of them may be slow by themselves."""
    one = circuits()
    calls = [one.guarded(Scripted([SubgraphTimeout("late")]), frozenset({f"Query.{each}"})) for each in "abc"]
    for call in calls[:2]:
        await outcomes(call, 3)
    assert one.whole.state is State.CLOSED
    await outcomes(calls[2], 3)
    assert one.whole.state is State.OPEN


async def test_silence_does_not_count_while_something_is_answered() -> None:
    """The subgraph is alive."""
    one = circuits()
    sound = one.guarded(Scripted([GOOD]), B)
    for each in "cdefg":
        await outcomes(one.guarded(Scripted([SubgraphTimeout("late")]), frozenset({each})), 3)
        await outcomes(sound)
    assert one.whole.state is State.CLOSED


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        (GOOD, State.CLOSED),
        ({"data": None, "errors": [{"message": "no", "extensions": {"code": "FORBIDDEN"}}]}, State.CLOSED),
        ({"data": None, "errors": [{"message": "no", "extensions": {"code": "DOWN"}}]}, State.OPEN),
        ({"errors": ["x", {"extensions": []}, {"extensions": {"code": ["DOWN"]}}]}, State.CLOSED),
        (FailedResponse({"errors": [{"message": "no"}]}), State.OPEN),
        (SubgraphUnreachable("HTML"), State.OPEN),
        (BudgetSpent(), State.CLOSED),
        (UnsendableRequest("a header"), State.CLOSED),
        (ReplyTooLarge("3 MiB"), State.CLOSED),
    ],
)
async def test_what_counts_as_a_failure(entry: Any, state: State) -> None:
    """No response, a 5xx, and the codes that settings name; no other GraphQL error, and no large answer."""
    one = circuits(codes=frozenset({"DOWN"}))
    call = one.guarded(Scripted([entry]), A)
    await outcomes(call, 3)
    assert one.of(A).state is state


@pytest.mark.parametrize(("seconds", "state"), [(0.4, State.CLOSED), (0.6, State.OPEN)])
async def test_a_deadline_of_the_client_is_no_failure_of_the_subgraph(seconds: float, state: State) -> None:
    """A client that is always in a hurry must not have a field taken away from all others."""
    clock = Clock()
    one = circuits(clock)
    late = FailedResponse({"errors": [{"message": "", "extensions": {"code": "DEADLINE_EXCEEDED"}}]})

    async def answer(_variables: Any, _headers: Any, _session: object) -> Any:
        clock.now += seconds
        return late

    call = one.guarded(answer, A)
    await outcomes(call, 3)
    assert one.of(A).state is state


@pytest.mark.parametrize(("seconds", "state"), [(0.4, State.CLOSED), (0.6, State.OPEN)])
async def test_calls_that_clients_give_up_late_are_failures(seconds: float, state: State) -> None:
    """Else nobody would notice a dead subgraph whose clients have less patience than the gateway."""
    clock = Clock()
    one = circuits(clock)
    call = one.guarded(Scripted([asyncio.get_running_loop().create_future()]), A)
    for _ in range(3):
        waiting: asyncio.Future[Any] = asyncio.ensure_future(call(VARIABLES, {}, None))
        await asyncio.sleep(0)
        clock.now += seconds
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert one.of(A).state is state


async def test_circuits_live_as_long_as_plans_need_them() -> None:
    """Clients choose the combinations of fields: what they no longer use takes no memory."""
    one = circuits()
    kept = one.guarded(Scripted([GOOD]), A)
    for number in range(1000):
        await outcomes(one.guarded(Scripted([GOOD]), frozenset({f"Query.x{number}"})))
    gc.collect()
    assert [each.name for each in one.breakers()] == ["", "Query.a"]
    assert kept is not None


async def test_open_circuits_stay_when_plans_are_forgotten() -> None:
    """Else a flood of new documents would have a dead field called again and again."""
    one = circuits()
    await outcomes(one.guarded(Scripted([SubgraphTimeout("late")]), A), 3)
    gc.collect()
    assert await outcomes(one.guarded(Scripted([GOOD]), A)) == ["CircuitOpen"]


async def test_so_many_open_circuits_are_kept() -> None:
    """Combinations of dead fields cannot fill the memory either."""
    one = circuits()
    for number in range(300):
        await outcomes(one.guarded(Scripted([SubgraphTimeout("late")]), frozenset({f"Query.x{number}"})), 3)
        one.silent.clear()
    gc.collect()
    assert len(list(one.breakers())) <= 201


def test_a_root_fetch_asks_for_its_fields() -> None:
    """By their names in the schema, wherever they stand, and whatever clients call them."""
    document = "{ __typename first: a { id } ... on Query { b ...F } } fragment F on Query { c }"
    assert coordinates(root_fetch(document)) == {"Query.a", "Query.b", "Query.c"}
    assert coordinates(root_fetch("mutation { a { id } }")) == {"Mutation.a"}


async def test_open_circuits_say_so() -> None:
    """The reason in the log names the part."""
    one = circuits()
    call = one.guarded(Scripted([SubgraphTimeout("late")]), A)
    await outcomes(call, 3)
    with pytest.raises(CircuitOpen, match=r"Query\.a is open"):
        await call(VARIABLES, {}, None)
    assert one.refused == 1
