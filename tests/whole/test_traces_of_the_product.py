"""The product's traces, as a collector receives them: whole, and without anything about a customer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.bets.demo_bettors import Bettor
from tests.support.processes.running_furlong import BETSLIP, BRAND, MUTATIONS, Demo, eventually, running_demo
from tests.support.telemetry.otlp_receiver import ReceivedSpan, Receiver, receiving
from tests.whole.otel_collector import collecting

NEW = "c-1001"
CANARY = "canary4711"
EMAIL = "ann.smith@example.com"
BROWSER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def descendants(spans: list[ReceivedSpan], parent: ReceivedSpan) -> list[ReceivedSpan]:
    """Return all spans below a span."""
    below = [span for span in spans if span.parent == parent.id]
    return [descendant for span in below for descendant in (span, *descendants(spans, span))]


@pytest.mark.slow("a demo, a browser, and a collector that sends what it has every few seconds")
@pytest.mark.usefixtures("processes")
def test_every_trace_is_whole_and_says_nothing_of_customers(tmp_path: Path) -> None:
    """From the browser to SQL, and from a bet on Kafka to its row; without tokens, ids or a user's text.

    They come by way of a real collector, as an operator's would.
    """
    with receiving() as received, collecting(received.url, tmp_path / "collector.log") as collector:
        environment: dict[str, Any] = {
            "FURLONG_TRACING": "true",
            "FURLONG_GATEWAY__OBSERVATION__TRACING_TRUSTS_CLIENTS": "true",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "OTEL_RESOURCE_ATTRIBUTES": "service.name=furlong-test,deployment.environment.name=test",
        }
        with running_demo(tmp_path, **environment) as demo:
            use(demo)
            eventually(lambda: bet_traces(received), "a bet's trace reaches its row")
        check_browsers_trace(received)
        check_nothing_of_customers(received, demo.site.tokens.values())


def use(demo: Demo) -> None:
    """Read a bet-slip, change something, place a bet, and send what must not be remembered."""

    def ask(body: Mapping[str, object], **headers: str) -> httpx.Response:
        signed = {"authorization": f"Bearer {demo.site.tokens[NEW]}", "x-customer": EMAIL, **headers}
        return httpx.post(f"{demo.site.url}/graphql", json=body, headers=signed, timeout=30)

    slip = {"query": BETSLIP, "variables": {"brand": BRAND}}
    assert ask(slip, traceparent=BROWSER).json()["data"]["club"] is not None
    arguments = {"brand": BRAND, "termsVersion": CANARY, "idempotencyKey": f"{CANARY}-key"}
    ask({"query": MUTATIONS, "operationName": "OptIn", "variables": {"input": arguments}})
    ask({"query": f'{{ club(brand: "{CANARY}") {{ id }} {CANARY} }}'})
    ask({"query": f'{{ club(brand: "{EMAIL}") {{ id }} }}'}, **{"graphql-client-name": EMAIL})
    ask({"query": "{ club }"}, authorization=f"Bearer {CANARY}.{CANARY}.{CANARY}")
    Bettor(demo, NEW).bets(500, key=f"{CANARY}-bet")


def bet_traces(received: Receiver) -> list[ReceivedSpan]:
    """Return the rows of bets whose traces began when the bets were placed, and went on over Kafka."""
    rows = [span for span in received.spans if span.name == "INSERT contribution"]
    sent_bets = []
    for row in rows:
        trace = received.trace(row.trace)
        placed = [span for span in trace if span.name == "POST /graphql" and not span.parent]
        below = [span for first in placed for span in descendants(trace, first)]
        sent = [span for span in below if span.name == "send club.progress.v1"]
        sent_bets += [row for message in sent if row in descendants(trace, message)]
    return sent_bets


def check_browsers_trace(received: Receiver) -> None:
    """The browser's trace has the request, its stages, each fetch, the loaders and their SQL."""
    trace = received.trace(BROWSER[3:35])
    (request,) = [span for span in trace if span.name == "POST /graphql"]
    assert request.parent == BROWSER[36:52]
    assert request.service == "furlong-test"
    assert request.attributes["graphql.operation.name"] == "Betslip"
    names = {span.name for span in descendants(trace, request)}
    assert names >= {"prepare", "plan", "fetch club", "fetch rewards"}
    fetches = [span for span in trace if span.name.startswith("fetch ")]
    below = {found.name.split()[0] for fetch in fetches for found in descendants(trace, fetch)}
    assert below >= {"load", "SELECT"}


def check_nothing_of_customers(received: Receiver, tokens: Iterable[str]) -> None:
    """No export holds a token, a customer's id, an address, or anything that a user has written."""
    everything = b"\n".join(received.bodies)
    secrets = [part for token in tokens for part in token.split(".")[1:]]
    for forbidden in (*secrets, CANARY, EMAIL, "example.com", "Bearer"):
        assert forbidden.encode() not in everything, forbidden
    assert not re.search(rb"\bc-\d{4}\b", everything)
    statements = [span.attributes.get("db.query.text", "") for span in received.spans]
    assert not [text for text in statements if "'" in text]
    shown = {name for span in received.spans for name in span.attributes}
    assert shown <= ALLOWED, shown - ALLOWED


ALLOWED = {
    "cache",
    "cache.hits",
    "db.collection.name",
    "db.namespace",
    "db.operation.batch.size",
    "db.operation.name",
    "db.query.text",
    "db.system.name",
    "error.type",
    "fetch.entities",
    "fetch.kind",
    "fetch.number",
    "furlong.load.keys",
    "graphql.client.class",
    "graphql.client.name",
    "graphql.document.hash",
    "graphql.error.count",
    "graphql.operation.name",
    "graphql.operation.type",
    "graphql.response.outcome",
    "http.request.method",
    "http.response.status_code",
    "http.route",
    "messaging.batch.message_count",
    "messaging.destination.name",
    "messaging.destination.partition.id",
    "messaging.kafka.offset",
    "messaging.operation.name",
    "messaging.operation.type",
    "messaging.system",
    "subgraph.name",
}
"""All attributes that spans may have: a new one must be looked at before it stands here."""
