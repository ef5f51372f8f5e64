"""Builds the gateway's ASGI application: the only place where its parts are put together."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from fastapi import FastAPI
from prometheus_client.registry import Collector
from starlette.staticfiles import StaticFiles

from gateway.admission import Admission
from gateway.answer import Answering
from gateway.bounded import BoundedBytes
from gateway.cold_planning import ColdPlanning
from gateway.endpoint import Authenticate, Endpoint, Recognise
from gateway.errors import SupergraphError
from gateway.headers import Forwarding
from gateway.labels import labels
from gateway.media import Negotiation
from gateway.metrics import Metrics
from gateway.planner import Budget
from gateway.prepare import Limits, Preparer
from gateway.routes import Gateway, OperatorRoutes, Ready, Remark
from gateway.settings import GatewaySettings
from gateway.supergraph import Supergraph, load_supergraph
from gateway.transport import HttpLimits, HttpTransport, Transport
from gateway.trusted import prepare_documents

SWITCH_SECONDS: Final = 0.0005


def create_gateway(
    supergraph: str,
    transports: Mapping[str, Transport] | None = None,
    settings: GatewaySettings | None = None,
    authenticate: Authenticate | None = None,
    ready: Ready | None = None,
    *,
    recognise: Recognise | None = None,
    collectors: Iterable[Collector] = (),
    remark: Remark | None = None,
) -> FastAPI:
    """Build a gateway.

    Args:
        supergraph: The composed schema as SDL.
        transports: By the subgraph's name in `@join__graph`; subgraphs without one are asked over HTTP
            at the URL of the settings, else the one that stands there.
        settings: By default read from the environment.
        authenticate: Called with the request's headers before anything is planned; raises
            `Unauthenticated` to refuse.
        ready: Asked by `GET /ready` beside the gateway's own state.
        recognise: Saves waiting for `authenticate` where it knows who asks: called with the headers that
            subgraphs may see, it gives what `authenticate` would give for the same request, or None.
        collectors: What `GET /metrics` tells beside the gateway's own counts.
        remark: A line that `GET /health` and `GET /ready` add, where it is not empty.

    Raises:
        SupergraphError: The supergraph is broken, a subgraph has neither transport nor URL, or access is
            restricted and the settings do not say that subgraphs see to it.
    """
    chosen = settings or GatewaySettings()
    model = load_supergraph(supergraph)
    _check_access(model, chosen)
    asked_over_http = _over_http(model, transports or {}, chosen)
    admission = Admission(chosen.requests_inside)
    metrics = Metrics(admission)
    for collector in collectors:
        metrics.registry.register(collector)

    answering = Answering(
        preparer=Preparer(
            model, _limits(chosen), metrics.plan, labels(chosen.override_labels, chosen.override_seed)
        ),
        transports={**asked_over_http, **(transports or {})},
        observe=metrics.fetch,
        execution=chosen.execution,
    )
    # How long others wait while the planning thread computes: ten times less than by default.
    sys.setswitchinterval(SWITCH_SECONDS)
    planning = ColdPlanning(answering.preparer, answering.compile)
    endpoint = Endpoint(
        answering=answering,
        planning=planning,
        body_bytes=chosen.body_bytes,
        forwarding=Forwarding.of(chosen.forwarded_headers),
        graphiql=chosen.graphiql_dir,
        metrics=metrics,
        admission=admission,
        authenticate=authenticate,
        recognise=recognise,
        known=BoundedBytes(chosen.plan_cache, chosen.body_cache_bytes),
        negotiation=Negotiation(),
    )
    if chosen.documents is not None:
        prepare_documents(chosen.documents, answering)
    app = Gateway(endpoint, lifespan=_closing(asked_over_http.values(), planning))
    operator = OperatorRoutes(metrics, ready, remark)
    app.add_api_route("/health", operator.health, methods=["GET"])
    app.add_api_route("/ready", operator.ready, methods=["GET"])
    app.add_api_route("/metrics", operator.metrics, methods=["GET"])
    if chosen.graphiql_dir is not None:
        app.mount("/graphiql", StaticFiles(directory=chosen.graphiql_dir), name="graphiql")
    return app


def _check_access(model: Supergraph, settings: GatewaySettings) -> None:
    """Who restricts access must not be served by somebody who does not look at it."""
    if model.annotations.guarded and settings.access != "subgraphs":
        raise SupergraphError(
            "The supergraph restricts access by @authenticated, @requiresScopes or @policy, which this "
            "gateway does not enforce. If every subgraph checks access to its own fields, set "
            "FURLONG_GATEWAY_ACCESS=subgraphs; else serve it by a router that enforces them."
        )


def _limits(settings: GatewaySettings) -> Limits:
    return Limits(
        document_chars=settings.document_chars,
        document_tokens=settings.document_tokens,
        mutation_fields=settings.mutation_fields,
        cache=settings.plan_cache,
        budget=Budget(settings.planner_steps, settings.planner_tries),
    )


def _over_http(
    model: Supergraph, given: Mapping[str, Transport], settings: GatewaySettings
) -> dict[str, HttpTransport]:
    unknown = sorted((set(given) | set(settings.subgraph_urls)) - set(model.subgraphs))
    if unknown:
        raise SupergraphError(f"There is no subgraph {', '.join(unknown)} in the supergraph.")
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
            raise SupergraphError(f"The subgraph {name} has no URL, in @join__graph or in the settings.")
        try:
            transports[name] = HttpTransport.to(url, limits)
        except (ValueError, OSError) as error:
            raise SupergraphError(f"The subgraph {name} cannot be asked at {url}: {error}") from error
    return transports


def _closing(
    transports: Iterable[HttpTransport], planning: ColdPlanning
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        planning.close()
        for transport in transports:
            await transport.close()

    return lifespan
