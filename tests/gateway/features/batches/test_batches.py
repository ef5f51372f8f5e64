"""Batches: refused in words by default, else bounded, and each request answered by itself."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import Any

import httpx
import pytest

from tests.gateway.faults.test_clients_and_calls import CHANGE, Gate
from tests.gateway.features.incremental.served import Served, served, until
from tests.gateway.federation_over_http import eventually, over_http
from tests.gateway.worlds import club

ME = {"query": "{ me { name } }"}
NAMED = {"data": {"me": {"name": "User 1"}}}
REVIEWS = {"query": "{ me { reviews { id } } }"}
REVIEWED = {"data": {"me": {"reviews": [{"id": "1"}, {"id": "5"}]}}}
JSON = {"content-type": "application/json"}


async def sent(gateway: Served, batch: Any, **headers: str) -> Any:
    """The response to a batch."""
    response = await gateway.client.post("/graphql", json=batch, headers=headers)
    return response.json()


def code(answer: Any) -> str:
    """The code of the only error of a response."""
    (error,) = answer["errors"]
    return str(error["extensions"]["code"])


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_batches_are_refused_in_words_unless_they_are_switched_on(accept: str) -> None:
    """The error says that the body is a batch, and what to do."""
    async with served() as gateway:
        response = await gateway.client.post("/graphql", json=[ME, ME], headers={"accept": accept})
    assert response.status_code == httpx.codes.BAD_REQUEST
    assert code(response.json()) == "BATCHING_NOT_ENABLED"
    assert "batches are not accepted here: send each request by itself" in response.text


async def test_each_request_is_answered_by_itself_and_in_order() -> None:
    """What one request lacks takes nothing from the others; single requests are answered as before."""
    wrong = [{"query": "{ nothing }"}, {}, 7, [ME], {"query": "subscription { none }"}]
    async with served(batches={"requests": 9}) as gateway:
        answers = await sent(gateway, [REVIEWS, *wrong, ME])
        assert (answers[0], answers[-1]) == (REVIEWED, NAMED)
        assert [code(each) for each in answers[1:-1]] == [
            "GRAPHQL_VALIDATION_FAILED",
            "INVALID_REQUEST",
            "INVALID_REQUEST",
            "BATCHING_NOT_ENABLED",
            "GRAPHQL_VALIDATION_FAILED",
        ]
        assert await sent(gateway, ME) == NAMED
        assert await sent(gateway, [ME], accept="application/graphql-response+json") == [NAMED]
    assert gateway.inside == 0


async def test_a_batch_is_bounded_in_number() -> None:
    """One request more is too many, and none is too few; nothing of such a batch is executed."""
    async with served(batches={"requests": 2}) as gateway:
        assert len(await sent(gateway, [ME, ME])) == 2
        before = len(gateway.federation.asked)
        assert code(await sent(gateway, [ME, ME, ME])) == "BATCH_LIMIT_EXCEEDED"
        assert code(await sent(gateway, [])) == "INVALID_REQUEST"
        assert len(gateway.federation.asked) == before


async def test_a_batch_may_cost_no_more_than_one_request() -> None:
    """The requests that exceed the limit together are refused; each alone is below it."""
    async with served(batches={"requests": 9}, cost={"limit": 20}) as gateway:
        answers = await sent(gateway, [REVIEWS] * 4)
        refused = [answer for answer in answers if "errors" in answer]
        assert {code(each) for each in refused} == {"COST_ESTIMATED_TOO_EXPENSIVE"}
        assert 0 < len(refused) < 4
        assert [each for each in answers if "errors" not in each] == [REVIEWED] * (4 - len(refused))
        assert await sent(gateway, [REVIEWS]) == [REVIEWED]
    async with served(batches={"requests": 9}, cost={"limit": 20, "mode": "measure"}) as gateway:
        assert await sent(gateway, [REVIEWS] * 4) == [REVIEWED] * 4


async def test_requests_of_a_batch_run_at_the_same_time_and_are_cut_off_together() -> None:
    """Those that are not answered in time are cancelled, and the others are answered."""
    async with served(batches={"requests": 9, "seconds": 3}) as gateway:
        other = {"query": "query Other { me { reviews { body } } }"}
        await sent(gateway, [ME])  # its plan is kept, so that its time is that of one call
        gateway.held.released.clear()
        answers = await sent(gateway, [REVIEWS, ME, other])
        assert (answers[1], code(answers[0]), code(answers[2])) == (NAMED, *["DEADLINE_EXCEEDED"] * 2)
        assert gateway.held.cancelled == 2
        assert gateway.inside == 0


async def test_a_mutation_of_a_batch_is_completed() -> None:
    """The time of the batch ends its queries, but no change that has begun."""
    read = '{ club(brand: "b") { id } }'
    async with over_http(club(), batches={"requests": 2, "seconds": 2}) as gateway:
        for known in (CHANGE, read):  # so that both are soon at the subgraph
            await gateway.ask(known)
        gate = Gate(gateway, "club")
        batch = [{"query": CHANGE}, {"query": read}]
        asked = asyncio.create_task(gateway.client.post("/graphql", json=batch))
        await eventually(lambda: gateway.calls("club"), 4)
        await eventually(lambda: len(gateway.cancelled), 1)
        gate.opened.set()
        changed, late = (await asked).json()
    assert changed == {"data": {"optIn": {"errors": []}}}
    assert code(late) == "DEADLINE_EXCEEDED"


async def test_a_client_that_disconnects_cancels_its_batch() -> None:
    """No call, and no place among the admitted, outlives the connection."""
    async with served(batches={"requests": 2}) as gateway:
        gateway.held.released.clear()
        asking = asyncio.create_task(sent(gateway, [REVIEWS, ME]))
        await until(lambda: gateway.held.asked == 1)
        asking.cancel()
        await until(lambda: gateway.held.cancelled == 1)
        await until(lambda: gateway.inside == 0)


async def test_each_request_of_a_batch_is_admitted_by_itself() -> None:
    """A batch takes as many places as the same requests one by one, and one for itself."""
    async with served(batches={"requests": 9}, requests_inside=3) as gateway:
        gateway.held.released.clear()
        asking = asyncio.create_task(sent(gateway, [REVIEWS] * 5))
        await until(lambda: gateway.inside == 3)
        gateway.held.released.set()
        answers = await asking
        codes = [code(answer) for answer in answers if "errors" in answer]
        assert codes
        assert set(codes) == {"OVERLOADED"}
        assert gateway.inside == 0


async def test_a_batch_is_read_as_strictly_as_a_request() -> None:
    """Repeated keys and deep nesting are refused; a compressed batch is read if that is on."""
    async with served(batches={"requests": 2}, gzip_requests=True) as gateway:

        async def raw(body: bytes, **headers: str) -> Any:
            response = await gateway.client.post("/graphql", content=body, headers={**JSON, **headers})
            return response.json()

        assert code(await raw(b'[{"query":"{ me { name } }","query":"{ me { id } }"}]')) == "INVALID_JSON"
        assert code(await raw(b'[{"query":"{ me { name } }"')) == "INVALID_JSON"
        deep = b'[{"query":"{ me { name } }","variables":{"a":' + b"[" * 120 + b"]" * 120 + b"}}]"
        assert code(await raw(deep)) == "INVALID_REQUEST"
        assert await raw(b'[{"query":"{ me { name } }","more":1}]') == [NAMED]
        packed = gzip.compress(json.dumps([ME, ME]).encode())
        assert await raw(packed, **{"content-encoding": "gzip"}) == [NAMED, NAMED]
        assert code(await raw(b"[" + b" " * 70_000 + b"]")) == "REQUEST_TOO_LARGE"


async def test_a_request_of_a_batch_is_answered_as_a_whole() -> None:
    """Its client reads parts only of single responses."""
    deferring = {"query": "{ me { name ... @defer { reviews { id } } } }"}
    accept = "multipart/mixed;incrementalSpec=v0.2, application/json"
    async with served(batches={"requests": 2}) as gateway:
        (answer,) = await sent(gateway, [deferring], accept=accept)
    assert answer == {"data": {"me": {**NAMED["data"]["me"], **REVIEWED["data"]["me"]}}}
