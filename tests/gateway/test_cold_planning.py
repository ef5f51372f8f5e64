"""A document that is seen for the first time is planned in a thread: others are served meanwhile."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.graphql_http import GraphQLRequest
from gateway.errors import CannotPlan, InvalidDocument, Overloaded, RequestError
from gateway.pipeline.cold_planning import MAX_WAITING, ColdPlanning
from gateway.pipeline.preparation.limits import PreparationLimits
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.preparer import Preparer
from gateway.settings.limits import Budget
from gateway.supergraph import load_supergraph

SUPERGRAPH = load_supergraph((Path(__file__).resolve().parents[2] / "schema.graphql").read_text())


class Held:
    """Compiles nothing, but holds the planning thread until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.go_on = threading.Event()
        self.plans: list[PlannedOperation] = []

    def __call__(self, ready: PlannedOperation) -> None:
        """Holds the thread that has planned a request."""
        self.plans.append(ready)
        self.entered.set()
        assert self.go_on.wait(60)


@pytest.fixture
def held() -> Iterator[Held]:
    """What holds the thread; let go at the end."""
    one = Held()
    yield one
    one.go_on.set()


@pytest.fixture
def preparer() -> Preparer:
    """Plans for the club."""
    return Preparer(SUPERGRAPH, PreparationLimits())


@pytest.fixture
def planning(preparer: Preparer, held: Held) -> Iterator[ColdPlanning]:
    """Planning that is held after its first plan."""
    one = ColdPlanning(preparer, lambda _: None, held)
    yield one
    held.go_on.set()
    one.close()


def asked(query: str) -> GraphQLRequest:
    """A request with a document."""
    return GraphQLRequest(query)


async def planned(planning: ColdPlanning, query: str) -> PlannedOperation:
    """Prepares and plans a document, as the pipeline does."""
    prepared = await planning.prepare(asked(query))
    return planning.known_plan(prepared) or await planning.plan(prepared)


async def entered(held: Held) -> None:
    """Waits until the thread is at work."""
    assert await asyncio.to_thread(held.entered.wait, 60)


async def test_known_documents_are_served_while_a_new_one_is_planned(
    planning: ColdPlanning, preparer: Preparer, held: Held
) -> None:
    """The event loop is not blocked: planned documents are answered at once."""
    known = preparer.plan_request(preparer.prepare_request(asked("{ __typename }")))
    slow = asyncio.create_task(planned(planning, "{ new: __typename }"))
    await entered(held)
    for _ in range(100):
        assert await planned(planning, "{ __typename }") is known
    assert not slow.done()
    held.go_on.set()
    assert (await slow).plan is not None


async def test_requests_with_one_document_wait_for_one_plan(planning: ColdPlanning, held: Held) -> None:
    """Five hundred at once plan it once; one that is cancelled takes nothing from the others."""
    first = asyncio.create_task(planned(planning, "{ new: __typename }"))
    await entered(held)
    others = [asyncio.create_task(planned(planning, "{ new: __typename }")) for _ in range(500)]
    await asyncio.sleep(0)
    first.cancel()
    others[0].cancel()
    await asyncio.sleep(0)
    held.go_on.set()
    ready = await asyncio.gather(*others[1:])
    assert len({id(one) for one in ready}) == 1
    assert len(held.plans) == 1


async def test_an_invalid_document_is_refused_for_everybody(planning: ColdPlanning) -> None:
    """Each request gets the error, and the next document is planned."""
    found = await asyncio.gather(
        *(planning.prepare(asked("{ nothing }")) for _ in range(3)), return_exceptions=True
    )
    assert [type(one) for one in found] == [InvalidDocument] * 3


async def test_a_flood_of_new_documents_is_refused_beyond_a_bound(planning: ColdPlanning, held: Held) -> None:
    """So that what waits cannot grow without end; those who wait are planned in the end."""
    waiting = [
        asyncio.create_task(planned(planning, f"{{ a{number}: __typename }}"))
        for number in range(MAX_WAITING)
    ]
    await entered(held)
    while planning.waiting < MAX_WAITING:  # noqa: ASYNC110 - the thread, which has no event, starts their plans
        await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await planned(planning, "{ one_more: __typename }")
    held.go_on.set()
    assert len(await asyncio.gather(*waiting)) == MAX_WAITING


def frames(error: BaseException) -> int:
    """How many frames an exception keeps."""
    count, traceback = 0, error.__traceback__
    while traceback is not None:
        count, traceback = count + 1, traceback.tb_next
    return count


def test_an_operation_that_cannot_be_planned_takes_the_budget_once() -> None:
    """Its refusal is remembered, so sending it again costs nothing more."""
    preparer = Preparer(SUPERGRAPH, PreparationLimits(budget=Budget(steps=1, tries=1)))
    request = preparer.prepare_request(asked('{ club(brand: "b") { id brand { name } } }'))
    with pytest.raises(CannotPlan) as first:
        preparer.plan_request(request)
    with pytest.raises(CannotPlan) as second:
        preparer.cached_plan(request)
    assert (second.value.message, second.value.code) == (first.value.message, first.value.code)
    assert second.value is not first.value


@pytest.mark.parametrize("query", ["{ nothing }", "{ club { id } }"])
def test_a_refusal_that_is_remembered_keeps_no_frames_of_its_requests(query: str) -> None:
    """A client that sends one invalid document all day takes no memory by it."""
    preparer = Preparer(SUPERGRAPH, PreparationLimits())
    found = []
    for _ in range(50):
        with pytest.raises(RequestError) as refused:
            preparer.prepare(query, None)
        found.append(frames(refused.value))
    assert max(found[2:]) <= found[1]


async def test_a_plan_is_compiled_in_the_thread_once_it_is_used_again(preparer: Preparer, held: Held) -> None:
    """A document that is sent once costs no compilation, and no request waits for the compilation."""
    planning = ColdPlanning(preparer, held, lambda _: None)
    request = preparer.prepare_request(asked("{ new: __typename }"))
    planned = await planning.plan(request)
    assert (planned.is_ready, planning.waiting) == (False, 0)
    for _ in range(2):
        assert planning.known_plan(request) is planned
        assert planning.waiting == 1
    held.go_on.set()
    async with asyncio.timeout(60):
        while planning.waiting:  # noqa: ASYNC110 - a thread is no event
            await asyncio.sleep(0.005)
    assert planning.known_plan(request) is planned
    assert held.plans == [planned]
    planning.close()
