"""OpenTelemetry traces: what is recorded, how traces cross processes, and where spans are sent."""

from foundation.tracing.current import CURRENT, error_type, fail, within
from foundation.tracing.settings import SamplerSettings, TracingSettings
from foundation.tracing.trace_context import (
    TRACEPARENT,
    TRACESTATE,
    continued,
    ending,
    header_of,
    is_sampled,
    replaced,
    sending,
    span_context_of,
    unsampled,
)
from foundation.tracing.tracing import Sampling, Tracing, opened, recording

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
