"""Isolates the failures of one subgraph: deadlines, bulkheads, circuit breakers, retries, sharing."""

from gateway.features.resilience.bulkhead import Bulkhead, WaitingRequests
from gateway.features.resilience.circuits import Breaker, BreakerPolicy, Circuits, State
from gateway.features.resilience.deadline import ACTIVE_REQUEST, ActiveRequest, Deadlines, TimeLimit
from gateway.features.resilience.guard import Guard, Guards
from gateway.features.resilience.metrics import KnownGuards, ResilienceMetrics
from gateway.features.resilience.retries import RetryBudget, RetryPolicy
from gateway.features.resilience.shared_fetches import SharedFetches

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
    "ResilienceMetrics",
    "RetryBudget",
    "RetryPolicy",
    "SharedFetches",
    "State",
    "TimeLimit",
    "WaitingRequests",
]
