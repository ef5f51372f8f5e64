"""`furlong gateway usage`: what clients asked a gateway for is counted by field, operation and client."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from gateway import GatewaySettings, create_gateway
from gateway.features.usage.feature import MAX_RECORDERS, UsageTable
from gateway.features.usage.operation import UsedOperation
from gateway.features.usage.store import CLIENTS_PER_OPERATION, UsageStore, Use
from tests.gateway.features.usage.counting_gateway import SUPERGRAPH, ask, gateway, usage
from tests.gateway.worlds import shop

DAY = 86_400


def table_of(app: Any) -> UsageTable:
    """Return what counts usage in a gateway."""
    table: UsageTable = app._graph.current.endpoint.pipeline.recorders.added[0].func.__self__
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
    assert app._graph.current.endpoint.pipeline.recorders.added == ()
    assert usage().exit_code == 2
    assert "no such file" in usage("--store", tmp_path / "none").stderr


async def test_a_file_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    """Requests are answered; what was lost is counted as soon as the file can be written again."""
    folder = tmp_path / "later"
    app = create_gateway(
        shop().sdl, shop().transports(), GatewaySettings(usage={"file": folder / "u.sqlite"})
    )
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
    async with gateway(shop(), file, usage={"operations": 2}) as client:
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
    app = create_gateway(
        shop().sdl, shop().transports(), GatewaySettings(usage={"file": tmp_path / "u.sqlite"})
    )
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
