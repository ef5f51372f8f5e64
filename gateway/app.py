"""Builds the gateway's ASGI application: its only composition root."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from prometheus_client.registry import Collector

from gateway.access.application import AccessOf, DecidePolicies
from gateway.clients import CustomerOf
from gateway.feature import Core
from gateway.http.admission import Admission
from gateway.http.graph_versions import ServedGraph
from gateway.http.routes import Gateway, IsReady, OperatorRoutes, Remark
from gateway.installed_features import InstalledFeatures
from gateway.metrics import Metrics
from gateway.pipeline.authentication import (
    Authenticate,
    AuthenticateCached,
    Authentication,
    ExpiresOf,
)
from gateway.reload import Reload, ReloadOutcomes
from gateway.settings import GatewaySettings
from gateway.transport import Transport
from gateway.wiring.background import joined_checks, lifespan
from gateway.wiring.graph_version import graph_version
from gateway.wiring.live import websocket_endpoint
from gateway.wiring.monitoring import watching
from gateway.wiring.reload import joined_remarks, reloader
from gateway.wiring.shared_parts import shared_parts

if TYPE_CHECKING:
    from foundation.tracing import Tracing

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
        chosen = chosen.model_copy(update={"tracing": True})
    # How long the event loop waits while the planning thread computes: a tenth of the default.
    sys.setswitchinterval(SWITCH_SECONDS)
    admission = Admission(chosen.requests_inside)
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
    features = InstalledFeatures(core)
    shared = shared_parts(
        chosen,
        transports or {},
        core.authentication,
        admission=admission,
        metrics=metrics,
        customer_of=core.customer_of,
        large_responses=core.thread,
        features=features,
    )
    graph = ServedGraph(graph_version(supergraph, chosen, shared), admission, shared.cache_metrics)
    core.graph = graph
    background = watching(shared)
    app = Gateway(graph, lifespan=lifespan([graph], shared.large_responses, background, core.running))
    app.draining.ending.extend(core.ending)
    if shared.live is not None:
        app.live = shared.live.connections
        app.websockets = websocket_endpoint(chosen, graph, app.live, core.authentication, metrics)
    if reload is not None:
        outcomes = ReloadOutcomes(graph)
        metrics.registry.register(outcomes)
        app.state.reloader = reloader(graph, shared, reload, outcomes)
        background.append(app.state.reloader.run)
        remark = joined_remarks(outcomes.remark, remark)
    for path, methods, respond in core.routes:
        app.add_route(path, respond, methods=list(methods))
    core.is_serving = True
    app.serve_operators(
        OperatorRoutes(metrics, joined_checks(core.ready, ready), remark, app.draining), chosen.graphiql_dir
    )
    return app
