"""The version of the graph in force, and former ones until their last request has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gateway.browsers import CorsPolicy
from gateway.caching import CacheMetrics, WeightedCache
from gateway.http.admission import Admission
from gateway.http.client import Client, Receive, Reply, Scope, Send
from gateway.http.cors_endpoint import CorsEndpoint
from gateway.http.endpoint import Endpoint
from gateway.http.headers import RawHeaders
from gateway.pipeline.cold_planning import ColdPlanning
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.settings import GatewaySettings
from gateway.supergraph.release import release
from gateway.transport import HttpTransport


@dataclass(slots=True, eq=False)
class GraphVersion:
    """A supergraph with its settings, and all that was built from both; only its counts ever change.

    Attributes:
        sdl: The supergraph's text.
        digest: Identifies that text.
        settings: The settings in force.
        endpoint: Answers requests; its pipeline has the plans of this version and of no other.
        planning: Its planning thread.
        executor: Executes operations, and prepares them ahead of requests.
        over_http: Its connections to subgraphs by their names; the next version keeps those it can.
        caches: Its caches, by the names in their metrics.
        begun: When it was built, by the clock that only goes forward, in seconds.
        requests: How many requests are being answered.
    """

    sdl: str
    digest: str
    settings: GatewaySettings
    endpoint: Endpoint | CorsEndpoint
    planning: ColdPlanning
    executor: OperationExecutor
    over_http: dict[str, HttpTransport]
    caches: Mapping[str, WeightedCache[Any, Any]]
    begun: float
    requests: int = 0


class ServedGraph:
    """Hands each request to the version in force when it begins, and closes versions that have no requests.

    Attributes:
        current: The version in force.
        admission: Bounds how many requests are executed at once, whatever their version.
    """

    def __init__(self, first: GraphVersion, admission: Admission, cache_metrics: CacheMetrics) -> None:
        self.current = first
        self.admission = admission
        self._cache_metrics = cache_metrics
        cache_metrics.replace(first.caches)
        self._alive = [first]
        self._closing: set[asyncio.Task[None]] = set()

    def subgraphs(self) -> Collection[str]:
        """Return the names of the subgraphs of the version in force."""
        return self.current.executor.preparer.supergraph.subgraphs

    def cors(self) -> CorsPolicy | None:
        """Return what the version in force tells pages of other origins; None if there are none."""
        endpoint = self.current.endpoint
        return endpoint.policy if isinstance(endpoint, CorsEndpoint) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a POST or a GET through ASGI."""
        version = self.current
        version.requests += 1
        try:
            await version.endpoint(scope, receive, send)
        finally:
            self._leave(version)

    async def respond(self, client: Client, raw: RawHeaders, body: bytes) -> Reply:
        """Return the reply to a POST whose body has arrived."""
        version = self.current
        version.requests += 1
        try:
            return await version.endpoint.respond(client, raw, body)
        finally:
            self._leave(version)

    def replace(self, version: GraphVersion) -> None:
        """Let all requests that begin from now on be answered by another version."""
        former, self.current = self.current, version
        self._cache_metrics.replace(version.caches)
        self._alive.append(version)
        self._close_if_unused(former)

    @contextmanager
    def held(self) -> Iterator[GraphVersion]:
        """Yield the version in force, and keep it open while the block runs."""
        version = self.current
        version.requests += 1
        try:
            yield version
        finally:
            self._leave(version)

    @property
    def alive(self) -> int:
        """How many versions answer requests: the one in force, and those that requests still use."""
        return len(self._alive)

    async def close(self) -> None:
        """Close all versions; no request may be under way."""
        await asyncio.gather(*self._closing)
        for version in self._alive:
            version.planning.close()
        transports = {id(each): each for version in self._alive for each in version.over_http.values()}
        await _close(transports.values())

    def _leave(self, version: GraphVersion) -> None:
        version.requests -= 1
        if version is not self.current:
            self._close_if_unused(version)

    def _close_if_unused(self, version: GraphVersion) -> None:
        if version.requests or version not in self._alive:
            return
        self._alive.remove(version)
        version.planning.close()
        kept = {id(each) for other in self._alive for each in other.over_http.values()}
        dropped = [each for each in version.over_http.values() if id(each) not in kept]
        task = asyncio.get_running_loop().create_task(_end(version, dropped))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _end(version: GraphVersion, dropped: Iterable[HttpTransport]) -> None:
    """Close what no other version uses, and free the memory of the model step by step."""
    await _close(dropped)
    for _ in release(version.executor.preparer.supergraph):
        await asyncio.sleep(0)


async def _close(transports: Iterable[HttpTransport]) -> None:
    for each in transports:
        await each.close()
