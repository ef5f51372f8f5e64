"""OpenTelemetry traces: what is recorded, how traces cross processes, and where spans are sent."""

from tracing.current import CURRENT, within
from tracing.errors import error_type, fail
from tracing.messages import continued, ending, replaced, sending
from tracing.process import opened, recording
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
