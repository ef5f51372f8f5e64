"""Traces by OpenTelemetry: what is recorded, how traces cross processes, and where spans are sent."""

from tracing.current import CURRENT, within
from tracing.errors import error_type, fail
from tracing.sampling import Sampling
from tracing.settings import SamplerSettings, TracingSettings
from tracing.trace_context import TRACEPARENT, TRACESTATE, header_of, is_sampled, span_context_of, unsampled
from tracing.tracing import Tracing

__all__ = [
    "CURRENT",
    "TRACEPARENT",
    "TRACESTATE",
    "SamplerSettings",
    "Sampling",
    "Tracing",
    "TracingSettings",
    "error_type",
    "fail",
    "header_of",
    "is_sampled",
    "span_context_of",
    "unsampled",
    "within",
]
