"""OpenTelemetry traces: what is recorded, how traces cross processes, and where spans are sent."""

from foundation.tracing.current import CURRENT, within
from foundation.tracing.errors import error_type, fail
from foundation.tracing.messages import continued, ending, replaced, sending
from foundation.tracing.process import opened, recording
from foundation.tracing.sampling import Sampling
from foundation.tracing.settings import SamplerSettings, TracingSettings
from foundation.tracing.trace_context import (
    TRACEPARENT,
    TRACESTATE,
    header_of,
    is_sampled,
    span_context_of,
    unsampled,
)
from foundation.tracing.tracing import Tracing

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
