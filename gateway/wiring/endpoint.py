"""Builds the endpoint for clients."""

from __future__ import annotations

from concurrent.futures import Executor

from gateway.browsers import CorsPolicy
from gateway.header_rules import CompiledRules
from gateway.http.admission import Admission
from gateway.http.cors_endpoint import CorsEndpoint
from gateway.http.endpoint import Endpoint
from gateway.http.headers import Forwarding
from gateway.http.responses import Compression, ResponseCaching
from gateway.metrics import Metrics
from gateway.observation import ObservedPipeline
from gateway.pipeline.pipeline import Pipeline
from gateway.settings import GatewaySettings
from graphql_http import Negotiation


def client_endpoint(
    pipeline: Pipeline | ObservedPipeline,
    settings: GatewaySettings,
    metrics: Metrics,
    admission: Admission,
    *,
    rules: CompiledRules | None,
    compression: Compression | None,
) -> Endpoint | CorsEndpoint:
    """Build the endpoint for clients; without pages of other origins nothing is asked about them."""
    forwarding, seen = Forwarding.of(settings.forwarded_headers), settings.forwarded_headers
    if rules is not None:
        seen = rules.of_clients.names
        forwarding = Forwarding.of(seen, rules.of_clients.matches if rules.of_clients.pattern else None)
    name_headers = settings.client_name_headers if settings.trusted_documents else ()
    if rules is not None and rules.names_clients:
        name_headers = (*settings.client_name_headers, *settings.client_version_headers)
    endpoint = Endpoint(
        pipeline=pipeline,
        body_bytes=settings.body_bytes,
        forwarding=forwarding,
        graphiql=settings.graphiql_dir,
        metrics=metrics,
        admission=admission,
        negotiation=Negotiation(),
        caching=ResponseCaching.of(
            seen,
            settings.client_key_header,
            name_headers,
            authenticates=pipeline.authentication.is_required,
            is_shared=forwarding.others is None,
            compresses=compression is not None,
        ),
        compression=compression,
        reads_gzip=settings.gzip_requests,
        collects_headers=rules is not None and bool(rules.replies),
    )
    policy = CorsPolicy.of(settings)
    return endpoint if policy is None else CorsEndpoint(endpoint, policy)


def response_compression(settings: GatewaySettings, thread: Executor) -> Compression | None:
    """Build what compresses responses, the large ones in a thread; None if the settings want none."""
    return Compression(settings.compression_bytes, thread) if settings.compression else None
