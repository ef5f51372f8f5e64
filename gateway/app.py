"""Builds the gateway's ASGI application: its only composition root."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any, Final

from fastapi import FastAPI
from prometheus_client.registry import Collector
from starlette.staticfiles import StaticFiles

from gateway.caching import CacheMetrics
from gateway.clients import Identification
from gateway.errors import SupergraphError
from gateway.executor import AnswerLimits
from gateway.http.admission import Admission
from gateway.http.endpoint import Endpoint
from gateway.http.headers import Forwarding
from gateway.http.response_caching import ResponseCaching
from gateway.http.routes import Gateway, IsReady, OperatorRoutes, Remark
from gateway.limits import DocumentLimits, IntrospectionSizes
from gateway.metrics import Metrics
from gateway.pipeline.authentication import Authenticate, AuthenticateCached, Authentication
from gateway.pipeline.cold_planning import ColdPlanning
from gateway.pipeline.demand import demand_control
from gateway.pipeline.document_cache import Preparer
from gateway.pipeline.documents.wiring import (
    document_resolver,
    trusted_documents_policies,
    watch_manifests,
)
from gateway.pipeline.introspection_answers import AnswerCache, Introspection
from gateway.pipeline.known_bodies import KnownBodies
from gateway.pipeline.labels import labels
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.policies import IntrospectionPolicy, Policy, RateLimitPolicy
from gateway.pipeline.preparation_limits import Limits
from gateway.pipeline.warm_up import prepare_documents
from gateway.planner import Budget
from gateway.rate_limits import CustomerOf
from gateway.rate_limits.wiring import Closing, rate_limits
from gateway.sessions import AUTHORIZATION, Sessions
from gateway.settings import GatewaySettings
from gateway.supergraph import Supergraph, load_supergraph
from gateway.transport import HttpLimits, HttpTransport, Transport
from graphql_http import Negotiation

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
    sessions = _sessions(chosen, authenticate)
    if sessions is not None:
        customer_of = customer_of or sessions.customer_of
    model = load_supergraph(supergraph)
    _check_access(model, chosen)
    http_transports = _http_transports(model, transports or {}, chosen)
    admission = Admission(chosen.requests_inside)
    metrics = Metrics(admission)
    for collector in collectors:
        metrics.registry.register(collector)

    costs = demand_control(model, chosen, metrics.registry)
    executor = OperationExecutor(
        preparer=Preparer(
            model,
            _limits(chosen),
            metrics.plan,
            labels(chosen.override_labels, chosen.override_seed),
            costs.rules,
        ),
        transports={**http_transports, **(transports or {})},
        observe=metrics.fetch,
        execution=chosen.execution,
        on_deopt=metrics.deopt,
        limits=AnswerLimits(chosen.response_places, chosen.fetch_entities, chosen.list_items),
        introspection=Introspection(model.public, AnswerCache(chosen.introspection_cache_bytes)),
    )
    known_bodies = KnownBodies(chosen.body_cache_bytes, executor.preparer.documents)
    metrics.registry.register(_cache_metrics(executor.preparer, known_bodies))
    # How long the event loop waits while the planning thread computes: a tenth of the default.
    sys.setswitchinterval(SWITCH_SECONDS)
    large_responses = ThreadPoolExecutor(1, "gateway-large-responses")
    planning = ColdPlanning(executor.preparer, executor.make_executable, executor.introspection)
    documents = document_resolver(chosen, metrics.registry, introspection=chosen.introspection is not False)
    policies: list[Policy] = [
        _introspection_policy(model, chosen),
        *trusted_documents_policies(chosen, documents),
        *costs.policies,
    ]
    limits, closing = rate_limits(chosen, customer_of, metrics.registry)
    if limits is not None:
        policies.append(RateLimitPolicy(limits))
    pipeline = Pipeline(
        authentication=(
            Authentication(authenticate, authenticate_cached)
            if sessions is None
            else _authentication(sessions, chosen)
        ),
        identification=Identification(chosen),
        planning=planning,
        policies=tuple(policies),
        executor=executor,
        admission=admission,
        known_bodies=known_bodies,
        documents=documents,
        response_bytes=chosen.response_bytes,
        large_responses=large_responses,
        cost_report=costs.report,
        rate_limits=limits,
    )
    endpoint = Endpoint(
        pipeline=pipeline,
        body_bytes=chosen.body_bytes,
        forwarding=Forwarding.of(chosen.forwarded_headers),
        graphiql=chosen.graphiql_dir,
        metrics=metrics,
        admission=admission,
        negotiation=Negotiation(),
        caching=ResponseCaching.of(
            chosen.forwarded_headers,
            chosen.client_key_header,
            chosen.client_name_headers if chosen.trusted_documents else (),
            authenticates=authenticate is not None,
        ),
    )
    if chosen.documents is not None:
        prepare_documents(chosen.documents, executor)
    watching = partial(watch_manifests, chosen, documents, planning, executor)
    closed_last = [*http_transports.values(), *closing, documents]
    app = Gateway(endpoint, lifespan=_lifespan(closed_last, planning, large_responses, watching))
    if sessions is not None:
        metrics.registry.register(sessions.metrics)
        _run_with(app, sessions)
        ready = _ready(sessions, ready)
    operator = OperatorRoutes(metrics, ready, remark)
    app.add_api_route("/health", operator.health, methods=["GET"])
    app.add_api_route("/ready", operator.ready, methods=["GET"])
    app.add_api_route("/metrics", operator.metrics, methods=["GET"])
    if chosen.graphiql_dir is not None:
        app.mount("/graphiql", StaticFiles(directory=chosen.graphiql_dir), name="graphiql")
    return app


def _sessions(settings: GatewaySettings, authenticate: Authenticate | None) -> Sessions | None:
    sessions = Sessions.of(settings)
    if sessions is not None and authenticate is not None:
        raise ValueError(
            "This gateway checks sessions by itself: unset FURLONG_GATEWAY_TOKEN_ISSUERS and "
            "FURLONG_GATEWAY_TOKEN_INTROSPECTION."
        )
    return sessions


def _authentication(sessions: Sessions, settings: GatewaySettings) -> Authentication:
    # Cached sessions are looked up by the headers that subgraphs may see: without the token among them, every
    # request would look like an anonymous one.
    is_seen = AUTHORIZATION in settings.forwarded_headers
    return Authentication(sessions.authenticate, sessions.authenticate_cached if is_seen else None)


def _run_with(app: FastAPI, sessions: Sessions) -> None:
    """Keep the issuers' keys up to date while an application serves."""
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
        await sessions.verifier.start()
        try:
            async with inner(served) as state:
                yield state
        finally:
            await sessions.verifier.close()

    app.router.lifespan_context = lifespan


