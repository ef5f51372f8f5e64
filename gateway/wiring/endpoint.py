"""Builds the endpoint for clients."""

from __future__ import annotations

from foundation.graphql_http import Negotiation
from gateway.feature import VersionParts
from gateway.header_rules import CompiledRules
from gateway.http.admission import Admission
from gateway.http.cors_endpoint import CorsEndpoint
from gateway.http.endpoint import Endpoint
from gateway.http.headers import Forwarding
from gateway.http.responses import ResponseCaching
from gateway.http.streams import Streams
from gateway.metrics import Metrics
from gateway.pipeline.components import AnsweringPipeline
from gateway.pipeline.stages import ResponsePipeline
from gateway.settings import GatewaySettings


def client_endpoint(
    pipeline: AnsweringPipeline,
    settings: GatewaySettings,
    metrics: Metrics,
    admission: Admission,
    *,
    rules: CompiledRules | None,
    features: VersionParts,
    streams: Streams | None,
) -> Endpoint | CorsEndpoint:
    """Build the endpoint for clients; it checks origins only if pages of other origins are allowed."""
    seen = settings.forwarded_headers if rules is None else rules.of_clients.names
    forwarding = client_forwarding(settings, rules)
    name_headers = () if features.documents is None else features.documents.varies_by
    if rules is not None and rules.names_clients:
        name_headers = (*settings.client_name_headers, *settings.client_version_headers)
    dividing: ResponsePipeline = pipeline
    for divide in features.dividers:
        dividing = divide(dividing)
    endpoint = Endpoint(
        pipeline=dividing,
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
            varies_by=tuple(name for each in features.replies for name in each.varies_by),
        ),
        replies=features.replies,
        streams=streams,
        reads_gzip=settings.gzip_requests,
        collects_headers=rules is not None and bool(rules.replies),
    )
    return endpoint if features.origins is None else CorsEndpoint(endpoint, features.origins)


def client_forwarding(settings: GatewaySettings, rules: CompiledRules | None) -> Forwarding:
    """Build what picks the headers that subgraphs may see."""
    if rules is None:
        return Forwarding.of(settings.forwarded_headers)
    of_clients = rules.of_clients
    return Forwarding.of(of_clients.names, of_clients.matches if of_clients.pattern else None)
