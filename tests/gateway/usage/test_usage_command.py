"""`furlong gateway usage`: what clients asked a gateway for is counted by field, operation and client."""

from __future__ import annotations

import json
from asyncio import to_thread
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import GatewaySettings, create_gateway
from gateway.usage import UsageStore, UsageTable
from gateway.usage.hive import hive_report
from gateway.usage.operation import UsedOperation
from gateway.usage.store import CLIENTS_PER_OPERATION, StoredUse, Use
from gateway.usage.table import MAX_RECORDERS
from tests.gateway.usage.counting_gateway import SUPERGRAPH, ask, gateway, usage
from tests.gateway.worlds import shop

DAY = 86_400
HIVE = {  # as in Hive's specification of usage reports, version 2
    "type": "object",
    "required": ["size", "map"],
    "additionalProperties": False,
    "properties": {
        "size": {"type": "integer"},
        "map": {
            "additionalProperties": {
                "type": "object",
                "required": ["operation", "fields"],
                "additionalProperties": False,
                "properties": {
                    "operation": {"type": "string"},
                    "operationName": {"type": "string"},
                    "fields": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                },
            }
        },
        "operations": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["timestamp", "operationMapKey", "execution"],
                "additionalProperties": False,
                "properties": {
                    "timestamp": {"type": "integer"},
                    "operationMapKey": {"type": "string"},
                    "execution": {
                        "type": "object",
                        "required": ["ok", "duration", "errorsTotal"],
                        "additionalProperties": False,
                        "properties": {
                            "ok": {"type": "boolean"},
                            "duration": {"type": "integer", "minimum": 0},
                            "errorsTotal": {"type": "integer", "minimum": 0},
                        },
                    },
                    "metadata": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {
                            "client": {
                                "type": "object",
                                "required": ["name", "version"],
                                "additionalProperties": False,
                                "properties": {"name": {"type": "string"}, "version": {"type": "string"}},
                            }
                        },
                    },
                },
            },
        },
    },
}


def table_of(app: Any) -> UsageTable:
    """Return what counts usage in a gateway."""
    table: UsageTable = app._graph.current.endpoint.pipeline.recorders.add_usage.func.__self__
    return table


def files(folder: Path) -> list[Path]:
    """Return the files of a folder."""
    return list(folder.iterdir())


async def test_fields_are_counted_by_client_version_and_operation(tmp_path: Path) -> None:
    """Two gateways, as two nodes or one after another, add up; nothing of a customer is in the file."""
    federation, file, other = shop(), tmp_path / "a.sqlite", tmp_path / "b.sqlite"
    async with gateway(federation, file) as client:
        for version in ("1", "2", "2"):
            await ask(client, "query Me { me { name } }", version=version)
        await ask(client, 'query One { user(id: "customer-4711") { name } }')
    async with gateway(federation, file) as client:
        await ask(client, "query Me { me { name } }", "web", "9")
    async with gateway(federation, other) as client:
        await ask(client, "query Me { me { id } }", "android", "3")
    found = usage("--store", file, "--store", other, "--field", "Query.me", "--json", "--days", 1)
    assert found.exit_code == 1
    content = json.loads(found.stdout)
    assert (content["requests"], content["notCounted"], content["begunLater"]) == (5, 0, [])
    assert content["clients"] == [
        {"name": "android", "version": "3", "requests": 1},
        {"name": "ios", "version": "1", "requests": 1},
        {"name": "ios", "version": "2", "requests": 2},
        {"name": "web", "version": "9", "requests": 1},
    ]
    assert sorted(each["requests"] for each in content["operations"]) == [1, 4]
    assert not any(b"4711" in each.read_bytes() for each in files(tmp_path))
    text = usage("--store", file, "--days", 1).stdout.splitlines()
    assert [line.split()[:2] for line in text] == [
        ["Query.me", "4"],
        ["Query.user", "1"],
        ["Query.user.id", "1"],
        ["User.name", "5"],
    ]


async def test_a_field_that_nobody_asks_for_may_go(tmp_path: Path) -> None:
    """The status is 0 only if nobody asked, everything was counted, and the file is old enough."""
    file = tmp_path / "usage.sqlite"
    async with gateway(shop(), file) as client:
        await ask(client, "{ me { name } }")
    unused = usage("--store", file, "--unused", "--supergraph", SUPERGRAPH, "--days", 1).stdout.split()
    assert "User.id" in unused
    assert "User.name" not in unused
    free = usage("--store", file, "--field", "User.id", "--days", 1)
    assert (free.exit_code, "not used since" in free.stdout) == (0, True)
    assert usage("--store", file, "--field", "User.name", "--days", 1).exit_code == 1
    young = usage("--store", file, "--field", "User.id", "--days", 30)
    assert (young.exit_code, "begun later" in young.stderr) == (1, True)
    UsageStore(file).add([], lost=3)
    unsure = usage("--store", file, "--field", "User.id", "--days", 1)
    assert (unsure.exit_code, "3 requests are not counted" in unsure.stderr) == (1, True)


async def test_without_a_file_nothing_is_counted(tmp_path: Path) -> None:
    """It is off by default."""
    app: Any = create_gateway(shop().sdl, shop().transports(), GatewaySettings())
    assert app._graph.current.endpoint.pipeline.recorders.add_usage is None
    assert usage().exit_code == 2
    assert "no such file" in usage("--store", tmp_path / "none").stderr


