"""The HorizontalPodAutoscaler: how many pods it wants, and how fast it gets them.

The algorithm is that of Kubernetes' documentation: the largest recommendation of all metrics, a tolerance
of a tenth, stabilization windows, and policies by period.
"""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from bench.scaling.rules import Policy

SYNC_SECONDS: Final = 15
TOLERANCE: Final = 0.1


@dataclass(slots=True)
class Autoscaler:
    """One autoscaler.

    Attributes:
        pods: How many it has asked for.
    """

    minimum: int
    maximum: int
    up: Policy
    down: Policy
    pods: int
    _wanted: deque[tuple[float, int]] = field(default_factory=deque)
    _sizes: deque[tuple[float, int]] = field(default_factory=deque)

    def decide(self, at: float, usages: Iterable[float], least: int = 0) -> int:
        """Return how many pods there should be.

        Args:
            at: The time, in seconds.
            usages: For each metric, its sum over all pods as a multiple of one pod's target.
            least: What the calendar wants now.
        """
        recommended = max((self._recommended(usage) for usage in usages), default=0)
        recommended = min(max(recommended, self.minimum, least), self.maximum)
        self._wanted.append((at, recommended))
        while self._wanted[0][0] < at - max(self.up.stabilization, self.down.stabilization):
            self._wanted.popleft()
        lowest = min(pods for then, pods in self._wanted if then >= at - self.up.stabilization)
        highest = max(pods for then, pods in self._wanted if then >= at - self.down.stabilization)
        stable = max(min(self.pods, highest), lowest)
        self.pods = self._limited(at, stable)
        self._sizes.append((at, self.pods))
        return self.pods

    def _recommended(self, usage: float) -> int:
        if abs(usage / self.pods - 1) <= TOLERANCE:
            return self.pods
        return math.ceil(usage - 1e-9)

    def _limited(self, at: float, wanted: int) -> int:
        """Return the number that the policies allow."""
        policy = self.up if wanted > self.pods else self.down
        while len(self._sizes) > 1 and self._sizes[1][0] <= at - max(self.up.period, self.down.period):
            self._sizes.popleft()
        before = self._sizes[0][1] if self._sizes else self.pods
        for then, pods in self._sizes:
            before = pods if then <= at - policy.period else before
        change = max(math.ceil(before * policy.percent / 100), policy.pods)
        return min(wanted, before + change) if wanted > self.pods else max(wanted, before - change)
