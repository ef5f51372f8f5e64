"""The plans of one document: one for each combination of conditions and labels."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

from graphql import DocumentNode
from msgspec import Struct

from gateway.caching.lru_cache import LruCache
from gateway.errors import RequestError, fresh
from gateway.executor import Calls, Context, Failure, FetchedData
from gateway.pipeline.access.requirements import NOTHING, Requirement
from gateway.pipeline.preparation.costs import OperationCost
from gateway.pipeline.preparation.sizes import cost_bytes
from gateway.plan import QueryPlan

Conditions: TypeAlias = tuple[tuple[str, bool], ...]
"""The values of the variables in `@skip` and `@include`, by name, in the order of the names."""

Variant: TypeAlias = Conditions | tuple[Conditions, Requirement]
"""What a plan depends on: conditions, and any rules that do not hold for the client."""

_Key: TypeAlias = tuple[Variant, frozenset[str], frozenset[str]] | Variant
"""The variant alone, if no label matters."""

LabelsOn: TypeAlias = Callable[[], frozenset[str]]
"""Returns the labels of progressive overrides that are on for a request."""

NO_LABELS: Final[frozenset[str]] = frozenset()


class Execution(Protocol):
    """A plan that is ready to be executed."""

    def fetch(self, context: Context) -> Coroutine[Any, Any, FetchedData]:
        """Fetch from subgraphs; a subgraph's failure is part of the result, not an exception."""
        ...

    def project(
        self, data: dict[str, Any], failures: Iterable[Failure]
    ) -> tuple[dict[str, Any] | None, list[Failure]]:
        """Return the response's data, which is None if a null propagated to the root, and all failures."""
        ...


class ExecutablePlan(Struct, frozen=True):
    """A plan with everything that its executions share.

    Attributes:
        code_chars: The length of the code that was generated for it; 0 if it is interpreted.
        passes_events: Whether encoded events are the client's responses, with nothing left to do.
    """

    execution: Execution
    calls: Calls
    code_chars: int = 0
    passes_events: bool = False


@dataclass(slots=True, eq=False, weakref_slot=True)
class PlannedOperation:
    """The plan of an operation.

    Attributes:
        introspection: A document with the fields that the gateway answers itself; None if there are none.
        size: The bytes that it takes, as measured.
        uses: How often it was used, including uses in earlier versions of the graph.
        executable: The plan in executable form; None until it is first used.
        is_ready: Whether it can be used as it is: it is compiled or will soon be, and nothing of it is
            introspection.
    """

    plan: QueryPlan
    introspection: DocumentNode | None = None
    size: int = 0
    uses: int = 0
    executable: ExecutablePlan | None = None
    is_ready: bool = False


@dataclass(slots=True, eq=False)
class DocumentPlans:
    """The plans of a document, by conditions, unmet rules of access, and labels that the planner examined.

    Each document keeps only a few plans: its combinations evict one another, not the plans of other
    documents. A label that no plan of the document depends on is not part of the key, so drawing an unrelated
    override does not cause another plan.

    Attributes:
        most: The most plans.
    """

    most: int
    _labels: frozenset[str] = frozenset()
    _plans: LruCache[_Key, PlannedOperation] = field(init=False)
    _refused: LruCache[Variant, RequestError] = field(init=False)
    _costs: LruCache[Conditions, OperationCost] = field(init=False)

    def __post_init__(self) -> None:
        self._plans = LruCache(self.most)
        self._refused = LruCache(self.most)
        self._costs = LruCache(self.most)

    def get(self, variant: Variant, on: frozenset[str]) -> PlannedOperation | None:
        """Return the plan if it is known; `on` holds the labels that are on for this request."""
        return self._plans.get(self._key(variant, on) if self._labels else variant)

    def put(self, variant: Variant, on: frozenset[str], planned: PlannedOperation) -> None:
        """Keep a plan that was made with these labels on."""
        self._labels |= planned.plan.labels
        self._plans.put(self._key(variant, on), planned)

    def each(self) -> Iterator[tuple[Conditions, Requirement, frozenset[str], PlannedOperation]]:
        """Yield all plans with their conditions, unmet rules, and the labels that were on for them."""
        for key, planned in self._plans.items():
            match key:
                case (tuple() as variant, frozenset(), frozenset() as on):
                    yield *_parts(variant), on, planned
                case _:
                    yield *_parts(key), NO_LABELS, planned

    @property
    def size(self) -> int:
        """The bytes of all plans and costs, as measured."""
        plans = sum(plan.size for plan in self._plans.values())
        return plans + sum(cost_bytes(cost) for cost in self._costs.values())

    def cost(self, conditions: Conditions) -> OperationCost | None:
        """Return the cost function of the operation, if it is known."""
        return self._costs.get(conditions)

    def put_cost(self, conditions: Conditions, cost: OperationCost) -> None:
        """Keep the cost function of the operation."""
        self._costs.put(conditions, cost)

    def check_refused(self, variant: Variant) -> None:
        """Refuse at once if planning has failed before: a failing search uses up the whole budget.

        Raises:
            RequestError: An attempt has shown that there is no plan.
        """
        refused = self._refused.get(variant)
        if refused is not None:
            raise fresh(refused)

    def refuse(self, variant: Variant, error: RequestError) -> None:
        """Remember that there is no plan, whatever the labels."""
        self._refused.put(variant, fresh(error))

    def _key(self, variant: Variant, on: frozenset[str]) -> _Key:
        return (variant, self._labels, on & self._labels) if self._labels else variant

    def __len__(self) -> int:
        return len(self._plans)


def _parts(variant: Any) -> tuple[Conditions, Requirement]:
    """Return the conditions and the unmet rules that a plan was made for."""
    match variant:
        case (tuple() as conditions, frozenset() as unmet):
            return conditions, unmet
        case _:
            return variant, NOTHING
