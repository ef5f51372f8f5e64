"""Builds a version of the graph from a supergraph, the settings, and the shared parts."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from time import monotonic

from gateway.access.narrowing import Narrowing
from gateway.clients import Identification
from gateway.errors import SupergraphError
from gateway.feature import Version, joined
from gateway.http.graph_versions import GraphVersion
from gateway.http.live import LiveOperations
from gateway.pipeline.documents import SentDocuments
from gateway.pipeline.pipeline import Pipeline
from gateway.pipeline.planning.cold_planning import ColdPlanning
from gateway.settings import GatewaySettings
from gateway.transport import HttpTransport, Transport
from gateway.wiring.calls.headers import header_rules
from gateway.wiring.calls.subgraphs import http_transports, served_supergraph
from gateway.wiring.endpoint import client_endpoint, client_forwarding
from gateway.wiring.hooks import graph_hooks
from gateway.wiring.monitoring import recorders
from gateway.wiring.operations import caches, known_bodies, operation_executor
from gateway.wiring.shared_parts import SharedParts
from gateway.wiring.subscriptions.live import streams
from gateway.wiring.subscriptions.streams import with_streams
from gateway.wiring.subscriptions.subscribing import event_calls, subscribing


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
    rules = header_rules(model, settings)
    signer_of = shared.features.core.signer_of
    over_http = http_transports(
        model, shared.transports, settings, kept or {}, signer_of=signer_of, rules=rules
    )
    streaming = with_streams(model, over_http, settings, signer_of, shared.subscriptions.callbacks)
    reached: Mapping[str, Transport] = {**streaming, **shared.transports}
    if rules is not None:
        reached = rules.applied(reached)
    unshared = frozenset() if rules is None else frozenset(rules.replies)
    version = Version(model, settings, reached, over_http, unshared)
    features = shared.features.of(version)
    named = graph_hooks(model, settings, shared, features=features)
    hooks = joined(named)
    if model.annotations.guarded and hooks.narrowing is None:
        raise SupergraphError(
            "The supergraph is linked to @authenticated, @requiresScopes or @policy, but no feature of this "
            "gateway enforces them."
        )
    executor = operation_executor(
        model,
        reached,
        settings,
        shared.metrics,
        labels=hooks.labels,
        costs=hooks.costs,
        middleware=hooks.calls,
        events=event_calls(version, shared.customer_of),
        narrowing=hooks.narrowing or Narrowing(),
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
        known_values=None if rules is None else rules.known,
        subscribing=subscribing(
            settings,
            shared.subscriptions,
            executor,
            counting,
            hooks,
            authentication=shared.authentication,
            large_responses=shared.large_responses,
        ),
        incremental=None if hooks.in_parts is None else hooks.in_parts(executor, hooks.responses),
    )
    for prepare in hooks.preparations:
        prepare(executor)
    answering = pipeline if hooks.probe is None else hooks.probe(pipeline)
    forwarding = client_forwarding(settings, rules)
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
            rules=rules,
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
