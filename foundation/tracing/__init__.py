"""OpenTelemetry traces: what is recorded, how traces cross processes, and where spans are sent."""

from foundation.tracing.trace_context import (
    CURRENT,
    TRACEPARENT,
    TRACESTATE,
    continued,
    ending,
    error_type,
    fail,
    header_of,
    is_sampled,
    replaced,
    sending,
    span_context_of,
    unsampled,
    within,
)
from foundation.tracing.tracing import (
    SamplerSettings,
    Sampling,
    Tracing,
    TracingSettings,
    opened,
    recording,
)

__all__ = [
    "CURRENT",
    "TRACEPARENT",
    "TRACESTATE",
    "SamplerSettings",
    "Sampling",
    "Tracing",
    "TracingSettings",
    "continued",
    "ending",
    "error_type",
    "fail",
    "header_of",
    "is_sampled",
    "opened",
    "recording",
    "replaced",
    "sending",
    "span_context_of",
    "unsampled",
    "within",
]
