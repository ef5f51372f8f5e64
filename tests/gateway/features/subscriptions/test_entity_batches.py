"""Entities that several subscribers need at once are fetched by one call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from hypothesis import given
from hypothesis import strategies as st

from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, create_gateway
from gateway.errors import SubgraphTimeout
from gateway.executor.merge import copied
from gateway.features.subscriptions.entity_batches import EntityBatches
from gateway.pipeline.preparation.preparer import Preparer
from gateway.plan import Fetch
from gateway.supergraph import load_supergraph
from gateway.transport import FailedResponse, SubgraphOperation
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.gateway.features.subscriptions.newsroom import SDL, Newsroom, Wire, body, subscribed
from tests.support.gateway.scripted_calls import Scripted

QUERY = "subscription { published { author { name } } }"


def entity_fetch() -> Fetch:
    """The second fetch of a subscription."""
    return Preparer(load_supergraph(SDL), GENEROUS_LIMITS).plan(QUERY, None, {})[1].plan.fetches[1]


FETCH = entity_fetch()


def joined(
    call: SubgraphOperation,
    *,
    public: bool = False,
    most: int = 100,
    identify: Callable[[object], object] = id,
) -> SubgraphOperation:
    """The call with what joins it."""
    batches = EntityBatches(
        frozenset({"authors"}), most, frozenset({"traceparent"}), lambda _: public, identify
    )
    return batches.wrap(call, FETCH, "query")


def representations(*ids: int) -> dict[str, Any]:
    """Variables of a call."""
    return {"representations": [{"__typename": "Article", "id": str(each)} for each in ids]}


class Authors:
    """A subgraph that answers, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def __call__(
        self, variables: Mapping[str, Any], _headers: Mapping[str, str], _session: object
    ) -> Mapping[str, Any]:
        """Answer; articles above 90 have an error."""
        ids = [each["id"] for each in variables["representations"]]
        self.asked.append(ids)
        found = [{"author": {"name": each}} if int(each) < 90 else None for each in ids]
        errors = [
            {"message": each, "path": ["_entities", index, "author"]}
            for index, each in enumerate(ids)
            if int(each) >= 90
        ]
        return {"data": {"_entities": found}} | ({"errors": errors} if errors else {})


@given(st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=6), min_size=1, max_size=6))
def test_each_gets_what_it_would_get_alone(asking: list[list[int]]) -> None:
    """The same entities and errors, at its own places; and each entity is fetched once."""

    async def compared() -> None:
        authors, alone = Authors(), Authors()
        call = joined(authors)
        found = await asyncio.gather(*(call(representations(*ids), {}, None) for ids in asking))
        expected = [copied(await alone(representations(*ids), {}, None)) for ids in asking]
        for one, other in zip(found, expected, strict=True):
            assert one["data"] == other["data"]
            assert sorted(map(str, one.get("errors", ()))) == sorted(map(str, other.get("errors", ())))
        if len(asking) > 1:
            assert authors.asked == [list(dict.fromkeys(str(each) for ids in asking for each in ids))]

    asyncio.run(compared())


async def test_an_error_that_took_all_entities_is_told_to_those_who_asked_for_its_own() -> None:
    """At its place in their part; the others' entities are null without an error."""

    async def call(*_: object) -> Mapping[str, Any]:
        return {"data": None, "errors": [{"message": "3", "path": ["_entities", 2, "author"]}]}

    ask = joined(call)
    one, other = await asyncio.gather(*(ask(representations(*each), {}, None) for each in ((1, 2), (3,))))
    assert one == {"data": {"_entities": [None, None]}}
    assert other == {"data": None, "errors": [{"message": "3", "path": ["_entities", 0, "author"]}]}


async def test_answers_are_not_shared() -> None:
    """Each subscriber merges its own data into what it gets."""
    call = joined(Authors())
    one, two = await asyncio.gather(*(call(representations(1), {}, None) for _ in range(2)))
    one["data"]["_entities"][0]["author"]["name"] = "changed"
    assert two["data"]["_entities"][0]["author"]["name"] == "1"


