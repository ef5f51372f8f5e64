"""Settings: traces, and reports for clients with a response."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class ObservationSettings(BaseSettings):
    """Traces, and reports for clients with a response."""

    tracing: bool = Field(
        default=False,
        description="Whether requests are traced; the standard variables OTEL_EXPORTER_OTLP_ENDPOINT, "
        "OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME … configure sampling and export.",
    )
    tracing_trusts_clients: bool = Field(
        default=False,
        description="Whether a client's traceparent header is continued, and decides whether its request is "
        "recorded. Otherwise, such a request starts a new trace that links to the client's.",
    )
    debug_header: str = Field(
        default="graphql-debug",
        pattern=r"^[a-z0-9-]+$",
        description="The header by which a client asks for extensions.queryPlan (plan) and extensions.timing "
        "(timing): graphql-debug: plan,timing.",
    )
    debug_in_response: bool = Field(
        default=False,
        description="Whether clients may ask for the query plan and timings, unless their class says "
        "otherwise. `furlong demo` switches it on.",
    )
