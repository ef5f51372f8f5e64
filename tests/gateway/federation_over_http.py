"""A test federation behind a gateway, each subgraph over HTTP and behind a TCP proxy that can fail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any

import httpx

from gateway import GatewaySettings, create_gateway
from tests.federation_kit.asked import SubgraphRequest
from tests.gateway.world import Federation
from tests.gateway.worlds import shop
from tests.support.tcp_proxy import TcpProxy, tcp_proxy

PATIENCE_SECONDS = 180.0
NEVER = 3600.0

ACCOUNTS, PRODUCTS = "{ me { name } }", "{ topProducts(first: 1) { name } }"
STOCK = "{ topProducts(first: 1) { name inStock } }"
"""Products has the names, and inventory what is in stock."""


@dataclass
class Received:
    """A request that a subgraph has received whole."""

    subgraph: str
    request: SubgraphRequest


@dataclass
class ServedFederation:
    """A federation that is served.

    Attributes:
        federation: Its data; handlers in `federation.broken` may return awaitables.
        proxies: In front of each subgraph.
        received: What subgraphs have received.
        cancelled: The subgraphs whose clients went away while they were at work.
    """

    federation: Federation
    proxies: dict[str, TcpProxy] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    client: httpx.AsyncClient = field(init=False)
    app: Any = None
    _serving: set[asyncio.Task[Any]] = field(default_factory=set)

    async def ask(self, query: str, **more: Any) -> dict[str, Any]:
        """The gateway's answer to a query."""
        body = {"query": query, **({"variables": more.pop("variables")} if "variables" in more else {})}
        response = await self.client.post("/graphql", json=body, timeout=NEVER, **more)
        return {"status": response.status_code, **response.json()}

    async def codes(self, query: str, **more: Any) -> list[str]:
        """The codes of the errors of an answer."""
        answer = await self.ask(query, **more)
        return [error["extensions"]["code"] for error in answer.get("errors", ())]

    def calls(self, subgraph: str) -> int:
        """How many requests a subgraph has received."""
        return sum(each.subgraph == subgraph for each in self.received)

    async def metric(self, name: str, **labels: str) -> float:
        """The value of a metric, 0 if there is none."""
        text = (await self.client.get("/metrics")).text
        for line in text.splitlines():
            if line.startswith(name) and all(f'{key}="{value}"' in line for key, value in labels.items()):
                return float(line.rpartition(" ")[2])
        return 0.0

    def serve(self, name: str) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]:
        """Answers the connections of a subgraph."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._serving.add(task)
            try:
                while True:
                    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                    headers = dict(line.split(": ", 1) for line in head.strip().split("\r\n")[1:])
                    body = json.loads(await reader.readexactly(int(headers["content-length"])))
                    request = SubgraphRequest(
                        body["query"], body.get("variables", {}), body.get("operationName"), headers
                    )
                    self.received.append(Received(name, request))
                    answer = await self._until_closed(name, reader, self._answer(name, request))
                    writer.write(answer if isinstance(answer, bytes) else http(answer))
                    await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError):
                pass
            finally:
                self._serving.discard(task)
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()

        return serve

    async def close(self) -> None:
        """End all connections of the subgraphs."""
        serving = list(self._serving)
        for each in serving:
            each.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    async def _answer(self, name: str, request: SubgraphRequest) -> Any:
        if name not in self.federation.broken:
            return self.federation.subgraph_answer(name, request)
        answer = self.federation.broken[name](request)
        return await answer if isawaitable(answer) else answer

    async def _until_closed(self, name: str, reader: asyncio.StreamReader, work: Any) -> Any:
        """Do some work, unless the gateway closes the connection before it is done."""
        doing, gone = asyncio.ensure_future(work), asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait((doing, gone), return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                return doing.result()
            self.cancelled.append(name)
            raise ConnectionError
        finally:
            for each in (doing, gone):
                each.cancel()
            await asyncio.gather(doing, gone, return_exceptions=True)


def http(answer: Mapping[str, Any], status: int = 200) -> bytes:
    """An HTTP reply with a GraphQL response."""
    body = json.dumps(answer).encode()
    return b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
        status,
        len(body),
        body,
    )


@asynccontextmanager
async def over_http(federation: Federation, **settings: Any) -> AsyncIterator[ServedFederation]:
    """Serve a federation for the duration of the block.

    Args:
        federation: The federation.
        settings: Settings of the gateway; by default its patience does not depend on the machine.
    """
    served = ServedFederation(federation)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(served.close)
        for name in served.federation.sources:
            server = await asyncio.start_server(served.serve(name), "127.0.0.1", 0)
            stack.callback(server.close)
            port = server.sockets[0].getsockname()[1]
            served.proxies[name] = await stack.enter_async_context(tcp_proxy(port))
        urls = {name: f"http://127.0.0.1:{proxy.port}/graphql" for name, proxy in served.proxies.items()}
        patient = {"connect_seconds": PATIENCE_SECONDS, "total_seconds": PATIENCE_SECONDS}
        chosen = GatewaySettings(subgraph_urls=urls, **patient | settings)
        served.app = create_gateway(served.federation.sdl, settings=chosen)
        await stack.enter_async_context(served.app.router.lifespan_context(served.app))
        transport = httpx.ASGITransport(served.app)
        served.client = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://gateway.test")
        )
        yield served


def shop_over_http(**settings: Any) -> AbstractAsyncContextManager[ServedFederation]:
    """Serve the shop."""
    return over_http(shop(), **settings)


async def hang(_request: object = None) -> Any:
    """Never answer."""
    await asyncio.sleep(NEVER)


async def eventually(found: Callable[[], Any], wanted: object) -> None:
    """Look again and again, until what is found is what is wanted."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            value = found()
            if (await value if isawaitable(value) else value) == wanted:
                return
            await asyncio.sleep(0.01)
