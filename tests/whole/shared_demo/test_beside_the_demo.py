"""Processes that are started beside the demo, in its folder, find everything of it."""

from __future__ import annotations

import signal
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.processes.forked_programs import Program
from tests.support.processes.running_furlong import BRAND, PATIENCE_SECONDS, Demo, eventually
from tools.server_process import free_port


def serves(url: str) -> bool:
    """Whether a process answers."""
    try:
        return httpx.get(url).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def subgraph(demo: Demo) -> Iterator[str]:
    """The URL of a club subgraph beside the demo, without any settings."""
    address = f"127.0.0.1:{free_port()}"
    process = demo.programs.start("subgraph", "club", "serve", "--listen", address)
    eventually(lambda: serves(f"http://{address}/health"), "the subgraph serves")
    yield f"http://{address}/graphql"
    stop(process)


def stop(process: Program) -> None:
    """Stop a process, so that the demo is alone again."""
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE_SECONDS)


def ask(url: str, token: str, query: str, **variables: Any) -> Any:
    """The response of the subgraph to a customer."""
    signed = {"authorization": f"Bearer {token}"}
    return httpx.post(url, json={"query": query, "variables": variables}, headers=signed, timeout=30).json()


def test_a_change_through_the_subgraph_is_made(demo: Demo, subgraph: str, newcomer: str) -> None:
    """It finds the demo's databases, sessions and upstream, and the demo finds its change."""
    terms = demo.site.club(newcomer)["terms"]["version"]
    wanted = {"brand": BRAND, "termsVersion": terms, "idempotencyKey": str(uuid.uuid4())}
    change = "mutation ($input: OptInInput!) { optIn(input: $input) { errors { code } } }"
    answer = ask(subgraph, demo.site.tokens[newcomer], change, input=wanted)
    assert answer == {"data": {"optIn": {"errors": []}}}
    assert demo.site.club(newcomer)["state"] == "TRACKING"


def test_the_subgraph_accepts_sessions_of_the_sites_of_brands(demo: Demo, subgraph: str) -> None:
    """They are signed with another key than customers' own sessions."""
    site = next(each["site"] for each in demo.facts["brands"] if each["brand"] == BRAND)
    session = httpx.post(f"{site}/our/own/club-session", params={"customer": "c-1001"}).json()
    query = "query ($brand: ID!) { club(brand: $brand) { membership { optedIn } } }"
    answer = ask(subgraph, session["token"], query, brand=BRAND)
    assert "errors" not in answer, answer
    assert answer["data"]["club"]["membership"]["optedIn"] in {True, False}


@pytest.mark.parametrize("program", [("consume", "progress"), ("worker", "intents")])
def test_a_consumer_and_a_worker_run(demo: Demo, program: tuple[str, str]) -> None:
    """They find the demo's Kafka, databases and upstream, and say that they are well."""
    address = f"127.0.0.1:{free_port()}"
    process = demo.programs.start(*program, "--listen", address)
    eventually(lambda: serves(f"http://{address}/health") or process.poll() is not None, "it runs")
    assert process.poll() is None, demo.programs.logs()
    stop(process)


def test_commands_find_the_providers_that_the_demo_pays_by(demo: Demo) -> None:
    """With their secrets, so that a worker beside the demo could pay."""
    output = demo.programs.run("fulfilment", "reconcile", "--day", "2026-01-01")
    assert "simulated-" in output
