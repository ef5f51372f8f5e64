"""Isolates the failures of one subgraph: deadlines, bulkheads, circuit breakers, retries, sharing."""

from gateway.resilience.active_request import ACTIVE_REQUEST, ActiveRequest
from gateway.resilience.bulkhead import Bulkhead
from gateway.resilience.circuits import Breaker, BreakerPolicy, Circuits, State
from gateway.resilience.deadline import Deadlines, TimeLimit
from gateway.resilience.guard import Guard, Guards
from gateway.resilience.known_guards import KnownGuards
from gateway.resilience.metrics import ResilienceMetrics
from gateway.resilience.retries import RetryBudget, RetryPolicy
from gateway.resilience.sharing import PublicFetches, SharedFetches
from gateway.resilience.waiting import WaitingRequests

__all__ = [
    "ACTIVE_REQUEST",
    "ActiveRequest",
    "Breaker",
    "BreakerPolicy",
    "Bulkhead",
    "Circuits",
    "Deadlines",
    "Guard",
    "Guards",
    "KnownGuards",
    "PublicFetches",
    "ResilienceMetrics",
    "RetryBudget",
    "RetryPolicy",
    "SharedFetches",
    "State",
    "TimeLimit",
    "WaitingRequests",
]
