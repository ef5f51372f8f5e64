"""Observed requests: their stages and fetches become spans of a trace, or timings in a response."""

from gateway.observation.calls import ObservedCalls
from gateway.observation.debugging import Debugging
from gateway.observation.incremental import ReportedIncremental
from gateway.observation.pipeline import ObservedPipeline
from gateway.observation.request_tracing import RequestTracing

__all__ = ["Debugging", "ObservedCalls", "ObservedPipeline", "ReportedIncremental", "RequestTracing"]