async def test_a_file_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    """Requests are answered; what was lost is counted as soon as the file can be written again."""
    folder = tmp_path / "later"
    app = create_gateway(shop().sdl, shop().transports(), GatewaySettings(usage_file=folder / "u.sqlite"))
    table = table_of(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://g.test") as client:
        await ask(client, "{ me { name } }")
        await table.write()
        folder.mkdir()
        await ask(client, "{ me { name } }")
        await table.write()
    store = table.store
    assert (sum(use.requests for use in store.uses(date.min)), store.lost(date.min)) == (1, 1)


async def test_floods_are_bounded_and_admitted_to(tmp_path: Path) -> None:
    """Clients that call themselves by many names, and many operations, are folded or counted as lost."""
    file = tmp_path / "usage.sqlite"
    async with gateway(shop(), file, usage_operations=2) as client:
        for number in range(4):
            await ask(client, f"query Q{number} {{ me {{ name }} }}")
    store = UsageStore(file)
    assert (len(store.documents()), store.lost(date.min)) == (2, 2)
    operation = UsedOperation("d", "Q", "query Q{a}", ("Query.a",))
    many = UsageStore(tmp_path / "many.sqlite")
    many.add(
        Use(operation, f"client {number}", "\x1b[2J", 1, 0, 0.1)
        for number in range(3 * CLIENTS_PER_OPERATION)
    )
    uses = many.uses(date.min)
    assert len(uses) == CLIENTS_PER_OPERATION + 1
    assert sum(use.requests for use in uses) == 3 * CLIENTS_PER_OPERATION
    assert not any("\x1b" in use.version for use in uses)


async def test_a_worker_keeps_only_so_many_recorders(tmp_path: Path) -> None:
    """Between two writes, what there is no room for is counted as lost."""
    app = create_gateway(shop().sdl, shop().transports(), GatewaySettings(usage_file=tmp_path / "u.sqlite"))
    table = table_of(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://g.test") as client:
        await ask(client, "{ me { name } }")
    table._active = table._active * MAX_RECORDERS
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://g.test") as client:
        await ask(client, "{ me { id } }")
    assert (len(table._active), table.lost) == (MAX_RECORDERS, 1)


def test_old_days_are_forgotten(tmp_path: Path) -> None:
    """With the operations that nobody uses any more."""
    now = [10.0 * DAY]
    store = UsageStore(tmp_path / "u.sqlite", days=5, now=lambda: now[0])
    store.add([Use(UsedOperation("a", "A", "query A{a}", ("Query.a",)), "", "", 1, 0, 0.1)])
    now[0] += 4 * DAY
    store.add([Use(UsedOperation("b", "B", "query B{b}", ("Query.b",)), "", "", 1, 0, 0.1)])
    assert set(store.coordinates()) == {"Query.a", "Query.b"}
    now[0] += 2 * DAY
    store.add([], lost=1)
    assert set(store.coordinates()) == {"Query.b"}
    assert set(store.documents()) == {"b"}


USES = st.lists(
    st.builds(
        lambda requests, failed, client, seconds: StoredUse(
            "2026-01-01", "d", "Q", client, "1", requests, min(failed, requests), seconds, 1_000
        ),
        requests=st.integers(1, 60),
        failed=st.integers(0, 60),
        client=st.sampled_from(["", "ios", "web"]),
        seconds=st.floats(0, 100),
    ),
    max_size=4,
)


@settings(max_examples=40)
@given(USES)
def test_hives_report_fits_its_schema_and_keeps_shares(uses: list[StoredUse]) -> None:
    """Few requests are listed one by one; of many a share, and never more than a little above the most."""
    most = 40
    report = hive_report(uses, {"d": "query Q{a}"}, {"d": ("Query.a",)}, most)
    jsonschema.validate(report, HIVE)
    total = sum(use.requests for use in uses)
    assert report["size"] == len(report["operations"]) <= max(most, total * (total <= most)) + 2 * len(uses)
    if total <= most:
        assert report["size"] == total
        failed = sum(not each["execution"]["ok"] for each in report["operations"])
        assert failed == sum(use.failed for use in uses)


@pytest.fixture
def registry() -> Iterator[tuple[str, list[tuple[dict[str, str], Any]]]]:
    """A registry that takes reports."""
    taken: list[tuple[dict[str, str], Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200 if self.headers["authorization"] == "Bearer right" else 401)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/usage", taken
        server.shutdown()
        thread.join()


async def test_usage_is_pushed_to_a_registry_with_the_token(
    tmp_path: Path, registry: tuple[str, list[tuple[dict[str, str], Any]]]
) -> None:
    """Over https, or to this machine; the token is never printed."""
    url, taken = registry
    file = tmp_path / "usage.sqlite"
    async with gateway(shop(), file) as client:
        await ask(client, "query Me { me { name } }")
        await ask(client, "query Me { me { name } }")
    day = UsageStore(file).today().isoformat()
    asked = ("--store", file, "--day", day)
    sent = await to_thread(usage, *asked, "--push", url, FURLONG_GATEWAY_USAGE_TOKEN="right")
    assert (sent.exit_code, "2 requests" in sent.stdout) == (0, True)
    headers, report = taken[0]
    assert (headers["x-usage-api-version"], report["size"]) == ("2", 2)
    jsonschema.validate(report, HIVE)
    assert json.loads(usage(*asked, "--hive").stdout) == report
    wrong = await to_thread(usage, *asked, "--push", url, FURLONG_GATEWAY_USAGE_TOKEN="wr-ong")
    assert (wrong.exit_code, "status 401" in wrong.stderr, "wr-ong" in wrong.output) == (2, True, False)
    for target, token in (("http://registry.example/usage", "right"), (url, None)):
        environment = {} if token is None else {"FURLONG_GATEWAY_USAGE_TOKEN": token}
        assert (await to_thread(usage, *asked, "--push", target, **environment)).exit_code == 2
    assert usage("--store", file, "--hive", "--day", "x").exit_code == 2
