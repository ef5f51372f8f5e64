"""Builds a version of the graph from a supergraph, the settings, and the shared parts."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from time import monotonic

from gateway.access.narrowing import Narrowing
from gateway.clients import Identification
from gateway.errors import SupergraphError
from gateway.feature import Version, joined
from gateway.forwarding import Forwarding
from gateway.http.graph_versions import GraphVersion
from gateway.http.live import LiveOperations
from gateway.pipeline.documents import SentDocuments
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.planning.cold_planning import ColdPlanning
from gateway.settings import GatewaySettings
from gateway.transport import HttpTransport
from gateway.wiring.calls.masking import error_masking
from gateway.wiring.calls.subgraphs import http_transports, served_supergraph
from gateway.wiring.endpoint import client_endpoint
from gateway.wiring.hooks import graph_hooks
from gateway.wiring.live import streams
from gateway.wiring.monitoring import recorders
from gateway.wiring.operations import caches, known_bodies, operation_executor
from gateway.wiring.shared_parts import SharedParts


def graph_version(
    sdl: str,
    settings: GatewaySettings,
    shared: SharedParts,
    kept: Mapping[str, HttpTransport] | None = None,
) -> GraphVersion:
    """Build a version of the graph; it changes nothing of the current version, so a thread may call it.

    Args:
        sdl: The supergraph's text.
        settings: The settings.
        shared: The parts that outlive versions.
        kept: The connections of the current version, which are kept where nothing changes.

    Raises:
        SupergraphError: The supergraph cannot be served with these settings.
    """
    model = served_supergraph(sdl, settings)
    signer_of = shared.features.core.signer_of
    over_http = http_transports(model, shared.transports, settings, kept or {}, signer_of)
    reached = {**over_http, **shared.transports}
    version = shared.features.reached(Version(model, settings, reached, over_http))
    features = shared.features.of(version)
    named = graph_hooks(model, settings, features)
    hooks = joined(named)
    if model.annotations.guarded and hooks.narrowing is None:
        raise SupergraphError(
            "The supergraph is linked to @authenticated, @requiresScopes or @policy, but no feature of this "
            "gateway enforces them."
        )
    executor = operation_executor(
        model,
        version.transports,
        settings,
        shared.metrics,
        labels=hooks.labels,
        costs=hooks.costs,
        middleware=hooks.calls,
        events=hooks.event_calls,
        narrowing=hooks.narrowing or Narrowing(),
        masking=error_masking(settings, shared.transports),
    )
    planning = ColdPlanning(
        executor.preparer, executor.make_executable, executor.make_interpretable, executor.introspection
    )
    documents = hooks.documents or SentDocuments()
    bodies = known_bodies(settings, executor.preparer)
    counting = recorders(settings, shared, executor.preparer, documents, hooks.recorders)
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
        recorders=counting,
        subscribing=(
            None if hooks.subscriptions is None else hooks.subscriptions(executor, counting.names, hooks)
        ),
        incremental=None if hooks.in_parts is None else hooks.in_parts(executor, hooks.responses),
    )
    for prepare in hooks.preparations:
        prepare(executor)
    answering = pipeline if hooks.probe is None else hooks.probe(pipeline)
    forwarding = hooks.forwarding or Forwarding.of(settings.forwarded_headers)
    live = LiveOperations(answering, forwarding, shared.metrics, settings.live_reload_seconds)
    over_http_streams = streams(live, shared.live, shared.authentication, shared.admission, hooks.origins)
    return GraphVersion(
        sdl=sdl,
        digest=sha256(sdl.encode()).hexdigest(),
        settings=settings,
        endpoint=client_endpoint(
            answering,
            settings,
            shared.metrics,
            shared.admission,
            forwarding=forwarding,
            features=hooks,
            streams=over_http_streams,
        ),
        live=live,
        planning=planning,
        executor=executor,
        over_http=over_http,
        caches=caches(executor.preparer, bodies),
        begun=monotonic(),
        parts=tuple(named),
    )
