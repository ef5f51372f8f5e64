"""A subgraph that is a server of its own continues the gateway's traces."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from opentelemetry.trace import SpanKind

from foundation.tracing import Sampling
from subgraphs.kit.graphql.callers import DEVELOPMENT
from tests.support.subgraphs.club_fixture import ClubFixture, session
from tests.support.subgraphs.club_samples import NOW
from tests.support.telemetry.recorded_spans import Recording

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-"
QUERY = {"query": '{ club(brand: "northbet") { id membership { optedIn } } }'}


@pytest.fixture
def recording() -> Recording:
    """A recording of the traces that others record, and of no other."""
    return Recording(Sampling(0.0))


@pytest.fixture
async def client(sqlite_url: str, recording: Recording) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the club's server."""
    club_fixture = ClubFixture.over(sqlite_url, NOW, tracer=recording.tracing.tracer)
    await club_fixture.add_northbet("c-1")
    transport = httpx.ASGITransport(club_fixture.club.http_app(DEVELOPMENT, recording.tracing))
    async with httpx.AsyncClient(transport=transport, base_url="http://club.test") as made:
        yield made
    await club_fixture.close()


async def test_a_recorded_trace_goes_on_in_the_subgraph(
    client: httpx.AsyncClient, recording: Recording
) -> None:
    """Its span has the fetch above it, and reads and statements below."""
    headers = session("c-1") | {"traceparent": f"{PARENT}01"}
    assert (await client.post("/graphql", json=QUERY, headers=headers)).json()["data"]["club"]
    root = recording.named("POST /graphql")
    assert root.kind is SpanKind.SERVER
    assert root.parent is not None
    assert (root.context.trace_id, root.parent.span_id) == (int(PARENT[3:35], 16), int(PARENT[36:52], 16))
    (load,) = [span for span in recording.children(root) if span.name.startswith("load ")]
    assert [span.name for span in recording.children(load)] == ["SELECT account"]


@pytest.mark.parametrize("traceparent", [f"{PARENT}00", "", "x"])
async def test_no_other_request_is_recorded(
    client: httpx.AsyncClient, recording: Recording, traceparent: str
) -> None:
    """Neither one that the gateway does not record, nor one without a trace that is not drawn."""
    headers = session("c-1") | ({"traceparent": traceparent} if traceparent else {})
    assert (await client.post("/graphql", json=QUERY, headers=headers)).json()["data"]["club"]
    assert recording.spans == []


async def test_a_refused_request_names_its_reason(client: httpx.AsyncClient, recording: Recording) -> None:
    """A forged token is no fault of the subgraph."""
    headers = {"authorization": "Bearer canary", "traceparent": f"{PARENT}01"}
    assert (await client.post("/graphql", json=QUERY, headers=headers)).status_code == 401
    root = recording.named("POST /graphql")
    assert root.attributes is not None
    assert root.attributes["error.type"] == "UNAUTHENTICATED"
    assert "canary" not in root.to_json()
