"""The current version of the graph, and earlier versions until their last request has ended.

Our own server hands complete requests to the current version's endpoint past ASGI: the fast path. It looks
for the attribute `fast_path` of the application, without which every request goes through ASGI.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import orjson

from gateway.caching import WeightedCache
from gateway.errors import Overloaded
from gateway.http.admission import Admission
from gateway.http.client import Receive, Scope, Send
from gateway.http.endpoint import CorsEndpoint, Endpoint
from gateway.http.live import LiveOperations
from gateway.http.replies import OriginPolicy
from gateway.monitoring.caches import CacheMetrics
from gateway.pipeline.cold_planning import ColdPlanning
from gateway.pipeline.hooks import Step
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.settings import GatewaySettings
from gateway.supergraph.model import release
from gateway.transport import HttpTransport

PATH: Final = "/graphql"


@dataclass(slots=True, eq=False)
class GraphVersion:
    """A supergraph with its settings, and everything built from both; only its counts ever change.

    Attributes:
        sdl: The supergraph's text.
        digest: Identifies that text.
        settings: The version's settings.
        endpoint: Answers requests; its pipeline has the plans of this version alone.
        live: Starts operations whose responses are streamed.
        planning: The version's planning thread.
        executor: Executes operations, and prepares them ahead of requests.
        over_http: The connections to subgraphs, by name; the next version takes over those it can use.
        caches: The version's caches, by the names in their metrics.
        begun: When it was built, in seconds of the monotonic clock.
        path: What is done for a request, in order.
        requests: How many requests are being answered.
    """

    sdl: str
    digest: str
    settings: GatewaySettings
    endpoint: Endpoint | CorsEndpoint
    live: LiveOperations
    planning: ColdPlanning
    executor: OperationExecutor
    over_http: dict[str, HttpTransport]
    caches: Mapping[str, WeightedCache[Any, Any]]
    begun: float
    path: tuple[Step, ...] = ()
    requests: int = 0


class ServedGraph:
    """Hands each request to the version that is current when it begins, and closes versions without requests.

    Attributes:
        current: The current version.
        admission: Bounds how many requests are executed at once, whatever their version.
        method: The method of the requests on the fast path.
        target: Their request target, exactly as in the request line.
        refusal: The JSON body of the reply to one that is not admitted.
    """

    method: Final = b"POST"
    target: Final = PATH.encode()

    def __init__(self, first: GraphVersion, admission: Admission, cache_metrics: CacheMetrics) -> None:
        self.current = first
        self.admission = admission
        self._cache_metrics = cache_metrics
        cache_metrics.replace(first.caches)
        self._alive = [first]
        first.live.keep_open = partial(self._kept_open, first)
        self._closing: set[asyncio.Task[None]] = set()
        self.refusal = orjson.dumps({"errors": Overloaded().formatted()})

    def subgraphs(self) -> Collection[str]:
        """Return the names of the current version's subgraphs."""
        return self.current.executor.preparer.supergraph.subgraphs

    def cors(self) -> OriginPolicy | None:
        """Return the current version's CORS policy; None if no pages of other origins are allowed."""
        endpoint = self.current.endpoint
        return endpoint.policy if isinstance(endpoint, CorsEndpoint) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a POST or a GET through ASGI."""
        version = self.enter()
        try:
            await version.endpoint(scope, receive, send)
        finally:
            self.leave(version)

    def replace(self, version: GraphVersion) -> None:
        """Answer all requests that begin from now on by another version."""
        version.live.keep_open = partial(self._kept_open, version)
        former, self.current = self.current, version
        former.live.retire()
        self._cache_metrics.replace(version.caches)
        self._alive.append(version)
        self._close_if_unused(former)

    def enter(self) -> GraphVersion:
        """Return the version in force, which stays open until `leave` is called with it."""
        version = self.current
        version.requests += 1
        return version

    @contextmanager
    def held(self) -> Iterator[GraphVersion]:
        """Yield the current version, and keep it open while the block runs."""
        version = self.enter()
        try:
            yield version
        finally:
            self.leave(version)

    @property
    def alive(self) -> int:
        """How many versions answer requests: the current one, and those that requests still use."""
        return len(self._alive)

    async def close(self) -> None:
        """Close all versions; no request may be in progress."""
        await asyncio.gather(*self._closing)
        for version in self._alive:
            version.planning.close()
        transports = {
            id(transport): transport for version in self._alive for transport in version.over_http.values()
        }
        await _close(transports.values())

    def _kept_open(self, version: GraphVersion) -> Callable[[], None]:
        version.requests += 1
        return partial(self.leave, version)

    def leave(self, version: GraphVersion) -> None:
        """Note that a request that has entered is answered."""
        version.requests -= 1
        if version is not self.current:
            self._close_if_unused(version)

    def _close_if_unused(self, version: GraphVersion) -> None:
        if version.requests or version not in self._alive:
            return
        self._alive.remove(version)
        version.planning.close()
        version.live.forget_version()
        kept = {id(transport) for other in self._alive for transport in other.over_http.values()}
        dropped = [transport for transport in version.over_http.values() if id(transport) not in kept]
        task = asyncio.get_running_loop().create_task(_end(version, dropped))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _end(version: GraphVersion, dropped: Iterable[HttpTransport]) -> None:
    """Close everything that no other version uses, and free the memory of the model step by step."""
    await _close(dropped)
    for _ in release(version.executor.preparer.supergraph):
        await asyncio.sleep(0)


async def _close(transports: Iterable[HttpTransport]) -> None:
    for transport in transports:
        await transport.close()
