"""Models some processes at a request rate: utilization, concurrent requests, latency, lag."""

import math
from dataclasses import dataclass
from typing import Final

from bench.scaling.costs import MICROSECOND, Costs

MAX_INSIDE: Final = 256
"""Requests inside a process beyond which more are refused (FURLONG_GATEWAY_REQUESTS_INSIDE)."""


@dataclass(frozen=True, slots=True)
class Answers:
    """How one second at a request rate is answered.

    Attributes:
        utilization: The share of the processes' time.
        inside: Requests being answered at the same time.
        p99_ms: The 99th percentile of the time to answer.
        refused: Requests per second that are refused.
    """

    utilization: float
    inside: float
    p99_ms: float
    refused: float


def answers(costs: Costs, processes: int, rate: float) -> Answers:
    """Return how processes that share requests at random answer a request rate.

    Each process is a queue with random arrivals and varying service (M/M/1). Beyond its capacity it is full.
    No request waits longer than for a full queue, because more are refused.
    """
    service = costs.read.ours * MICROSECOND
    capacity = processes / service
    full = MAX_INSIDE * service * 1000
    if rate >= capacity * (1 - 1 / MAX_INSIDE):
        return Answers(1.0, float(MAX_INSIDE * processes), costs.idle_ms + full, max(0.0, rate - capacity))
    busy = rate / capacity
    waiting = service / (1 - busy)
    idle = costs.idle_ms / 1000
    p99 = costs.idle_ms + min(waiting * math.log(100) * 1000, full)
    return Answers(busy, rate * (idle + waiting), p99, 0.0)


def applied(costs: Costs, consumers: int, waiting: float, arriving: float) -> float:
    """Return how many messages consumers apply in a second."""
    return min(waiting + arriving, consumers / (costs.bet.ours * MICROSECOND))
