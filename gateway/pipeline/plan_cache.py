"""Remembers plans: one for each way in which conditions and labels can decide what a document needs."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.lru_cache import LruCache
from gateway.pipeline.execution_mode import Carried
from gateway.plan import QueryPlan
from gateway.planner import Operation

Asked = tuple[str, str | None, tuple[tuple[str, bool], ...]]
"""A document, its operation's name, and the values of its conditions."""


@dataclass(slots=True, eq=False)
class Planned:
    """A plan with the operation that it answers.

    Attributes:
        carried: The plan made ready; there once somebody has answered by it.
    """

    operation: Operation
    plan: QueryPlan
    carried: Carried | None = None


@dataclass(slots=True)
class Plans:
    """Plans by what was asked and by the labels that mattered for it.

    A label that no plan of a document has looked at makes no difference for it, so a document is not
    planned anew because an override somewhere else is drawn differently.

    Attributes:
        size: How many are remembered.
    """

    size: int
    _plans: LruCache[tuple[Asked, frozenset[str], frozenset[str]], Planned] = field(init=False)
    _labels: LruCache[Asked, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._plans = LruCache(self.size)
        self._labels = LruCache(self.size)

    def get(self, asked: Asked, on: frozenset[str]) -> Planned | None:
        """The plan, if it was made; `on` are the labels that are on for this request."""
        mattered = self._labels.get(asked)
        return None if mattered is None else self._plans.get((asked, mattered, on & mattered))

    def put(self, asked: Asked, on: frozenset[str], planned: Planned) -> None:
        """Remember a plan that was made with these labels on."""
        known = (self._labels.get(asked) or frozenset()) | planned.plan.labels
        self._labels.put(asked, known)
        self._plans.put((asked, known, on & known), planned)

    def __len__(self) -> int:
        return len(self._plans)
