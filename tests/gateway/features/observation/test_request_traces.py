"""Requests are traced from their arrival to their projection, if they are sampled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from opentelemetry.trace import SpanKind, StatusCode

from foundation.tracing import Sampling
from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, MemoryTransport, Unauthenticated, create_gateway
from gateway.features.observation import observation
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.sessions import Sessions
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.merged_settings import merged
from tests.gateway.world import Federation
from tests.gateway.worlds import shop
from tests.support.gateway.installing import Offers
from tests.support.telemetry.recorded_spans import Recording, attributes_of

QUERY = "query Reviewed { topProducts { upc reviews { author { username } } } }"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CALLER_TRACE = 0x0AF7651916CD43DD8448EB211C80319C
NEVER, ALWAYS = Sampling(0.0), Sampling(1.0)


class Asked:
    """A gateway over the shop, and the headers that its subgraphs have seen."""

    def __init__(self, recording: Recording | None, **options: Any) -> None:
        federation = shop()
        self.seen: list[dict[str, str]] = []
        traces = {} if recording is None else {"observation": {"tracing": True}}
        settings = GatewaySettings(**merged(traces, options.pop("settings", {})))
        self.app: Any = create_gateway(
            federation.sdl,
            {name: self._noting(federation, name) for name in federation.transports()},
            settings,
            features=[] if recording is None else [Offers(recording.tracing)],
            **options,
        )

    def _noting(self, federation: Federation, name: str) -> MemoryTransport:
        inner = federation.transports()[name]

        def prepare(document: str, operation: str | None) -> Any:
            call = inner.prepare(document, operation)

            async def noting(
                variables: Mapping[str, Any], headers: Mapping[str, str], session: object
            ) -> Any:
                self.seen.append(dict(headers))
                return await call(variables, headers, session)

            return noting

        return MemoryTransport(prepare)

    async def post(self, query: str = QUERY, **headers: str) -> httpx.Response:
        """Send a query."""
        transport = httpx.ASGITransport(self.app)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
            return await client.post("/graphql", json={"query": query}, headers=sent)


@pytest.fixture
def every_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even the shortest stage has a span."""
    monkeypatch.setattr(observation, "SHORTEST", 0)


@pytest.mark.usefixtures("every_stage")
async def test_a_request_is_one_trace() -> None:
    """Its stages and each fetch are spans below that of the request."""
    recording = Recording()
    asked = Asked(recording)
    assert (await asked.post(graphql_client_name="slip")).status_code == 200
    root = recording.named("POST /graphql")
    assert root.parent is None
    assert root.kind is SpanKind.SERVER
    names = list(recording.tree(root))
    assert names[:3] == ["prepare", "policies", "plan"]
    assert names[-1] == "project"
    assert sum(name.startswith("fetch ") for name in names) == len(asked.seen) >= 2
    assert len({span.context.trace_id for span in recording.spans}) == 1
    assert dict(root.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": "/graphql",
        "http.response.status_code": 200,
        "graphql.operation.type": "query",
        "graphql.operation.name": "Reviewed",
        "graphql.document.hash": attributes_of(root)["graphql.document.hash"],
        "graphql.client.name": "slip",
        "graphql.client.class": "default",
        "graphql.response.outcome": "ok",
    }


async def test_a_fetch_says_what_it_asks_for_but_not_for_whom() -> None:
    """It has subgraph, kind and number of entities; the subgraph gets its span as the parent."""
    recording = Recording()
    asked = Asked(recording)
    await asked.post()
    fetches = [span for span in recording.spans if span.name.startswith("fetch ")]
    kinds = {(span.attributes or {})["fetch.kind"] for span in fetches}
    assert kinds == {"root", "entities"}
    entities = [
        attributes_of(span)["fetch.entities"] for span in fetches if "fetch.entities" in attributes_of(span)
    ]
    assert all(count > 0 for count in entities)
    expected = {
        f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-{span.context.trace_flags:02x}"
        for span in fetches
    }
    assert {headers["traceparent"] for headers in asked.seen} == expected


async def test_a_short_stage_has_no_span(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would cost more than the stage; the request's span names the caches that made it short."""
    monkeypatch.setattr(observation, "SHORTEST", 3_600_000_000_000)
    recording = Recording()
    asked = Asked(recording)
    await asked.post()
    recording.exporter.clear()
    await asked.post()
    assert {span.name.split()[0] for span in recording.spans} == {"POST", "fetch"}
    assert attributes_of(recording.named("POST /graphql"))["cache.hits"] == "bodies,plans"


@pytest.mark.usefixtures("every_stage")
async def test_the_caches_of_a_known_request_are_named() -> None:
    """The second request of one body is neither parsed nor planned again."""
    recording = Recording()
    asked = Asked(recording)
    await asked.post()
    recording.exporter.clear()
    await asked.post()
    caches = {span.name: (span.attributes or {}).get("cache") for span in recording.spans}
    assert (caches["prepare"], caches["plan"]) == ("bodies", "plans")


@pytest.mark.parametrize("headers", [{}, {"traceparent": CALLER}])
async def test_a_request_that_is_not_sampled_is_as_without_tracing(headers: dict[str, str]) -> None:
    """No span is built, and subgraphs in the process see no client's trace, which they would follow."""
    recording = Recording(NEVER)
    asked = Asked(recording)
    await asked.post(**headers)
    assert not recording.spans
    told = {found.get("traceparent") for found in asked.seen}
    if headers:
        (header,) = told
        assert header is not None
        assert header.endswith("-00")
        assert header[:35] != CALLER[:35]
    else:
        assert told == {None}


async def test_a_subgraph_over_http_is_told_what_is_not_recorded() -> None:
    """Otherwise it would begin a trace of its own, by its own share."""
    recording = Recording(NEVER)
    seen: list[str] = []

    async def served(scope: Any, receive: Any, send: Any) -> None:
        seen.extend(value.decode() for name, value in scope["headers"] if name == b"traceparent")
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"27")]})
        await send({"type": "http.response.body", "body": b'{"data":{"me":{"name":"x"}}}'[:27]})

    with listen("127.0.0.1", 0) as listener:
        async with serving(served, listener):
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            federation = shop()
            urls = dict.fromkeys(federation.transports(), url)
            app = create_gateway(
                federation.sdl,
                None,
                GatewaySettings(subgraph_urls=urls, observation={"tracing": True}),
                features=[Offers(recording.tracing)],
            )
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://gateway.test"
            ) as client:
                await client.post("/graphql", json={"query": "{ me { name } }"})
    (header,) = seen
    assert header.endswith("-00")
    assert not recording.spans


