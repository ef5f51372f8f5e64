"""Caches plans: one for each combination of conditions and labels of a document."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.lru_cache import LruCache
from gateway.pipeline.execution_mode import ExecutablePlan
from gateway.plan import QueryPlan
from gateway.planner import Operation

PlanKey = tuple[str, str | None, tuple[tuple[str, bool], ...]]
"""A document, its operation's name, and the values of its conditions."""


@dataclass(slots=True, eq=False)
class PlannedOperation:
    """The plan of an operation.

    Attributes:
        executable: The plan in executable form; None until it is first used.
    """

    operation: Operation
    plan: QueryPlan
    executable: ExecutablePlan | None = None


@dataclass(slots=True)
class PlanCache:
    """Plans by key and by the labels that the planner has examined.

    A label that no plan of a document depends on is not part of the key, so that the draw for an unrelated
    override does not cause another plan.

    Attributes:
        size: The most plans.
    """

    size: int
    _plans: LruCache[tuple[PlanKey, frozenset[str], frozenset[str]], PlannedOperation] = field(init=False)
    _labels: LruCache[PlanKey, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._plans = LruCache(self.size)
        self._labels = LruCache(self.size)

    def get(self, asked: PlanKey, on: frozenset[str]) -> PlannedOperation | None:
        """Return the plan if it is cached; `on` are the labels that are on for this request."""
        mattered = self._labels.get(asked)
        return None if mattered is None else self._plans.get((asked, mattered, on & mattered))

    def put(self, asked: PlanKey, on: frozenset[str], planned: PlannedOperation) -> None:
        """Cache a plan that was made with these labels on."""
        known = (self._labels.get(asked) or frozenset()) | planned.plan.labels
        self._labels.put(asked, known)
        self._plans.put((asked, known, on & known), planned)

    def __len__(self) -> int:
        return len(self._plans)
