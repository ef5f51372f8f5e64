"""Settings: traces, and reports for clients with a response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, Field

from gateway.settings import GatewaySettings
from gateway.settings.feature_settings import FeatureSettings


class ObservationSettings(FeatureSettings, prefix="FURLONG_GATEWAY__OBSERVATION__"):
    """Traces, and reports for clients with a response."""

    former: ClassVar[Mapping[str, str]] = {
        name: name for name in ("tracing", "tracing_trusts_clients", "debug_header", "debug_in_response")
    }
    reloaded: ClassVar[frozenset[str]] = frozenset({"debug_header", "debug_in_response"})

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

    @property
    def is_on(self) -> bool:
        """Whether requests are traced, or any client may ask for a report."""
        return self.tracing or self.debug_in_response

    def is_used(self, gateway: BaseModel) -> bool:
        """Return whether it is on, or a class of clients may ask for reports."""
        classes = gateway.clients.classes if isinstance(gateway, GatewaySettings) else ()
        return self.is_on or any(client_class.debug_in_response for client_class in classes)
