"""Interprets query plans: the reference implementation, and the fallback of compiled plans."""

from gateway.executor.answer_limits import AnswerLimits, is_large
from gateway.executor.calls import CallMiddleware, Calls
from gateway.executor.exchange import Context
from gateway.executor.failures import Failure, Failures
from gateway.executor.interpreter import FetchedData, interpret

__all__ = [
    "AnswerLimits",
    "CallMiddleware",
    "Calls",
    "Context",
    "Failure",
    "Failures",
    "FetchedData",
    "interpret",
    "is_large",
]
