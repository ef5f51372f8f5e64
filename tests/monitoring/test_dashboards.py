"""A real Prometheus scrapes a gateway, and answers every query of the dashboards and every rule."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import yaml
from prometheus_client import CollectorRegistry, Gauge, start_http_server

from consumers.feeds.delivery.forwarder import FeedMetrics
from consumers.stream.health import Metrics as ConsumerMetrics
from foundation.storage.clock import SystemClock
from furlong.serve.http_server import listen, serving
from furlong.workers.outbox_worker import OutboxMetrics
from gateway import GatewaySettings, create_gateway
from gateway.serving.operators import operators_port
from subgraphs.kit.records.outbox_relay import OutboxStatus
from tests.federation_kit.asked import SubgraphRequest
from tests.gateway.world import Federation
from tests.gateway.worlds import shop
from tools.private_prometheus import start_prometheus
from tools.server_process import free_port

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "deploy" / "monitoring"
PATIENCE_SECONDS: Final = 180.0
CONFIG: Final = """
global: {{scrape_interval: 250ms, evaluation_interval: 250ms}}
rule_files: [slo.yml, alerts.yml]
scrape_configs:
  - job_name: furlong-gateway
    static_configs: [{{targets: ["{operators}"]}}]
  - job_name: furlong-consumers
    static_configs: [{{targets: ["127.0.0.1:{consumers}"]}}]
"""
SILENT: Final = {"Data that compiled plans left to the interpreter"}
"""Panels that have data only if something is wrong in a way that this test does not make."""

pytestmark = pytest.mark.usefixtures("prometheus_installed")


def queries(name: str) -> list[tuple[str, str]]:
    """Return the panels' titles and queries of a dashboard, as Grafana would send them."""
    panels = json.loads((FOLDER / "dashboards" / f"{name}.json").read_text())["panels"]
    found = [(panel["title"], target["expr"]) for panel in panels for target in panel.get("targets", ())]
    return [(title, expr.replace("$__rate_interval", "1m").replace("$job", ".*")) for title, expr in found]


def consumer_registry() -> CollectorRegistry:
    """Return what consumers and workers export, with a value for everything."""
    registry = CollectorRegistry()
    metrics = ConsumerMetrics(registry)
    metrics.report_up(lambda: True, lambda: True)
    metrics.records.labels("bets").inc()
    metrics.dead_letters.labels("bets").inc()
    metrics.batch_seconds.labels("bets").observe(0.01)
    metrics.lag.labels("bets", "0").set(7)
    metrics.applied("bets", 1_000.0)
    feeds = FeedMetrics(registry)
    feeds.records.labels("sports").inc()
    feeds.lag.labels("sports").set(0)
    feeds.kafka_up.labels("sports").set(1)
    registry.register(OutboxMetrics({"club": OutboxStatus()}, SystemClock()))
    labels = ["provider", "state"]
    Gauge("furlong_fulfilment_backlog", "Rewards.", labels, registry=registry).labels("bonus", "due").set(1)
    available = Gauge("furlong_fulfilment_provider_available", "Available.", ["provider"], registry=registry)
    available.labels("bonus").set(1)
    return registry


@pytest.fixture
def consumers() -> Iterator[int]:
    """The port of what consumers export."""
    port = free_port()
    server, thread = start_http_server(port, "127.0.0.1", registry=consumer_registry())
    yield port
    server.shutdown()
    server.server_close()
    thread.join()


async def traffic(url: str, federation: Federation, stop: asyncio.Event) -> None:
    """Send all kinds of requests, until it is enough: answered, refused, and answered in part."""
    async with httpx.AsyncClient(base_url=url, headers={"graphql-client-name": "ios"}) as client:
        number = 0
        while not stop.is_set():
            number += 1
            await client.post("/graphql", json={"query": "query Me { me { name } }"})
            await client.post("/graphql", json={"query": f"query New{number} {{ me {{ name }} }}"})
            await client.post("/graphql", json={"query": "{ nope }"})
            federation.broken["accounts"] = _failing
            await client.post("/graphql", json={"query": "query Me { me { name } }"})
            del federation.broken["accounts"]
            await asyncio.sleep(0.05)


def _failing(_: SubgraphRequest) -> dict[str, Any]:
    return {"errors": [{"message": "no", "extensions": {"code": "BROKEN"}}], "data": None}


async def test_every_panel_has_data_and_every_rule_is_evaluated(tmp_path: Path, consumers: int) -> None:
    """Dashboards and rules ask for what is really there."""
    federation, operators = replace(shop()), f"127.0.0.1:{free_port()}"
    written = []
    for name in ("slo.yml", "alerts.yml"):
        text = (FOLDER / name).read_text().replace("interval: 30s", "interval: 250ms")
        (tmp_path / name).write_text(text)
        written.append(sum(len(group["rules"]) for group in yaml.safe_load(text)["groups"]))
    assert all(written)
    settings = GatewaySettings(
        operators=operators,
        metrics_any_name=True,
        resilience={"guard_in_process": ("accounts",)},
        kept_answers={"bytes": 1_000_000},
    )
    app = create_gateway(federation.sdl, federation.transports(), settings)
    prometheus = await asyncio.to_thread(
        start_prometheus, tmp_path, CONFIG.format(operators=operators, consumers=consumers)
    )
    stop = asyncio.Event()
    try:
        with operators_port(operators, 1, settings.operators) as on_load, listen("127.0.0.1", 0) as listener:
            assert on_load is not None
            on_load(app)
            async with serving(app, listener), httpx.AsyncClient(base_url=prometheus.url) as client:
                url = f"http://127.0.0.1:{listener.getsockname()[1]}"
                sending = asyncio.create_task(traffic(url, federation, stop))
                await _until_all_panels_have_data(client)
                rules = await _evaluated_rules(client)
                stop.set()
                await sending
    finally:
        await asyncio.to_thread(prometheus.stop)
    assert len(rules) == sum(written)
    assert {(rule["health"], rule.get("lastError")) for rule in rules} == {("ok", None)}


async def _evaluated_rules(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Return all rules as soon as each has been evaluated."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            groups = (await client.get("/api/v1/rules")).json()["data"]["groups"]
            rules = [rule for group in groups for rule in group["rules"]]
            if all(rule["health"] != "unknown" for rule in rules):
                return rules
            await asyncio.sleep(0.25)


async def _until_all_panels_have_data(client: httpx.AsyncClient) -> None:
    """Ask every query again and again, until each has an answer; none may be an error."""
    waiting = {query for name in ("gateway", "messages") for query in queries(name)}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while waiting:
            for title, query in sorted(waiting):
                answer = (await client.get("/api/v1/query", params={"query": query})).json()
                assert answer["status"] == "success", (title, query, answer)
                if answer["data"]["result"] or title in SILENT:
                    waiting.discard((title, query))
            await asyncio.sleep(0.25)