@pytest.mark.parametrize(
    ("one", "other", "calls"),
    [
        (({"authorization": "a"}, None), ({"authorization": "b"}, None), 2),
        (({"accept-language": "de"}, None), ({"accept-language": "en"}, None), 2),
        (({"traceparent": "a"}, None), ({"traceparent": "b"}, None), 1),
        (({}, "a"), ({}, "b"), 2),
        (({}, "a"), ({}, "a"), 1),
    ],
)
async def test_only_calls_for_one_customer_are_joined(one: Any, other: Any, calls: int) -> None:
    """By their headers and sessions; those of traces do not matter."""
    authors = Authors()
    call = joined(authors, identify=str)
    await asyncio.gather(*(call(representations(1), *each) for each in (one, other)))
    assert len(authors.asked) == calls


async def test_public_entities_are_fetched_for_all_customers() -> None:
    """If there are errors, perhaps for one of them: then each asks for itself."""
    authors = Authors()
    call = joined(authors, public=True)
    asked = ({"authorization": each} for each in "ab")
    await asyncio.gather(*(call(representations(1), each, each) for each in asked))
    assert authors.asked == [["1"]]
    asked = ({"authorization": each} for each in "ab")
    await asyncio.gather(*(call(representations(95), each, each) for each in asked))
    assert authors.asked[1:] == [["95"]] * 3


async def test_a_call_has_not_too_many_entities() -> None:
    """The limit on a fetch holds for what is joined, too."""
    authors = Authors()
    call = joined(authors, most=3)
    await asyncio.gather(*(call(representations(each, each + 1), {}, None) for each in (1, 3, 5)))
    assert sorted(map(len, authors.asked)) == [2, 2, 2]


@pytest.mark.parametrize(
    "answer", [{"data": None, "errors": [{"message": "no"}]}, FailedResponse({"data": None}), {"data": {}}]
)
async def test_an_answer_without_entities_goes_to_all(answer: Mapping[str, Any]) -> None:
    """As it is: the executor says what is missing."""
    call = joined(Scripted([answer]))
    found = await asyncio.gather(*(call(representations(each), {}, None) for each in (1, 2)))
    assert [type(each) for each in found] == [type(answer)] * 2
    assert found == [answer] * 2


async def test_a_failure_goes_to_all() -> None:
    """Each has an exception of its own."""
    call = joined(Scripted([SubgraphTimeout("late")]))
    found = await asyncio.gather(
        *(call(representations(each), {}, None) for each in (1, 2)), return_exceptions=True
    )
    assert [type(each) for each in found] == [SubgraphTimeout] * 2
    assert found[0] is not found[1]


async def test_a_subscriber_that_leaves_takes_nothing_from_the_others() -> None:
    """Its call continues for them."""
    answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    call = joined(Scripted([answered]))
    one, two = [asyncio.ensure_future(call(representations(each), {}, None)) for each in (1, 2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    one.cancel()
    answered.set_result({"data": {"_entities": [{"author": None}, {"author": {"name": "2"}}]}})
    assert (await two)["data"] == {"_entities": [{"author": {"name": "2"}}]}


async def test_a_gateway_joins_what_its_subscribers_need() -> None:
    """Of an event that goes to many, and of several events at once: one request over HTTP."""
    asked: list[list[str]] = []

    async def answer(request: Request) -> JSONResponse:
        content = await request.json()
        ids = [each["id"] for each in content["variables"]["representations"]]
        asked.append(ids)
        return JSONResponse({"data": {"_entities": [{"author": {"name": each}} for each in ids]}})

    authors = FastAPI()
    authors.add_route("/graphql", answer, methods=["POST"])
    wires = [Wire(), Wire()]
    newsroom = Newsroom(lambda arguments: wires[arguments.get("topic") == "b"](arguments))
    with listen("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"
        async with serving(authors, listener):
            settings = GatewaySettings(subgraph_urls={"authors": url}, total_seconds=20.0)
            app = create_gateway(SDL, {"feed": newsroom.transports()["feed"]}, settings)
            query = "subscription($topic: String) { published(topic: $topic) { author { name } } }"
            streams = [await subscribed(app, query, variables={"topic": each}) for each in ("a", "a", "b")]
            reading = [asyncio.ensure_future(anext(aiter(each))) for each in streams]
            await asyncio.sleep(0)
            wires[0].send(1)
            wires[1].send(2)
            found = [body(await asyncio.wait_for(each, 20)) for each in reading]
            for stream in streams:
                await stream.aclose()
    names = [each["data"]["published"]["author"]["name"] for each in found]
    assert names == ["1", "1", "2"]
    assert asked == [["1", "2"]]
