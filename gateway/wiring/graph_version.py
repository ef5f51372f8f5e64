"""Builds a version of the graph from a supergraph, the settings, and what outlives versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from time import monotonic

from gateway.clients import Identification
from gateway.http.graph_versions import GraphVersion
from gateway.pipeline.cold_planning import ColdPlanning
from gateway.pipeline.demand import demand_control
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.warm_up import prepare_documents
from gateway.settings import GatewaySettings
from gateway.transport import HttpTransport
from gateway.wiring.access import access_control
from gateway.wiring.calls.headers import header_rules
from gateway.wiring.calls.subgraphs import http_transports, served_supergraph
from gateway.wiring.endpoint import client_endpoint, response_compression
from gateway.wiring.hooks import graph_hooks
from gateway.wiring.monitoring import recorders
from gateway.wiring.observation import observed, observing
from gateway.wiring.operations import caches, known_bodies, operation_executor
from gateway.wiring.shared_parts import SharedParts


def graph_version(
    sdl: str,
    settings: GatewaySettings,
    shared: SharedParts,
    kept: Mapping[str, HttpTransport] | None = None,
) -> GraphVersion:
    """Build a version of the graph; nothing of the version in force is changed, so a thread may do it.

    Args:
        sdl: The supergraph's text.
        settings: The settings.
        shared: What outlives versions.
        kept: The connections of the version in force, which are kept where nothing changes.

    Raises:
        SupergraphError: The supergraph cannot be served with these settings.
    """
    model = served_supergraph(sdl, settings)
    rules = header_rules(model, settings)
    over_http = http_transports(model, shared.transports, settings, kept or {}, rules)
    reached = {**over_http, **shared.transports}
    costs = demand_control(model, settings, shared.cost_metrics)
    access = access_control(model, settings, shared.access, authenticates=shared.authentication.is_required)
    watching = observing(settings, shared.tracing, over_http)
    hooks = graph_hooks(model, settings, shared, costs, watching, access=access)
    executor = operation_executor(
        model,
        reached if rules is None else rules.applied(reached),
        settings,
        shared.metrics,
        costs,
        middleware=hooks.calls,
        access=access,
    )
    planning = ColdPlanning(executor.preparer, executor.make_executable, executor.introspection)
    documents = replace(shared.documents, introspection=settings.introspection is not False)
    bodies = known_bodies(settings, executor.preparer)
    pipeline = Pipeline(
        authentication=shared.authentication,
        identification=Identification(settings),
        planning=planning,
        hooks=hooks,
        executor=executor,
        admission=shared.admission,
        known_bodies=bodies,
        documents=documents,
        response_bytes=settings.response_bytes,
        large_responses=shared.large_responses,
        recorders=recorders(settings, shared, executor.preparer),
        rate_limits=shared.rate_limits,
        known_values=None if rules is None else rules.known,
    )
    if settings.documents is not None:
        prepare_documents(settings.documents, executor)
    answering = observed(pipeline, settings, shared.tracing, over_http)
    return GraphVersion(
        sdl=sdl,
        digest=sha256(sdl.encode()).hexdigest(),
        settings=settings,
        endpoint=client_endpoint(
            answering,
            settings,
            shared.metrics,
            shared.admission,
            rules=rules,
            compression=response_compression(settings, shared.large_responses),
        ),
        planning=planning,
        executor=executor,
        over_http=over_http,
        caches=caches(executor.preparer, bodies),
        begun=monotonic(),
    )
