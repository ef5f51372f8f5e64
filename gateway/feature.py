"""The contract between the gateway's core and its features: all that features import of the composition.

A feature is a folder with its settings and its `Feature`, and an `Entry` in a list: ours in
`gateway.features`, other people's by an entry point and a line of settings. It adds to the core and to no
other feature. The core works without each of them: deleting one may remove an ability, never a protection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct
from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.executor import CallMiddleware
from gateway.http.admission import Admission
from gateway.http.forwarding import Forwarding
from gateway.http.graph_versions import ServedGraph
from gateway.http.replies import OriginPolicy, ReplyStage
from gateway.http.routes import IsReady, Remark
from gateway.monitoring import AddRecorder, KnownNames
from gateway.pipeline.access.operations import Narrowing
from gateway.pipeline.components import AnsweringPipeline, ExecutorComponent
from gateway.pipeline.documents import DocumentResolver
from gateway.pipeline.hooks import Hooks, ResponseHook
from gateway.pipeline.in_parts import AnswersInParts
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.preparation.costs import CostOf
from gateway.pipeline.preparation.plan_cache import LabelsOn
from gateway.pipeline.sessions import Sessions
from gateway.pipeline.stages import ResponsePipeline
from gateway.pipeline.subscriptions import AnswersSubscriptions
from gateway.settings import GatewaySettings
from gateway.settings.feature_settings import Entry, FeatureSettings
from gateway.supergraph import Supergraph
from gateway.transport import SignerOf, Transport

__all__ = ["Core", "Entry", "Feature", "FeatureSettings", "Version", "VersionParts"]

Respond: TypeAlias = Callable[[Request], Awaitable[Response]]
"""Answers a request to a route."""

T = TypeVar("T")


@dataclass(slots=True)
class Core:
    """What a feature may add to the process, and what it may use of it.

    Attributes:
        settings: The settings at the start.
        registry: The registry of the gateway's metrics.
        admission: Bounds how many requests are executed at once.
        count_refusal: Counts a refused request by its code.
        thread: A thread for work that would hold up the event loop, such as large responses.
        sessions: The sessions of requests, by the application's functions or by a feature.
        routes: What answers other paths than that of GraphQL.
        running: What is entered when the gateway starts to serve, and left in reverse order when it ends.
        refreshes: Called in a thread on SIGHUP: they read anew what the features follow.
        graph: The versions of the graph, once the gateway is built.
        ending: Called when the server that is about to stop takes no more connections.
        ready: Say whether the gateway can serve; it does not take requests before all do.
        remarks: Return lines for operators, which `GET /health` and `GET /ready` show.
        signer_of: Chooses how requests to subgraphs over HTTP are signed; None if they are not.
        is_serving: Whether the gateway is built: routes and background work can be added no more.
    """

    settings: GatewaySettings
    registry: CollectorRegistry
    admission: Admission
    count_refusal: Callable[[str], None]
    thread: ThreadPoolExecutor
    sessions: Sessions
    routes: list[BaseRoute] = field(default_factory=list)
    running: list[AbstractAsyncContextManager[object]] = field(default_factory=list)
    ending: list[Callable[[], None]] = field(default_factory=list)
    ready: list[IsReady | Callable[[], bool]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    refreshes: list[Callable[[], object]] = field(default_factory=list)
    signer_of: SignerOf | None = None
    is_serving: bool = False
    graph: ServedGraph | None = None
    _services: dict[type, object] = field(default_factory=dict)

    def subgraphs(self) -> Collection[str]:
        """Return the names of the current version's subgraphs; none before the gateway is built."""
        return () if self.graph is None else self.graph.subgraphs()

    def register(self, collector: Collector) -> None:
        """Add metrics."""
        self.registry.register(collector)

    def route(self, path: str, respond: Respond, methods: tuple[str, ...] = ("POST",)) -> None:
        """Answer requests to a path.

        Raises:
            ValueError: The gateway is built already.
        """
        self.serve(Route(path, respond, methods=methods))

    def serve(self, *routes: BaseRoute) -> None:
        """Serve routes beside those of GraphQL and of operators.

        Raises:
            ValueError: The gateway is built already.
        """
        self._check_is_open()
        self.routes.extend(routes)

    def run(self, manager: AbstractAsyncContextManager[object]) -> None:
        """Enter a context manager when the gateway starts to serve, and leave it when it ends.

        Raises:
            ValueError: The gateway is built already.
        """
        self._check_is_open()
        self.running.append(manager)

    def run_in_background(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do work while the gateway serves; it is cancelled when the gateway ends.

        Raises:
            ValueError: The gateway is built already.
        """
        self.run(_in_background(work))

    def close_at_end(self, close: Callable[[], Awaitable[None]]) -> None:
        """Close a connection when the gateway ends, after the last request.

        Raises:
            ValueError: The gateway is built already.
        """
        self.run(_closing(close))

    def refresh_on_hangup(self, refresh: Callable[[], object]) -> None:
        """Call something in a thread on SIGHUP, such as what reads changed files."""
        self.refreshes.append(refresh)

    def wait_for(self, is_ready: IsReady | Callable[[], bool]) -> None:
        """Call the gateway ready only if something is."""
        self.ready.append(is_ready)

    def remark(self, line: Remark) -> None:
        """Show a line to operators in `GET /health` and `GET /ready`, unless it is empty."""
        self.remarks.append(line)

    def authenticate_with(self, sessions: Sessions) -> None:
        """Authenticate requests; what the application says of sessions precedes what these say.

        Raises:
            ValueError: The application or another feature authenticates them already.
        """
        if self.sessions.is_required:
            raise ValueError("Sessions are checked twice: by two features, or by one and the application.")
        self.sessions = self.sessions.found_by(sessions)

    def sign_with(self, signer_of: SignerOf) -> None:
        """Sign the requests to subgraphs over HTTP.

        Raises:
            ValueError: Another feature signs them already.
        """
        if self.signer_of is not None:
            raise ValueError("Two features sign the requests to subgraphs.")
        self.signer_of = signer_of

    def offer(self, service: object) -> None:
        """Offer a service to the features after this one, by its class."""
        self._services[type(service)] = service

    def wanted(self, kind: type[T]) -> T | None:
        """Return the service that a feature before this one offers; None without that feature."""
        service = self._services.get(kind)
        return service if isinstance(service, kind) else None

    def _check_is_open(self) -> None:
        if self.is_serving:
            raise ValueError("A feature with routes or background work can only be switched on by a restart.")


@asynccontextmanager
async def _in_background(work: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    task = asyncio.create_task(work())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _closing(close: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Close something at the end of the block."""
    try:
        yield
    finally:
        await close()


class Version(Struct, frozen=True):
    """A version of the graph that is being built: a supergraph with its settings.

    Attributes:
        supergraph: The supergraph.
        settings: The version's settings.
        transports: How each subgraph is called, by its name.
        over_http: The names of the subgraphs that are called over HTTP.
    """

    supergraph: Supergraph
    settings: GatewaySettings
    transports: Mapping[str, Transport]
    over_http: Collection[str]


class VersionParts(Hooks, frozen=True, kw_only=True):
    """What a feature adds to a version of the graph, by stage; a stage that nobody uses costs nothing.

    Attributes:
        forwarding: Picks the headers of a client that subgraphs may see; at most one feature may do that.
        documents: Finds the documents that clients name by ids; at most one feature may do that.
        preparations: Prepare operations of a version before it is served; they may refuse it by raising
            `SupergraphError`.
        labels: Returns the labels of progressive overrides that are on for a request, unless a policy has
            decided them; at most one feature may do that, and without one none is on.
        costs: Estimates what each operation costs; at most one feature may do that.
        recorders: Wrap what counts the requests with one operation from one client.
        replies: See the replies to POST and GET on their way to the client; the first is the innermost.
        in_parts: Returns what answers operations in parts with an executor; whole responses are shown to the
            hooks. At most one feature may do that.
        subscriptions: Returns what answers subscriptions, given the executor, the names of operations in
            metrics, and the hooks of sources and events. At most one feature may do that.
        event_calls: Middleware around `calls`, for what events of subscriptions lack.
        dividers: Return a pipeline that may answer a request to the endpoint by several others.
        executor: Wraps what fetches and projects whole responses, for requests that all policies permit; at
            most one feature may do that.
        probe: Returns a pipeline that observes some requests, and lets the given one answer the others.
            What else the same feature adds is outermost; at most one feature may observe requests.
        origins: Decides which pages of other origins may read replies; at most one feature may decide that.
        narrowing: How clients see less by the access annotations of the supergraph, which at most one feature
            may enforce; a supergraph with such annotations is refused if none does.
    """

    forwarding: Forwarding | None = None
    documents: DocumentResolver | None = None
    preparations: tuple[Callable[[OperationExecutor], None], ...] = ()
    labels: LabelsOn | None = None
    costs: CostOf | None = None
    recorders: tuple[AddRecorder, ...] = ()
    replies: tuple[ReplyStage, ...] = ()
    origins: OriginPolicy | None = None
    narrowing: Narrowing | None = None
    in_parts: Callable[[OperationExecutor, tuple[ResponseHook, ...]], AnswersInParts] | None = None
    subscriptions: Callable[[OperationExecutor, KnownNames, Hooks], AnswersSubscriptions] | None = None
    event_calls: tuple[CallMiddleware, ...] = ()
    dividers: tuple[Callable[[ResponsePipeline], ResponsePipeline], ...] = ()
    executor: Callable[[OperationExecutor], ExecutorComponent] | None = None
    probe: Callable[[Pipeline], AnsweringPipeline] | None = None


class Feature:
    """The base of features; each method may be overridden, and does nothing by default.

    There is one instance a gateway: an application gives its own to `create_gateway`. State that outlives a
    version of the graph is the instance's.
    """

    def install(self, core: Core) -> None:
        """Add to the process: metrics, routes, background work, services for later features.

        Raises:
            ValueError: The settings contradict one another.
            SupergraphError: No supergraph can be served with them.
        """

    def transports(self, version: Version) -> Mapping[str, Transport]:
        """Return how the subgraphs of a version are called; a feature may replace what those before it say.

        All features are asked before `of` is called for any of them, in the same thread.

        Raises:
            SupergraphError: The feature's settings do not fit the supergraph.
        """
        return version.transports

    def of(self, version: Version) -> VersionParts:
        """Return what the feature adds to a version; called in a thread, so it must not use the event loop.

        It changes nothing of the current version, because the new one may yet be refused.

        Raises:
            SupergraphError: The feature's settings do not fit the supergraph.
        """
        del version
        return VersionParts()
