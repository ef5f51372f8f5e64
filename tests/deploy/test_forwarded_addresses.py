"""Behind each proxy whose configuration is shipped, a client that lies about its address is not believed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from backoffice.http.security import Site
from cells.routing.cell_map import CellMap
from cells.routing.haproxy import write_files
from furlong.serve.http_server import listen, serving
from gateway.http.headers import combined
from gateway.pipeline.client_address import ClientAddresses
from tests.support.gateway.private_varnish import start_varnish
from tools.cell_servers.haproxy import start_haproxy
from tools.server_process import free_port

PROXY: Final = "127.0.0.1"
CLIENT: Final = "127.0.0.2"
"""Another address of this machine, which the servers do not trust."""

LIE: Final = "203.0.113.7"
CONFIGURATION: Final = Path(__file__).resolve().parents[2] / "deploy" / "haproxy" / "haproxy.cfg"


def counted(header: str, request: Request) -> str | None:
    """The address by which a gateway counts a request whose trusted proxies name clients in a header."""
    assert request.client is not None
    addresses = ClientAddresses([ip_network(PROXY)], header)
    return addresses.find(request.client.host, combined(request.headers.raw))


async def addresses(request: Request) -> JSONResponse:
    """Who the gateway and the back office think asks."""
    office = Site("", frozenset({PROXY}))
    told = {header: counted(header, request) for header in ("x-forwarded-for", "forwarded")}
    return JSONResponse({**told, "office": office.address(request), "origin": office.origin(request)})


def shipped(folder: Path, server: int) -> Iterator[str]:
    """HAProxy, configured as in `deploy/haproxy`, in front of two servers that are one here."""
    yield from haproxy(folder, server, CONFIGURATION.read_text())


def adding(folder: Path, server: int) -> Iterator[str]:
    """HAProxy that adds a line below the client's own, as many operators configure it."""
    lines = CONFIGURATION.read_text().splitlines()
    others = [line for line in lines if "http-request set-header X-Forwarded-For" not in line]
    yield from haproxy(
        folder, server, "\n".join(others).replace("mode http", "mode http\n  option forwardfor")
    )


def haproxy(folder: Path, server: int, configuration: str) -> Iterator[str]:
    """HAProxy with a configuration."""
    port, file = free_port(), folder / "haproxy.cfg"
    file.write_text(configuration + "\n")
    servers = dict.fromkeys(("GATEWAY_1", "GATEWAY_2"), f"{PROXY}:{server}")
    running = start_haproxy(file, port, {"CLIENTS": f"{PROXY}:{port}", **servers})
    yield f"http://{PROXY}:{port}"
    running.stop()


def of_cells(folder: Path, server: int) -> Iterator[str]:
    """HAProxy in front of the gateways of cells, as `furlong cell route` configures it."""
    port = free_port()
    cell = {"name": "c0", "partitions": "0-1", "gateways": [f"{PROXY}:{server}"]}
    socket = str(folder / "admin.sock")
    cells = CellMap.model_validate(
        {"of": 2, "listen": f"{PROXY}:{port}", "admin_socket": socket, "cells": [cell]}
    )
    write_files(cells, folder)
    running = start_haproxy(folder / "haproxy.cfg", port, {})
    yield f"http://{PROXY}:{port}"
    running.stop()


def varnish(folder: Path, server: int) -> Iterator[str]:
    """Varnish, configured as in `deploy/cdn`."""
    running = start_varnish(folder, server)
    yield running.url
    running.stop()


@pytest.fixture(
    params=[
        pytest.param(shipped, marks=pytest.mark.haproxy),
        pytest.param(adding, marks=pytest.mark.haproxy),
        pytest.param(of_cells, marks=pytest.mark.haproxy),
        pytest.param(varnish, marks=pytest.mark.varnish),
    ],
    ids=lambda behind: behind.__name__,
)
async def proxied(request: pytest.FixtureRequest, processes: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client at an address of its own, of a proxy in front of a server that says who asks."""
    app = Starlette(routes=[Route("/addresses", addresses), Route("/ready", lambda _: JSONResponse({}))])
    with TemporaryDirectory(prefix="fr") as name, listen(PROXY, 0) as listener:  # paths of sockets are short
        async with serving(app, listener):
            with contextmanager(request.param)(Path(name), listener.getsockname()[1]) as url:
                transport = httpx.AsyncHTTPTransport(local_address=CLIENT)
                async with httpx.AsyncClient(transport=transport, base_url=url, timeout=60) as client:
                    yield client


LIES: Final[tuple[list[tuple[str, str]], ...]] = (
    [],
    [("x-forwarded-for", LIE)],
    [("x-forwarded-for", f"{LIE}, {PROXY}")],
    [("x-forwarded-for", LIE), ("x-forwarded-for", PROXY)],
    [("X-FORWARDED-FOR", f"{LIE}:80")],
    [("x-forwarded-for", "")],
    [("forwarded", f"for={LIE}")],
    [("forwarded", f"for={LIE}"), ("x-forwarded-for", LIE), ("x-real-ip", LIE)],
)


async def test_a_client_that_lies_is_known_by_its_own_address(
    proxied: httpx.AsyncClient, request: pytest.FixtureRequest
) -> None:
    """By gateway and back office; where no proxy names clients, the proxy's counts, and not what they say."""
    async with asyncio.timeout(120):
        while (await proxied.get("/addresses")).status_code != 200:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
    for lie in LIES:
        told = (await proxied.get("/addresses", headers=[*lie, ("x-forwarded-proto", "https")])).json()
        assert (told["x-forwarded-for"], told["office"]) == (CLIENT, CLIENT), lie
        assert told["forwarded"] == PROXY, lie
        if "varnish" not in request.node.name:
            assert told["origin"].startswith("http://"), lie
