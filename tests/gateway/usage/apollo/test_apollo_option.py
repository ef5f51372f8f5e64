"""`furlong gateway usage --apollo`: the report of a day is printed, written or sent to a registry."""

from __future__ import annotations

import gzip
import json
import os
from asyncio import to_thread
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from gateway import GatewaySettings
from gateway.usage import UsageStore
from gateway.usage.operation import UsedOperation
from gateway.usage.push import PushError, push
from gateway.usage.store import Use
from gateway.usage_registries import Delivery, RegistryReportError, report_to_apollo
from tests.gateway.usage.apollo.wire_format import decode
from tests.gateway.usage.counting_gateway import SUPERGRAPH, ask, gateway, usage
from tests.gateway.worlds import shop

GRAPH = {"FURLONG_GATEWAY_USAGE_GRAPH_REF": "shop@current"}
KEY = {"FURLONG_GATEWAY_USAGE_TOKEN": "service:shop:key-4711"}


class Registry:
    """What a registry has taken.

    Attributes:
        url: Its address.
        taken: The headers and the report of each request.
        failing_after: How many reports it takes before it fails.
        over: Set when requests without an end may end.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.taken: list[tuple[dict[str, str], Any]] = []
        self.failing_after = 100
        self.over = Event()

    def status(self, headers: dict[str, str], body: bytes) -> int:
        """Take a request, and return the status of its answer."""
        if headers["x-api-key"] != KEY["FURLONG_GATEWAY_USAGE_TOKEN"]:
            return 403
        if len(self.taken) >= self.failing_after:
            return 503
        self.taken.append((headers, decode("Report", gzip.decompress(body))))
        return 202


@contextmanager
def running() -> Iterator[Registry]:
    """Run a registry; below `/slow` its answers never end."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/slow":
                while not found.over.wait(0.05):
                    self.wfile.write(b"HTTP/1.1 1")
                return
            status = found.status({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Registry(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            found.over.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry that takes reports."""
    with running() as found:
        yield found


async def counted(file: Path) -> tuple[object, ...]:
    """Count two requests, and return the options for their report."""
    async with gateway(shop(), file) as client:
        await ask(client, 'query One { you: user(id: "customer-4711") { name } }')
        await ask(client, 'query One { user(id: "customer-4712") { name } }', "web", "2")
    day = UsageStore(file).today().isoformat()
    return ("--apollo", "--store", file, "--day", day, "--supergraph", SUPERGRAPH)


async def test_a_day_is_sent_as_apollo_takes_it(tmp_path: Path, registry: Registry) -> None:
    """Compressed, with the key in Apollo's header; nothing that a customer wrote is in it."""
    asked = await counted(tmp_path / "u.sqlite")
    sent = await to_thread(usage, *asked, "--push", registry.url, **GRAPH, **KEY)
    assert (sent.exit_code, "2 requests" in sent.stdout, sent.stderr) == (0, True, "")
    [(headers, report)] = registry.taken
    assert (headers["content-encoding"], headers["content-type"]) == ("gzip", "application/protobuf")
    assert "authorization" not in headers
    assert report["header"]["graph_ref"] == "shop@current"
    assert report["header"]["executable_schema_id"] == sha256(SUPERGRAPH.read_bytes()).hexdigest()
    assert report["operation_count"] == 2
    [(key, found)] = report["traces_per_query"].items()
    assert key == '# One\nquery One{user(id:""){name}}'
    clients = [each["context"] for each in found["stats_with_context"]]
    assert sorted(each["client_name"] for each in clients) == ["ios", "web"]
    assert found["referenced_fields_by_type"] == {
        "Query": {"field_names": ["user"]},
        "User": {"field_names": ["name"]},
    }
    assert "471" not in str(report)


async def test_a_report_is_written_or_printed_as_it_is_sent(tmp_path: Path, registry: Registry) -> None:
    """In binary, or as JSON for people."""
    asked = await counted(tmp_path / "u.sqlite")
    await to_thread(usage, *asked, "--push", registry.url, **GRAPH, **KEY)
    printed = usage(*asked, **GRAPH)
    assert decode("Report", gzip.decompress(printed.stdout_bytes)) == registry.taken[0][1]
    file = tmp_path / "report.gz"
    assert (usage(*asked, "--output", file, **GRAPH).stdout, file.read_bytes()) == ("", printed.stdout_bytes)
    content = json.loads(usage(*asked, "--json", **GRAPH).stdout)
    assert content["operation_count"] == "2"
    assert list(content["traces_per_query"]) == list(registry.taken[0][1]["traces_per_query"])
    assert usage(*asked, "--output", tmp_path / "none" / "x", **GRAPH).exit_code == 2


async def test_a_report_that_cannot_be_made_says_why(tmp_path: Path, registry: Registry) -> None:
    """In words; the key is never printed, nor sent without encryption."""
    asked = await counted(tmp_path / "u.sqlite")
    bad_key = {"FURLONG_GATEWAY_USAGE_TOKEN": "ke\u00ffy"}
    for options, environment, reason in (
        ((), {}, "FURLONG_GATEWAY_USAGE_GRAPH_REF"),
        ((), {"FURLONG_GATEWAY_USAGE_GRAPH_REF": "shop"}, "such as my-graph@current"),
        (("--hive",), GRAPH, "choose one"),
        (("--supergraph", tmp_path / "none"), GRAPH, "none"),
        (("--push", registry.url), GRAPH, "FURLONG_GATEWAY_USAGE_TOKEN"),
        (("--push", registry.url), GRAPH | bad_key, "characters"),
        (("--push", registry.url), GRAPH | {"FURLONG_GATEWAY_USAGE_TOKEN": "old-key"}, "accept the token"),
        (("--push", "http://registry.example/"), GRAPH | KEY, "https only"),
        (("--push", "https://[/"), GRAPH | KEY, "https://[/"),
        (("--push", "http://127.0.0.1:1/"), GRAPH | KEY, "127.0.0.1:1"),
    ):
        failed = await to_thread(usage, *asked, *options, **environment)
        assert (failed.exit_code, failed.exception.__class__) == (2, SystemExit)
        assert reason in failed.stderr
        assert not any(key in failed.output for key in ("4711", "ke\u00ff", "old-key"))
    assert registry.taken == []


def test_a_terminal_gets_no_binary(tmp_path: Path) -> None:
    """The command says what to do instead."""
    store = UsageStore(tmp_path / "u.sqlite")
    delivery = Delivery(url=None, output=None, as_json=False)
    settings = GatewaySettings(usage_graph_ref="shop@current")
    main, other = os.openpty()
    with (
        os.fdopen(main, "rb"),
        os.fdopen(other, "w") as terminal,
        redirect_stdout(terminal),
        pytest.raises(RegistryReportError, match="--json"),
    ):
        report_to_apollo([store], store.today(), SUPERGRAPH, delivery, settings)


def test_a_day_without_requests_has_no_report(tmp_path: Path, registry: Registry) -> None:
    """That is no error, so that a daily job continues."""
    store = UsageStore(tmp_path / "u.sqlite")
    store.add([])
    asked = ("--apollo", "--store", store.path, "--supergraph", SUPERGRAPH, "--push", registry.url)
    empty = usage(*asked, **GRAPH, **KEY)
    assert (empty.exit_code, empty.stdout, "there is no report" in empty.stderr) == (0, "", True)
    assert registry.taken == []


def test_a_large_report_is_sent_in_parts(tmp_path: Path, registry: Registry) -> None:
    """If a later part fails, the command says that the earlier ones were taken."""
    store = UsageStore(tmp_path / "u.sqlite")
    texts = [f"query Q{number:03}{{me{{name}}}}" for number in range(150)]
    store.add(Use(UsedOperation(text, text[6:10], text, ()), "x" * 120_000, "", 2, 0, 0.1) for text in texts)
    asked = ("--apollo", "--store", store.path, "--supergraph", SUPERGRAPH, "--day", store.today())
    registry.failing_after = 1
    failed = usage(*asked, "--push", registry.url, **GRAPH, **KEY)
    assert (failed.exit_code, "(1 of 5 parts were taken" in failed.stderr) == (2, True)
    registry.failing_after, registry.taken = 100, []
    assert usage(*asked, "--push", registry.url, **GRAPH, **KEY).exit_code == 0
    assert sum(report["operation_count"] for _, report in registry.taken) == 300
    assert sum(len(report["traces_per_query"]) for _, report in registry.taken) == 150


@pytest.mark.timeout(20)
def test_sending_has_a_deadline(registry: Registry) -> None:
    """Also if the registry never stops answering."""
    with pytest.raises(PushError, match=r"no answer within 0\.3 seconds"):
        push(f"{registry.url}/slow", b"", {}, seconds=0.3)
