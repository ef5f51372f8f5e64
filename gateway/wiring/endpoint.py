"""Builds the endpoint for clients."""

from __future__ import annotations

from gateway.http.admission import Admission
from gateway.http.endpoint import Endpoint
from gateway.http.headers import Forwarding
from gateway.http.response_caching import ResponseCaching
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
) -> Endpoint:
    """Build the endpoint for clients."""
    return Endpoint(
        pipeline=pipeline,
        body_bytes=settings.body_bytes,
        forwarding=Forwarding.of(settings.forwarded_headers),
        graphiql=settings.graphiql_dir,
        metrics=metrics,
        admission=admission,
        negotiation=Negotiation(),
        caching=ResponseCaching.of(
            settings.forwarded_headers,
            settings.client_key_header,
            settings.client_name_headers if settings.trusted_documents else (),
            authenticates=pipeline.authentication.is_required,
        ),
    )
