"""Metrics by operation and client: names that are known, a bounded number of them, whatever clients send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import strip_ignored_characters

from gateway import GatewaySettings, create_gateway
from gateway.http.admission import Admission
from gateway.monitoring.metrics import ERROR_CODES, Metrics
from gateway.monitoring.operations import RECORDERS
from tests.gateway.world import Federation
from tests.gateway.worlds import shop

ME = "query Me { me { name } }"
OPERATION = "furlong_gateway_operation_requests_total"


@pytest.fixture
def federation() -> Federation:
    """The shop with its subgraphs in memory."""
    return shop()


def client_of(federation: Federation, **settings: Any) -> httpx.AsyncClient:
    """A client of the shop's gateway."""
    app: Any = create_gateway(federation.sdl, federation.transports(), GatewaySettings(**settings))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")


async def ask(client: httpx.AsyncClient, query: str, name: str | None = None, version: str = "1") -> None:
    """Send a document, and say who sends it."""
    headers = {} if name is None else {"graphql-client-name": name, "graphql-client-version": version}
    await client.post("/graphql", json={"query": query}, headers=headers)


async def labelled(client: httpx.AsyncClient, metric: str = OPERATION) -> list[str]:
    """Return the lines of one metric."""
    lines = (await client.get("/metrics")).text.splitlines()
    return sorted(line.removeprefix(metric) for line in lines if line.startswith(f"{metric}{{"))


def manifest(folder: Path, *documents: str) -> Path:
    """Write a manifest of trusted documents."""
    tokens = [strip_ignored_characters(document) for document in documents]
    file = folder / "manifest.json"
    file.write_text(json.dumps({f"id-{number}": each for number, each in enumerate(tokens)}))
    return file


async def test_only_trusted_documents_and_known_clients_are_named(
    federation: Federation, tmp_path: Path
) -> None:
    """A stranger's names are not labels: they count as `other`."""
    known = {"documents": {"manifests": (manifest(tmp_path, ME),)}, "metrics_clients": ("ios",)}
    async with client_of(federation, **known) as client:
        await ask(client, ME, "ios")
        await ask(client, ME, "evil")
        await ask(client, "query Evil { me { id } }", "ios")
        await ask(client, "{ me { id } }")
        assert await labelled(client) == [
            '{client="ios",operation="Me",outcome="ok"} 1.0',
            '{client="ios",operation="other",outcome="ok"} 1.0',
            '{client="none",operation="other",outcome="ok"} 1.0',
            '{client="other",operation="Me",outcome="ok"} 1.0',
        ]


async def test_documents_prepared_at_the_start_are_named(federation: Federation, tmp_path: Path) -> None:
    """They are known without a manifest, with all their times."""
    (tmp_path / "me.graphql").write_text(ME)
    async with client_of(federation, documents={"folder": tmp_path}) as client:
        await ask(client, ME)
        await ask(client, ME)
        counts = await labelled(client, "furlong_gateway_operation_seconds_count")
    assert counts == ['{client="none",operation="Me"} 2.0']


async def test_a_flood_of_names_makes_no_more_series_than_there_is_room(federation: Federation) -> None:
    """With every name allowed, later ones count as `other`, and none is lost."""
    async with client_of(federation, metrics_any_name=True, metrics_operations=3) as client:
        for number in range(10):
            await ask(client, f"query Q{number} {{ me {{ name }} }}", f"client {number}")
        lines = await labelled(client)
    assert lines == [
        '{client="client 0",operation="Q0",outcome="ok"} 1.0',
        '{client="client 1",operation="Q1",outcome="ok"} 1.0',
        '{client="client 2",operation="Q2",outcome="ok"} 1.0',
        '{client="other",operation="other",outcome="ok"} 7.0',
    ]


async def test_a_flood_of_versions_is_forgotten(federation: Federation) -> None:
    """Names and versions of clients are kept for a limited number of them."""
    app: Any = create_gateway(federation.sdl, federation.transports())
    pipeline = app._graph.current.endpoint.pipeline
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://g.test") as client:
        await ask(client, ME, "ios")
        document = next(iter(pipeline.executor.preparer.documents._values.values()))
        for number in range(3 * RECORDERS):
            pipeline.recorders.of(document, _Client("ios", str(number)))
            assert len(pipeline.recorders._known) <= RECORDERS


class _Client:
    def __init__(self, name: str, version: str) -> None:
        self.name, self.version = name, version


async def test_a_document_that_becomes_trusted_gets_its_name(federation: Federation, tmp_path: Path) -> None:
    """Names are decided again after each scrape."""
    file = manifest(tmp_path, "query Other { me { id } }")
    app: Any = create_gateway(
        federation.sdl, federation.transports(), GatewaySettings(documents={"manifests": (file,)})
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://g.test") as client:
        await ask(client, ME)
        assert await labelled(client) == ['{client="none",operation="other",outcome="ok"} 1.0']
        manifest(tmp_path, ME)
        assert app._graph.current.endpoint.pipeline.documents.manifests.refresh()
        await ask(client, ME)
        assert '{client="none",operation="Me",outcome="ok"} 1.0' in await labelled(client)


async def test_refusals_and_partial_answers_count_for_their_operation(
    federation: Federation, tmp_path: Path
) -> None:
    """Each outcome is counted, and errors of partial answers by their codes."""
    (tmp_path / "me.graphql").write_text(ME)
    federation.broken["accounts"] = lambda _: {
        "errors": [
            {"message": "no", "extensions": {"code": "TEAPOT"}},
            {"message": "no", "extensions": {"code": "customer 42"}},
            {"message": "no", "extensions": {"code": ["a"]}},
        ],
        "data": None,
    }
    async with client_of(federation, documents={"folder": tmp_path}, subgraph_error_codes=("*",)) as client:
        await ask(client, ME)
        assert '{client="none",operation="Me",outcome="partial"} 1.0' in await labelled(client)
        errors = await labelled(client, "furlong_gateway_errors_total")
        assert errors == ['{code="TEAPOT"} 1.0']
        assert all("customer" not in error for error in errors)


def test_codes_of_errors_are_bounded() -> None:
    """Subgraphs choose their own: what is no code, or one too many, counts as `other`."""
    metrics = Metrics(Admission(1))
    strange: tuple[Any, ...] = ({"code": "customer 42"}, {"code": ["a"]}, {}, None, {"code": "lower"})
    metrics.errors({"message": "no", "extensions": each} for each in strange)
    metrics.errors({"extensions": {"code": f"CODE_{number}"}} for number in range(3 * ERROR_CODES))
    lines = [
        line for line in metrics.text().decode().splitlines() if line.startswith("furlong_gateway_errors_")
    ]
    assert len(lines) == ERROR_CODES
    assert f'furlong_gateway_errors_total{{code="other"}} {2 * ERROR_CODES + 6}.0' in lines


async def test_fetches_are_timed_and_the_oldest_request_is_known(federation: Federation) -> None:
    """While a subgraph is asked, somebody waits; afterwards nobody does."""
    app: Any = create_gateway(federation.sdl, federation.transports())
    metrics = app.operators.registry
    seen: list[str] = []
    federation.broken["accounts"] = lambda request: (
        seen.append(metrics.text().decode()) or federation.subgraph_answer("accounts", request)
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://g.test") as client:
        await ask(client, ME)
        after = (await client.get("/metrics")).text
    assert "furlong_gateway_oldest_request_seconds 0.0\n" not in seen[0]
    assert "furlong_gateway_oldest_request_seconds 0.0\n" in after
    assert 'furlong_gateway_fetch_seconds_count{subgraph="accounts"} 1.0' in after
