"""Builds the gateway's ASGI application: its only composition root."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib import import_module
from inspect import isawaitable
from typing import Any, Final, TypeAlias

from starlette.applications import Starlette

from gateway.feature import Core, Feature
from gateway.http.admission import Admission
from gateway.http.graph_versions import ServedGraph
from gateway.http.live import LiveConnections, LiveMetrics
from gateway.http.routes import Gateway, IsReady, OperatorRoutes, Remark
from gateway.http.websocket import WebSocketEndpoint, WebSocketParts
from gateway.installed_features import InstalledFeatures
from gateway.monitoring import OperationMetrics, ProcessMetrics
from gateway.monitoring.caches import CacheMetrics
from gateway.monitoring.metrics import Metrics
from gateway.pipeline.client_address import ClientAddresses
from gateway.pipeline.sessions import Sessions
from gateway.serving.reload import Reload, Reloader, ReloadOutcomes
from gateway.settings import GatewaySettings
from gateway.transport import Transport
from gateway.version_builder import VersionBuilder

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
    *,
    sessions: Sessions | None = None,
    features: Sequence[Feature] = (),
    reload: Reload | None = None,
) -> Gateway:
    """Build a gateway.

    Args:
        supergraph: The composed schema as SDL.
        transports: The transports by the subgraph's name in `@join__graph`; subgraphs without one are called
            over HTTP, at the URL in the settings or else in `@join__graph`.
        settings: The settings; by default those of the environment.
        sessions: The application's sessions; by default, the settings decide whether requests have any.
        features: The application's own features, which are installed before those that the settings switch
            on: they may offer these services.
        reload: The source of the supergraph and settings, if they may change while the gateway serves.

    Raises:
        SupergraphError: The supergraph is broken, or a subgraph has neither transport nor URL.
        ValueError: The settings contradict one another, or what the application does itself.
    """
    chosen = settings or GatewaySettings()
    # How long the event loop waits while the planning thread computes: a tenth of the default.
    sys.setswitchinterval(SWITCH_SECONDS)
    admission = Admission(chosen.http.requests_inside)
    metrics = Metrics(admission)
    core = Core(
        settings=chosen,
        registry=metrics.registry,
        admission=admission,
        count_refusal=metrics.refusal,
        thread=ThreadPoolExecutor(1, "gateway-large-responses"),
        sessions=sessions or Sessions(),
    )
    builder, cache_metrics = _version_builder(core, transports or {}, metrics, features)
    graph = ServedGraph(builder.build(supergraph, chosen), admission, cache_metrics)
    core.graph = graph
    background: list[Background] = [_process_metrics(metrics).watch_event_loop, _import_what_requests_need]
    app = Gateway(graph, lifespan=_lifespan(graph, core, background))
    app.draining.ending.extend(core.ending)
    if builder.connections is not None:
        app.live = builder.connections
        init_headers = frozenset(chosen.live.init_headers)
        sockets = WebSocketParts(graph, app.live, core.sessions, metrics, init_headers)
        app.websockets = WebSocketEndpoint(graph.target, sockets)
    remarks = core.remarks
    if reload is not None:
        outcomes = ReloadOutcomes(graph)
        metrics.registry.register(outcomes)
        app.state.reloader = Reloader(graph, reload, builder.build_in_steps, outcomes, core.refreshes)
        background.append(app.state.reloader.run)
        remarks = [outcomes.remark, *remarks]
    core.is_serving = True
    app.serve_operators(
        OperatorRoutes(metrics, _joined_checks(core.ready), _joined_remarks(remarks), app.draining),
        chosen.http.graphiql_dir,
    )
    app.router.routes.extend(core.routes)
    return app


def _version_builder(
    core: Core, transports: Mapping[str, Transport], metrics: Metrics, features: Sequence[Feature]
) -> tuple[VersionBuilder, CacheMetrics]:
    """Install the features, and return what builds versions, with the metrics of their caches."""
    settings, registry = core.settings, metrics.registry
    installed = InstalledFeatures(core, features)
    cache_metrics, operations = CacheMetrics({}), OperationMetrics(settings.metrics.operations)
    registry.register(cache_metrics)
    registry.register(operations)
    connections = None
    if settings.live.enabled:
        live_metrics = LiveMetrics()
        registry.register(live_metrics)
        addresses = ClientAddresses.of(settings.addresses)
        connections = LiveConnections(settings.live, live_metrics, addresses, core.sessions.customer_of)
    return VersionBuilder(installed, transports, metrics, operations, connections), cache_metrics


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
        core: What features enter at the start and leave at the end, and the thread that ends after them.
        background: Work that runs until cancelled, such as watching files.
    """

    @asynccontextmanager
    async def serving(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(graph.close)
            stack.callback(core.thread.shutdown, wait=False, cancel_futures=True)
            for manager in core.running:
                await stack.enter_async_context(manager)
            working = [asyncio.create_task(work()) for work in background]
            try:
                yield
            finally:
                for task in working:
                    task.cancel()
                await asyncio.gather(*working, return_exceptions=True)

    return serving


def _joined_checks(checks: Sequence[IsReady | Callable[[], bool]]) -> IsReady:
    """Return one readiness check of those of all features."""

    async def check() -> bool:
        for is_ready in checks:
            told = is_ready()
            if not (await told if isawaitable(told) else told):
                return False
        return True

    return check


def _joined_remarks(remarks: Sequence[Remark]) -> Remark:
    """Return a function that joins all remarks, one per line."""

    def joined() -> str:
        return "\n".join(filter(None, (remark() for remark in remarks)))

    return joined
