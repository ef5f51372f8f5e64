"""Builds the gateway's ASGI application: its only composition root."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from prometheus_client.registry import Collector
from starlette.applications import Starlette

from gateway.access.application import AccessOf, DecidePolicies
from gateway.caching import CacheMetrics
from gateway.clients import ClientAddresses, CustomerOf
from gateway.feature import Core
from gateway.http.admission import Admission
from gateway.http.graph_versions import ServedGraph
from gateway.http.live import LiveConnections, LiveMetrics
from gateway.http.routes import Gateway, IsReady, OperatorRoutes, Remark
from gateway.http.websocket import WebSocketEndpoint, WebSocketParts
from gateway.installed_features import InstalledFeatures
from gateway.monitoring import OperationMetrics, ProcessMetrics
from gateway.monitoring.metrics import Metrics
from gateway.pipeline.authentication import (
    Authenticate,
    AuthenticateCached,
    Authentication,
    ExpiresOf,
)
from gateway.reload import Reload, Reloader, ReloadOutcomes
from gateway.settings import GatewaySettings
from gateway.transport import Transport
from gateway.version_builder import VersionBuilder

if TYPE_CHECKING:
    from foundation.tracing import Tracing

Background: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
"""Background work that runs until cancelled."""

FOR_REQUESTS: Final = ("gateway.planner.planner", "gateway.compiled.compile")
"""What only requests need: the planner, and the compiler of plans."""

SWITCH_SECONDS: Final = 0.0005
"""How often the interpreter switches between threads, in seconds: ten times as often as by default."""


def create_gateway(
    supergraph: str,
    transports: Mapping[str, Transport] | None = None,
    settings: GatewaySettings | None = None,
    authenticate: Authenticate | None = None,
    ready: IsReady | None = None,
    *,
    authenticate_cached: AuthenticateCached | None = None,
    customer_of: CustomerOf | None = None,
    decide_policies: DecidePolicies | None = None,
    access_of: AccessOf | None = None,
    expires_of: ExpiresOf | None = None,
    collectors: Iterable[Collector] = (),
    remark: Remark | None = None,
    reload: Reload | None = None,
    tracing: Tracing | None = None,
) -> Gateway:
    """Build a gateway.

    Args:
        supergraph: The composed schema as SDL.
        transports: The transports by the subgraph's name in `@join__graph`; subgraphs without one are called
            over HTTP, at the URL in the settings or else in `@join__graph`.
        settings: The settings; by default those of the environment.
        authenticate: Called with a request's headers before anything is planned; returns the session, or
            raises `Unauthenticated` to refuse the request.
        ready: The readiness check for `GET /ready`.
        authenticate_cached: Called before `authenticate` with the headers that subgraphs may see; returns the
            session, or None if `authenticate` must be awaited.
        customer_of: Returns the key of a session's customer, or None, for rate limits by customer.
        decide_policies: Decides which policies of `@policy` hold for a request, except those for which the
            settings have expressions.
        access_of: Returns the rights of a session for `@authenticated` and `@requiresScopes`; by default, a
            session is authenticated unless it is None, and has the scopes of its claims.
        expires_of: Returns when a session ends, in seconds since the epoch, or None; it ends subscriptions.
        collectors: Additional metrics for `GET /metrics`.
        tracing: Records traces of requests; by default, the settings decide whether any are recorded.
        remark: Returns a line to add to the responses of `GET /health` and `GET /ready`; empty for none.
        reload: The source of the supergraph and settings, if they may change while the gateway serves.

    Raises:
        SupergraphError: The supergraph is broken, or a subgraph has neither transport nor URL.
        ValueError: The settings contradict one another, or both the settings and `authenticate` check
            sessions, or both the settings and `decide_policies` decide policies.
    """
    chosen = settings or GatewaySettings()
    if tracing is not None:
        chosen = chosen.model_copy(update={"observation": {"tracing": True}})
    # How long the event loop waits while the planning thread computes: a tenth of the default.
    sys.setswitchinterval(SWITCH_SECONDS)
    admission = Admission(chosen.http.requests_inside)
    metrics = Metrics(admission)
    for collector in collectors:
        metrics.registry.register(collector)
    core = Core(
        settings=chosen,
        registry=metrics.registry,
        admission=admission,
        count_refusal=metrics.refusal,
        thread=ThreadPoolExecutor(1, "gateway-large-responses"),
        authentication=Authentication(authenticate, authenticate_cached),
        customer_of=customer_of,
        access_of=access_of,
        expires_of=expires_of,
        decide_policies=decide_policies,
    )
    if tracing is not None:
        core.offer(tracing)
    builder, cache_metrics = _version_builder(core, transports or {}, metrics)
    graph = ServedGraph(builder.build(supergraph, chosen), admission, cache_metrics)
    core.graph = graph
    background: list[Background] = [_process_metrics(metrics).watch_event_loop, _import_what_requests_need]
    app = Gateway(graph, lifespan=_lifespan(graph, core, background))
    app.draining.ending.extend(core.ending)
    if builder.connections is not None:
        app.live = builder.connections
        init_headers = frozenset(chosen.live.init_headers)
        sockets = WebSocketParts(graph, app.live, core.authentication, metrics, init_headers)
        app.websockets = WebSocketEndpoint(graph.target, sockets)
    if reload is not None:
        outcomes = ReloadOutcomes(graph)
        metrics.registry.register(outcomes)
        app.state.reloader = Reloader(graph, reload, builder.build_in_steps, outcomes, core.refreshes)
        background.append(app.state.reloader.run)
        remark = _joined_remarks(outcomes.remark, remark)
    for path, methods, respond in core.routes:
        app.add_route(path, respond, methods=list(methods))
    core.is_serving = True
    app.serve_operators(
        OperatorRoutes(metrics, _joined_checks(core.ready, ready), remark, app.draining),
        chosen.http.graphiql_dir,
    )
    return app


def _version_builder(
    core: Core, transports: Mapping[str, Transport], metrics: Metrics
) -> tuple[VersionBuilder, CacheMetrics]:
    """Install the features, and return what builds versions, with the metrics of their caches."""
    settings, registry = core.settings, metrics.registry
    features = InstalledFeatures(core)
    cache_metrics, operations = CacheMetrics({}), OperationMetrics(settings.metrics.operations)
    registry.register(cache_metrics)
    registry.register(operations)
    connections = None
    if settings.live.enabled:
        live_metrics = LiveMetrics()
        registry.register(live_metrics)
        addresses = ClientAddresses.of(settings.addresses)
        connections = LiveConnections(settings.live, live_metrics, addresses, core.customer_of)
    return VersionBuilder(features, transports, metrics, operations, connections), cache_metrics


async def _import_what_requests_need() -> None:
    """Import it in a thread when the gateway already serves: a start that waits for it takes longer."""
    for module in FOR_REQUESTS:
        await asyncio.to_thread(import_module, module)


def _process_metrics(metrics: Metrics) -> ProcessMetrics:
    process = ProcessMetrics()
    metrics.registry.register(process)
    return process


def _lifespan(
    graph: ServedGraph, core: Core, background: Iterable[Background]
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Return the lifespan of an application.

    Args:
        graph: The graph, which is closed at the end.
        core: What features enter at the start and leave at the end, and the thread that ends with them.
        background: Work that runs until cancelled, such as watching files.
    """

    @asynccontextmanager
    async def serving(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as features:
            for manager in core.running:
                await features.enter_async_context(manager)
            working = [asyncio.create_task(work()) for work in background]
            yield
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
        core.thread.shutdown(wait=False, cancel_futures=True)
        await graph.close()

    return serving


def _joined_checks(checks: Sequence[Callable[[], bool]], ready: IsReady | None) -> IsReady | None:
    """Return one readiness check of those of features and of that of the application."""
    if not checks:
        return ready

    async def check() -> bool:
        return all(is_ready() for is_ready in checks) and (ready is None or await ready())

    return check


def _joined_remarks(own: Remark, given: Remark | None) -> Remark:
    """Return a function that joins both remarks, one per line."""

    def remark() -> str:
        return "\n".join(filter(None, (own(), given() if given is not None else "")))

    return remark
