"""Builds the gateway's ASGI application: its only composition root."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from fastapi import FastAPI
from prometheus_client.registry import Collector

from gateway.clients import Identification
from gateway.http.admission import Admission
from gateway.http.routes import Gateway, IsReady, OperatorRoutes, Remark
from gateway.metrics import Metrics
from gateway.pipeline.authentication import Authenticate, AuthenticateCached
from gateway.pipeline.cold_planning import ColdPlanning
from gateway.pipeline.demand import demand_control
from gateway.pipeline.documents.wiring import document_resolver, watch_manifests
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.warm_up import prepare_documents
from gateway.rate_limits import CustomerOf
from gateway.rate_limits.wiring import rate_limits
from gateway.settings import GatewaySettings
from gateway.transport import Transport
from gateway.wiring.background import lifespan
from gateway.wiring.endpoint import client_endpoint
from gateway.wiring.operations import known_bodies, operation_executor
from gateway.wiring.policies import policies
from gateway.wiring.sessions import authentication, checked_sessions, run_with
from gateway.wiring.subgraphs import http_transports, served_supergraph

SWITCH_SECONDS: Final = 0.0005
"""How often the interpreter switches between threads: ten times as often as by default."""


def create_gateway(
    supergraph: str,
    transports: Mapping[str, Transport] | None = None,
    settings: GatewaySettings | None = None,
    authenticate: Authenticate | None = None,
    ready: IsReady | None = None,
    *,
    authenticate_cached: AuthenticateCached | None = None,
    customer_of: CustomerOf | None = None,
    collectors: Iterable[Collector] = (),
    remark: Remark | None = None,
) -> FastAPI:
    """Build a gateway.

    Args:
        supergraph: The composed schema as SDL.
        transports: The transports by the subgraph's name in `@join__graph`; subgraphs without one are called
            over HTTP, at the URL in the settings or else in `@join__graph`.
        settings: The settings; by default those of the environment.
        authenticate: Called with a request's headers before anything is planned; returns the session, or
            raises `Unauthenticated` to refuse the request.
        ready: The readiness check behind `GET /ready`.
        authenticate_cached: Called before `authenticate` with the headers that subgraphs may see; returns the
            session, or None if `authenticate` must be awaited.
        customer_of: Returns the key of a session's customer, or None, for rate limits by customer.
        collectors: Further metrics for `GET /metrics`.
        remark: Returns a line that `GET /health` and `GET /ready` add; empty for none.

    Raises:
        SupergraphError: The supergraph is broken, a subgraph has neither transport nor URL, or access is
            restricted and the settings do not leave its enforcement to the subgraphs.
        ValueError: Sessions are checked both by settings and by `authenticate`.
    """
    chosen = settings or GatewaySettings()
    sessions = checked_sessions(chosen, authenticate)
    if sessions is not None:
        customer_of = customer_of or sessions.customer_of
    model = served_supergraph(supergraph, chosen)
    over_http = http_transports(model, transports or {}, chosen)
    admission = Admission(chosen.requests_inside)
    metrics = Metrics(admission)
    for collector in collectors:
        metrics.registry.register(collector)
    costs = demand_control(model, chosen, metrics.registry)
    executor = operation_executor(model, {**over_http, **(transports or {})}, chosen, metrics, costs)
    planning = ColdPlanning(executor.preparer, executor.make_executable, executor.introspection)
    # How long the event loop waits while the planning thread computes: a tenth of the default.
    sys.setswitchinterval(SWITCH_SECONDS)
    large_responses = ThreadPoolExecutor(1, "gateway-large-responses")
    documents = document_resolver(chosen, metrics.registry, introspection=chosen.introspection is not False)
    limits, closing = rate_limits(chosen, customer_of, metrics.registry)
    pipeline = Pipeline(
        authentication=authentication(sessions, chosen, authenticate, authenticate_cached),
        identification=Identification(chosen),
        planning=planning,
        policies=policies(model, chosen, documents, costs, limits),
        executor=executor,
        admission=admission,
        known_bodies=known_bodies(chosen, executor.preparer, metrics),
        documents=documents,
        response_bytes=chosen.response_bytes,
        large_responses=large_responses,
        cost_report=costs.report,
        rate_limits=limits,
    )
    if chosen.documents is not None:
        prepare_documents(chosen.documents, executor)
    watching = partial(watch_manifests, chosen, documents, planning, executor)
    closed_last = [*over_http.values(), *closing, documents]
    app = Gateway(
        client_endpoint(pipeline, chosen, metrics, admission),
        lifespan=lifespan(closed_last, planning, large_responses, watching),
    )
    if sessions is not None:
        ready = run_with(app, sessions, ready, metrics.registry)
    app.serve_operators(OperatorRoutes(metrics, ready, remark, app.draining), chosen.graphiql_dir)
    return app
