"""Interprets query plans: the reference, and what compiled plans fall back to."""

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
