"""Builds the endpoint for clients."""

from __future__ import annotations

from foundation.graphql_http import Negotiation
from gateway.feature import VersionParts
from gateway.forwarding import Forwarding
from gateway.http.admission import Admission
from gateway.http.cors_endpoint import CorsEndpoint
from gateway.http.endpoint import Endpoint
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
    forwarding: Forwarding,
    features: VersionParts,
    streams: Streams | None,
) -> Endpoint | CorsEndpoint:
    """Build the endpoint for clients; it checks origins only if pages of other origins are allowed."""
    name_headers = () if features.documents is None else features.documents.varies_by
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
            [name for _, name in forwarding.names],
            settings.client_key_header,
            name_headers,
            authenticates=pipeline.authentication.is_required,
            is_shared=forwarding.others is None,
            varies_by=(
                *features.varies_by,
                *(name for each in features.replies for name in each.varies_by),
            ),
        ),
        replies=features.replies,
        streams=streams,
        reads_gzip=settings.gzip_requests,
    )
    return endpoint if features.origins is None else CorsEndpoint(endpoint, features.origins)