def _ready(sessions: Sessions, ready: IsReady | None) -> IsReady:
    async def check() -> bool:
        return sessions.verifier.is_ready and (ready is None or await ready())

    return check


def _check_access(model: Supergraph, settings: GatewaySettings) -> None:
    """Refuse a supergraph with access restrictions that nothing would enforce."""
    if model.annotations.guarded and settings.access != "subgraphs":
        raise SupergraphError(
            "The supergraph restricts access by @authenticated, @requiresScopes or @policy, which this "
            "gateway does not enforce. If every subgraph checks access to its own fields, set "
            "FURLONG_GATEWAY_ACCESS=subgraphs; else serve it by a router that enforces them."
        )


def _introspection_policy(model: Supergraph, settings: GatewaySettings) -> IntrospectionPolicy:
    most = settings.introspection_bytes or 2 * IntrospectionSizes.of(model.public).standard_bytes()
    return IntrospectionPolicy(settings.introspection, most)


def _limits(settings: GatewaySettings) -> Limits:
    return Limits(
        document_chars=settings.document_chars,
        document_tokens=settings.document_tokens,
        mutation_fields=settings.mutation_fields,
        cache_bytes=settings.plan_cache_bytes,
        pinned_bytes=settings.pinned_plan_bytes,
        plans=settings.plans_per_document,
        refusal_bytes=settings.refusal_cache_bytes,
        shape=DocumentLimits(
            depth=settings.document_depth,
            fields=settings.document_fields,
            merged_fields=settings.document_merged_fields,
            root_fields=settings.document_root_fields,
            aliases=settings.document_aliases,
            directives=settings.document_directives,
            fragments=settings.document_fragments,
            fragment_depth=settings.document_fragment_depth,
            conditions=settings.document_conditions,
            literal_values=settings.document_literal_values,
            value_depth=settings.document_value_depth,
            operations=settings.document_operations,
            variables=settings.document_variables,
            variable_values=settings.variable_values,
        ),
        suggestions=settings.introspection is True,
        budget=Budget(settings.planner_steps, settings.planner_tries),
    )


def _cache_metrics(preparer: Preparer, known_bodies: KnownBodies) -> CacheMetrics:
    return CacheMetrics(
        {
            "documents": preparer.documents,
            "aliases": preparer.aliases,
            "bodies": known_bodies.cache,
            "refusals": preparer.refusals.cache,
        }
    )


def _http_transports(
    model: Supergraph, given: Mapping[str, Transport], settings: GatewaySettings
) -> dict[str, HttpTransport]:
    unknown = sorted((set(given) | set(settings.subgraph_urls)) - set(model.subgraphs))
    if unknown:
        raise SupergraphError(f"The supergraph has no subgraph {', '.join(unknown)}.")
    limits = HttpLimits(
        connect_seconds=settings.connect_seconds,
        total_seconds=settings.total_seconds,
        answer_bytes=settings.answer_bytes,
        connections=settings.subgraph_connections,
        idle_seconds=settings.subgraph_idle_seconds,
        authorities=settings.subgraph_ca_file,
    )
    transports: dict[str, HttpTransport] = {}
    for name, subgraph in model.subgraphs.items():
        if name in given:
            continue
        url = settings.subgraph_urls.get(name, subgraph.url)
        if not url:
            raise SupergraphError(f"The subgraph {name} has no URL in @join__graph or the settings.")
        try:
            transports[name] = HttpTransport.to(url, limits)
        except (ValueError, OSError) as error:
            raise SupergraphError(f"The subgraph {name} cannot be called at {url}: {error}") from error
    return transports


def _lifespan(
    closing: Iterable[Closing],
    planning: ColdPlanning,
    large_responses: ThreadPoolExecutor,
    watching: Callable[[], Coroutine[Any, Any, None]],
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        background = asyncio.create_task(watching())
        yield
        background.cancel()
        planning.close()
        large_responses.shutdown(wait=False, cancel_futures=True)
        for each in closing:
            await each.close()

    return lifespan
