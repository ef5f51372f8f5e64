"""Builds a version of the graph from a supergraph and settings: its executor, its pipeline, its endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from time import monotonic

from msgspec import Struct

from foundation.garbage_collection import collected_in_steps
from foundation.graphql_http import Negotiation
from gateway.errors import SupergraphError
from gateway.executor.masking import error_masking
from gateway.feature import Version, VersionParts
from gateway.http.cross_site import CrossSiteGets
from gateway.http.endpoint import CorsEndpoint, Endpoint
from gateway.http.forwarding import Forwarding
from gateway.http.graph_versions import GraphVersion
from gateway.http.live import LiveConnections, LiveOperations
from gateway.http.responses import ResponseCaching
from gateway.http.streams import Streams
from gateway.installed_features import InstalledFeatures
from gateway.monitoring import KnownNames, OperationMetrics, Recorders
from gateway.monitoring.metrics import Metrics
from gateway.monitoring.operations import Document
from gateway.pipeline.access.operations import Narrowing
from gateway.pipeline.cold_planning import ColdPlanning
from gateway.pipeline.components import AnsweringPipeline
from gateway.pipeline.documents import DocumentResolver, SentDocuments
from gateway.pipeline.hooks import Hooks
from gateway.pipeline.identification import Identification
from gateway.pipeline.introspection_responses import Introspection, IntrospectionCache
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.pipeline import ArrivalPipeline, Pipeline
from gateway.pipeline.policies import IntrospectionPolicy, checks_of
from gateway.pipeline.preparation.known_bodies import KnownBodies
from gateway.pipeline.preparation.limits import PreparationLimits
from gateway.pipeline.preparation.preparer import Preparer
from gateway.pipeline.stages import ResponsePipeline
from gateway.request_path import assemble
from gateway.settings import GatewaySettings
from gateway.supergraph import load_supergraph
from gateway.transport import HttpTransport, Transport
from gateway.transport.by_settings import http_transports


class VersionBuilder(Struct, frozen=True):
    """Builds versions of the graph; its attributes outlive each of them.

    Attributes:
        features: The features that the settings switch on.
        transports: The transports that the application has given, by subgraph.
        metrics: The gateway's metrics.
        operations: The metrics by operation and client.
        connections: All WebSockets and streams; None if there are none.
    """

    features: InstalledFeatures
    transports: Mapping[str, Transport]
    metrics: Metrics
    operations: OperationMetrics
    connections: LiveConnections | None

    def build_in_steps(
        self, sdl: str, settings: GatewaySettings, *, kept: Mapping[str, HttpTransport]
    ) -> GraphVersion:
        """Build a version beside one that serves: its garbage is collected in steps; raises as `build`."""
        with collected_in_steps():
            return self.build(sdl, settings, kept)

    def build(
        self, sdl: str, settings: GatewaySettings, kept: Mapping[str, HttpTransport] | None = None
    ) -> GraphVersion:
        """Build a version; it changes nothing of the current one, so a thread may call it.

        Args:
            sdl: The supergraph's text.
            settings: The settings.
            kept: The connections of the current version, which are kept where nothing changes.

        Raises:
            SupergraphError: The supergraph cannot be served with these settings.
        """
        core = self.features.core
        model = load_supergraph(sdl, incremental=settings.execution.incremental_delivery)
        over_http = http_transports(model, self.transports, settings.subgraphs, kept or {}, core.signer_of)
        version = self.features.reached(Version(model, settings, {**over_http, **self.transports}, over_http))
        path = assemble(self.features.of(version), _core(version), authenticates=core.sessions.is_used)
        parts = path.parts
        if model.annotations.guarded and parts.narrowing is None:
            raise SupergraphError(
                "The supergraph is linked to @authenticated, @requiresScopes or @policy, but no feature of "
                "this gateway enforces them."
            )
        executor = self._executor(version, parts)
        planning = ColdPlanning(
            executor.preparer, executor.make_executable, executor.make_interpretable, executor.introspection
        )
        bodies = KnownBodies(settings.caches.body_cache_bytes, executor.preparer.documents)
        pipeline = self._pipeline(settings, parts, executor, planning, bodies)
        for prepare in parts.preparations:
            prepare(executor)
        answering = pipeline if parts.probe is None else parts.probe(pipeline)
        forwarding = parts.forwarding or Forwarding.of(settings.http.forwarded_headers)
        live = LiveOperations(answering, forwarding, self.metrics, settings.live.reload_seconds)
        endpoint = self._endpoint(settings, parts, answering, forwarding, live)
        return GraphVersion(
            sdl=sdl,
            digest=sha256(sdl.encode()).hexdigest(),
            settings=settings,
            endpoint=endpoint if parts.origins is None else CorsEndpoint(endpoint, parts.origins),
            live=live,
            planning=planning,
            executor=executor,
            over_http=over_http,
            caches={
                "documents": executor.preparer.documents,
                "aliases": executor.preparer.aliases,
                "bodies": bodies.cache,
                "refusals": executor.preparer.refusals.cache,
            },
            begun=monotonic(),
            path=path.steps,
        )

    def _executor(self, version: Version, parts: VersionParts) -> OperationExecutor:
        """Build the executor of operations, with the cache of their documents."""
        settings, model, narrowing = version.settings, version.supergraph, parts.narrowing or Narrowing()
        return OperationExecutor(
            preparer=Preparer(
                model,
                _preparation_limits(settings, narrowing),
                self.metrics.plan,
                parts.labels,
                parts.costs,
                access=narrowing.operations,
                checks_of=partial(checks_of, parts.policies),
            ),
            transports=version.transports,
            observe=self.metrics.fetch,
            execution=settings.execution.execution,
            on_deopt=self.metrics.deopt,
            on_errors=self.metrics.errors,
            limits=settings.responses,
            introspection=Introspection(
                model.public, IntrospectionCache(settings.introspection.cache_bytes), narrowing.visible
            ),
            middleware=parts.calls,
            events=parts.event_calls,
            masking=error_masking(settings.masking, self.transports),
        )

    def _pipeline(
        self,
        settings: GatewaySettings,
        parts: VersionParts,
        executor: OperationExecutor,
        planning: ColdPlanning,
        bodies: KnownBodies,
    ) -> Pipeline:
        core = self.features.core
        documents = parts.documents or SentDocuments()
        names = _names(settings, executor.preparer, documents)
        kind = ArrivalPipeline if parts.requests else Pipeline
        subscribe = parts.subscriptions
        return kind(
            authentication=core.sessions,
            identification=Identification(settings.clients),
            planning=planning,
            hooks=parts,
            executor=executor if parts.executor is None else parts.executor(executor),
            admission=core.admission,
            known_bodies=bodies,
            documents=documents,
            response_bytes=settings.responses.bytes,
            large_responses=core.thread,
            recorders=Recorders(self.operations, names, parts.recorders),
            authenticates=core.sessions.is_used,
            subscriptions=None if subscribe is None else subscribe(executor, names, parts),
            incremental=None if parts.in_parts is None else parts.in_parts(executor, parts.responses),
        )

    def _endpoint(
        self,
        settings: GatewaySettings,
        parts: VersionParts,
        answering: AnsweringPipeline,
        forwarding: Forwarding,
        live: LiveOperations,
    ) -> Endpoint:
        """Build the endpoint for clients."""
        core, connections = self.features.core, self.connections
        pipeline: ResponsePipeline = answering
        for divide in parts.dividers:
            pipeline = divide(pipeline)
        streams = None
        if connections is not None:
            streams = Streams(live, connections, core.sessions, core.admission, parts.origins)
        return Endpoint(
            pipeline=pipeline,
            body_bytes=settings.http.body_bytes,
            forwarding=forwarding,
            graphiql=settings.http.graphiql_dir,
            metrics=self.metrics,
            admission=core.admission,
            negotiation=Negotiation(),
            caching=ResponseCaching.of(
                [name for _, name in forwarding.names],
                settings.clients.key_header,
                () if parts.documents is None else parts.documents.varies_by,
                authenticates=core.sessions.is_required,
                is_shared=forwarding.others is None,
                varies_by=(
                    *forwarding.varies_by,
                    *(name for reply in parts.replies for name in reply.varies_by),
                ),
            ),
            replies=parts.replies,
            streams=streams,
            gets=CrossSiteGets.of(
                forwarding,
                settings.clients.name_headers,
                parts.origins,
                authenticates=core.sessions.is_used,
            ),
            reads_gzip=settings.http.gzip_requests,
        )


def _core(version: Version) -> Hooks:
    """Return what the core itself adds to the path."""
    settings = version.settings
    policy = IntrospectionPolicy(settings.introspection.permission, settings.introspection.bytes)
    return Hooks(policies=(policy,))


def _names(settings: GatewaySettings, preparer: Preparer, documents: DocumentResolver) -> KnownNames:
    """Return which operations and clients have labels of their own in metrics."""

    def is_known(document: Document, client: str | None) -> bool:
        return preparer.documents.is_pinned(document.key) or documents.knows(document.token_digest, client)

    clients = documents.clients.union(settings.metrics.clients)
    return KnownNames(is_known, clients, settings.metrics.any_name)


def _preparation_limits(settings: GatewaySettings, narrowing: Narrowing) -> PreparationLimits:
    return PreparationLimits(
        settings.limits,
        settings.caches,
        settings.planner,
        # A suggestion might name hidden fields, because validation is the same for all clients.
        suggestions=settings.introspection.permission is True and narrowing.operations is None,
    )
