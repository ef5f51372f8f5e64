"""Interprets query plans: the reference implementation, and the fallback of compiled plans."""

from gateway.executor.calls import CallMiddleware, Calls, SourceMiddleware
from gateway.executor.exchange import Context
from gateway.executor.failures import Failure, Failures
from gateway.executor.interpreter import FetchedData, interpret
from gateway.executor.response_limits import is_large, too_many_bytes

__all__ = [
    "CallMiddleware",
    "Calls",
    "Context",
    "Failure",
    "Failures",
    "FetchedData",
    "SourceMiddleware",
    "interpret",
    "is_large",
    "too_many_bytes",
]
