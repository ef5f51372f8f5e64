"""Settings: traces, and what clients may be told beside an answer."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class ObservationSettings(BaseSettings):
    """Traces, and what clients may be told beside an answer."""

    tracing: bool = Field(
        default=False,
        description="Whether requests are traced; spans are sent as the standard variables "
        "OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME … say.",
    )
    tracing_trusts_clients: bool = Field(
        default=False,
        description="Whether a client's traceparent header is continued, and may have its request recorded. "
        "Without trust, such a request begins a trace of its own that links to the client's.",
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