async def test_without_tracing_nothing_is_built() -> None:
    """Clients reach the pipeline itself, and no call of a subgraph is wrapped."""
    asked = Asked(None)
    pipeline: Any = asked.app._graph.current.endpoint.pipeline
    assert type(pipeline) is Pipeline
    executor: Any = pipeline.executor
    assert executor.middleware == ()
    await asked.post(traceparent=CALLER, tracestate="vendor=1")
    assert {headers["traceparent"] for headers in asked.seen} == {CALLER}
    assert {headers["tracestate"] for headers in asked.seen} == {"vendor=1"}


async def test_a_client_cannot_have_its_requests_recorded() -> None:
    """Its trace is only linked to: on the internet anybody may send such a header."""
    recording = Recording()
    asked = Asked(recording)
    await asked.post(traceparent=CALLER, tracestate="vendor=1")
    assert not any("tracestate" in headers for headers in asked.seen)
    root = recording.named("POST /graphql")
    assert root.context.trace_id != CALLER_TRACE
    assert root.parent is None
    assert [link.context.trace_id for link in root.links] == [CALLER_TRACE]


@pytest.mark.parametrize(("flags", "recorded"), [("01", True), ("00", False)])
async def test_a_trusted_client_is_followed(flags: str, *, recorded: bool) -> None:
    """If the settings trust clients, their trace is continued as its flag says, whatever would be drawn."""
    recording = Recording(NEVER if recorded else ALWAYS)
    asked = Asked(recording, settings={"observation": {"tracing_trusts_clients": True}})
    await asked.post(traceparent=f"{CALLER[:-2]}{flags}", tracestate="vendor=1")
    assert {headers["traceparent"][3:35] for headers in asked.seen} == {CALLER[3:35]}
    assert {headers["tracestate"] for headers in asked.seen} == {"vendor=1"}
    if recorded:
        root = recording.named("POST /graphql")
        assert (root.context.trace_id, root.parent and root.parent.span_id) == (
            CALLER_TRACE,
            0xB7AD6B7169203331,
        )
    else:
        assert not recording.spans
        assert {headers["traceparent"][-2:] for headers in asked.seen} == {"00"}


@pytest.mark.parametrize(
    "broken", ["x", "00-0-0-01", f"{CALLER}-", CALLER.upper(), "00-" + "0" * 32 + CALLER[35:]]
)
async def test_a_malformed_header_is_no_trace(broken: str) -> None:
    """It is treated as if it had not been sent, also from a trusted client."""
    recording = Recording()
    await Asked(recording, settings={"observation": {"tracing_trusts_clients": True}}).post(
        traceparent=broken
    )
    root = recording.named("POST /graphql")
    assert (root.parent, list(root.links)) == (None, [])


async def test_a_refusal_is_named_by_its_code() -> None:
    """A span has no message, which could repeat what the client has sent."""
    recording = Recording()
    await Asked(recording).post("{ me { secretOfC4711 } }")
    root = recording.named("POST /graphql")
    assert attributes_of(root)["error.type"] == "GRAPHQL_VALIDATION_FAILED"
    assert attributes_of(root)["http.response.status_code"] == 400
    assert root.status.status_code is StatusCode.UNSET
    assert "secretOfC4711" not in "".join(span.to_json() for span in recording.spans)


@pytest.mark.usefixtures("every_stage")
async def test_a_stranger_is_refused_in_a_trace_of_two_spans() -> None:
    """Nothing is prepared for somebody without a session."""

    async def authenticate(_headers: Mapping[str, str]) -> object:
        raise Unauthenticated

    recording = Recording()
    assert (await Asked(recording, sessions=Sessions(authenticate)).post()).status_code == 401
    assert [span.name for span in recording.spans] == ["authenticate", "POST /graphql"]
    assert {attributes_of(span)["error.type"] for span in recording.spans} == {"UNAUTHENTICATED"}


async def test_a_failed_fetch_is_a_failed_span() -> None:
    """Its error has a type; what the subgraph says of it stays out of the trace."""
    recording = Recording()
    federation = shop()

    async def broken(_request: SubgraphRequest) -> Any:
        raise OSError("db-7.internal refuses customer c-4711")

    transports = {name: asking(broken) for name in federation.transports()}
    settings = GatewaySettings(observation={"tracing": True})
    app = create_gateway(federation.sdl, transports, settings, features=[Offers(recording.tracing)])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
        await client.post("/graphql", json={"query": "{ me { name } }"})
    (fetch,) = [span for span in recording.spans if span.name.startswith("fetch ")]
    assert fetch.status.status_code is StatusCode.ERROR
    assert attributes_of(fetch)["error.type"] == "SUBGRAPH_UNREACHABLE"
    assert "4711" not in "".join(span.to_json() for span in recording.spans)
