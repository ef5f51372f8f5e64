"""Responses in parts over the real server: when parts arrive, in which format, and what ends them."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.features.incremental.served import EVENTS, MULTIPART, PATIENCE_SECONDS, served, until

NODE = Path(__file__).resolve().parents[3] / "node"
REVIEWS = '{ me { id ... @defer(label: "r") { reviews { id } } } }'
WHOLE = {"data": {"me": {"id": "1", "reviews": [{"id": "1"}, {"id": "5"}]}}}
FIRST = {"data": {"me": {"id": "1"}}, "pending": [{"id": "0", "path": ["me"], "label": "r"}], "hasNext": True}
REST = {
    "incremental": [{"id": "0", "data": {"reviews": [{"id": "1"}, {"id": "5"}]}}],
    "completed": [{"id": "0"}],
    "hasNext": False,
}
OLDER_REST = {
    "incremental": [{"data": {"reviews": [{"id": "1"}, {"id": "5"}]}, "path": ["me"], "label": "r"}],
    "hasNext": False,
}


@pytest.mark.parametrize("headers", [MULTIPART, EVENTS], ids=["multipart", "sse"])
async def test_the_first_part_does_not_wait_for_a_subgraph_of_a_deferred_fragment(
    headers: dict[str, str],
) -> None:
    """It is there while the subgraph has been asked and has not answered."""
    async with served() as gateway:
        gateway.held.released.clear()
        async with gateway.parts(REVIEWS, headers) as parts:
            assert await anext(parts) == FIRST
            await until(lambda: gateway.held.asked == 1)
            gateway.held.released.set()
            assert await anext(parts) == REST
            with pytest.raises(StopAsyncIteration):
                await anext(parts)


@pytest.mark.parametrize("headers", [MULTIPART, EVENTS], ids=["multipart", "sse"])
async def test_a_client_that_disconnects_cancels_the_fetches(headers: dict[str, str]) -> None:
    """Nothing of the response is left: no call, no place among the admitted, no connection."""
    async with served() as gateway:
        gateway.held.released.clear()
        async with gateway.parts(REVIEWS, headers) as parts:
            await anext(parts)
            await until(lambda: gateway.held.asked == 1)
            assert gateway.metrics.open == gateway.inside == 1
        await until(lambda: gateway.held.cancelled == 1)
        await until(lambda: gateway.metrics.open == gateway.inside == 0)
        await until(lambda: not gateway.app.live.metrics.operations)
        assert (gateway.metrics.responses, gateway.metrics.parts) == (1, 1)
        assert gateway.held.asked == 0


async def test_the_accept_header_chooses_the_format() -> None:
    """The latest format is the default; a client that accepts no format gets one complete response."""
    async with served() as gateway:
        formats: dict[str, Any] = {
            "multipart/mixed;incrementalDeliverySpec=3283f8a, application/json": ("v0.2", [FIRST, REST]),
            "application/json, multipart/mixed": ("v0.2", [FIRST, REST]),
            'multipart/mixed; deferSpec="20220824", application/graphql-response+json': (
                "20220824",
                [{"data": {"me": {"id": "1"}}, "hasNext": True}, OLDER_REST],
            ),
            "text/event-stream;incrementalSpec=v0.1": (
                None,
                [{"data": {"me": {"id": "1"}}, "hasNext": True}, OLDER_REST],
            ),
        }
        for accept, (spec, expected) in formats.items():
            async with gateway.parts(REVIEWS, {"accept": accept}) as parts:
                assert [part async for part in parts] == expected
                content_type = parts.response.headers["content-type"]
                assert content_type.startswith("text/event-stream") if spec is None else spec in content_type
        for accept in (
            "application/json",
            "*/*",
            "multipart/mixed;subscriptionSpec=1.0, application/json",
            "multipart/mixed;deferSpec=20991231, application/json",
        ):
            response = await gateway.client.post(
                "/graphql", json={"query": REVIEWS}, headers={"accept": accept}
            )
            assert response.json() == WHOLE
            assert response.headers["content-type"].startswith("application/json")


async def test_an_operation_that_defers_nothing_is_answered_with_json() -> None:
    """Clients that always accept parts get parts only if a condition holds."""
    query = "query ($late: Boolean!) { me { id ... @defer(if: $late) { reviews { id } } } }"
    async with served() as gateway:
        for late in (False, True, False):
            response = await gateway.client.post(
                "/graphql", json={"query": query, "variables": {"late": late}}, headers=MULTIPART
            )
            is_json = response.headers["content-type"].startswith("application/json")
            assert is_json is not late
            assert late or response.json() == WHOLE


async def test_without_streams_every_client_gets_one_complete_response() -> None:
    """If the settings switch streams off, the directives change nothing."""
    async with served(live=False) as gateway:
        response = await gateway.client.post("/graphql", json={"query": REVIEWS}, headers=MULTIPART)
        assert response.json() == WHOLE


async def test_real_clients_read_the_parts() -> None:
    """Apollo Client by both of its formats, meros as in GraphiQL, graphql-ws and graphql-sse."""
    async with served() as gateway:
        url = f"http://127.0.0.1:{gateway.port}/graphql"
        process = await asyncio.create_subprocess_exec(
            "node", "incremental-clients.mjs", url, REVIEWS, cwd=NODE, stdout=PIPE
        )
        async with asyncio.timeout(PATIENCE_SECONDS):
            written, _ = await process.communicate()
    results: dict[str, list[Any]] = {}
    for line in written.decode().splitlines():
        said = json.loads(line)
        results.setdefault(said["client"], []).append(said["result"])
    for name in ("meros", "ws", "sse"):
        assert results[name] == [FIRST, REST]
    for name in ("apollo", "apollo-older"):
        first, *_, last = results[name]
        assert first == {"data": {"me": {"__typename": "User", "id": "1"}}, "dataState": "streaming"}
        assert last["dataState"] == "complete"
        assert [each["id"] for each in last["data"]["me"]["reviews"]] == ["1", "5"]


async def test_the_last_part_has_the_plan_and_the_timings_of_all_fetches() -> None:
    """For a client that may ask, as beside any other response."""
    async with served(observation={"debug_in_response": True}) as gateway:
        headers = {**MULTIPART, "graphql-debug": "plan,timing"}
        first, last = await gateway.all_parts(REVIEWS, headers)
    assert first == FIRST
    told = last["extensions"]
    assert told["queryPlan"]["json"]["node"]["kind"] == "Defer"
    fetches = [stage["subgraph"] for stage in told["timing"]["stages"] if stage["name"].startswith("fetch ")]
    assert fetches == ["accounts", "reviews"]


async def test_fragments_that_overlap_send_each_field_once() -> None:
    """Hooks see the whole response, into which no part is merged that is still to be sent."""
    async with served() as gateway:
        _, part, _ = await gateway.all_parts(
            "{ me { ... @defer { reviews { id } } ... @defer { reviews { body } } } }"
        )
    increments = [each["data"] for each in part["incremental"]]
    assert increments == [{"reviews": [{}, {}]}, {"id": "1"}, {"id": "5"}]
