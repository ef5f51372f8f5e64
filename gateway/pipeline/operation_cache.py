"""Brings operations into normal form and compiles their costs, once for each combination of conditions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from graphql import DocumentNode, OperationDefinitionNode

from gateway.demand import CostRules, OperationCost, operation_cost
from gateway.errors import RequestError
from gateway.lru_cache import LruCache
from gateway.pipeline.plan_cache import PlanKey
from gateway.planner import Operation, normalize
from gateway.supergraph import Supergraph


@dataclass(frozen=True, slots=True)
class NormalizedOperation:
    """An operation for given values of its conditions.

    Attributes:
        operation: The operation in normal form.
        cost: How its cost is worked out; None if costs are switched off.
    """

    operation: Operation
    cost: OperationCost | None


@dataclass(slots=True)
class OperationCache:
    """Operations in normal form, by the keys of their plans.

    Attributes:
        supergraph: The supergraph with its public schema.
        rules: How fields are counted; None if costs are switched off.
        size: The most operations, and the most refusals, that are kept.
    """

    supergraph: Supergraph
    rules: CostRules | None
    size: int
    _known: LruCache[PlanKey, NormalizedOperation | RequestError] = field(init=False)

    def __post_init__(self) -> None:
        self._known = LruCache(self.size)

    def known(self, key: PlanKey) -> NormalizedOperation | None:
        """Return an operation that was made before, else None.

        Raises:
            RequestError: It is too large, as an attempt has shown.
        """
        known = self._known.get(key)
        if isinstance(known, RequestError):
            raise known.with_traceback(None)
        return known

    def get(
        self, document: DocumentNode, operation: OperationDefinitionNode, key: PlanKey
    ) -> NormalizedOperation:
        """Return an operation in normal form.

        Raises:
            RequestError: It is too large, or a subscription.
        """
        known = self.known(key)
        if known is None:
            try:
                known = self._made(document, operation, dict(key[2]))
            except RequestError as error:
                self._known.put(key, error)
                raise
            self._known.put(key, known)
        return known

    def _made(
        self, document: DocumentNode, operation: OperationDefinitionNode, conditions: dict[str, bool]
    ) -> NormalizedOperation:
        with bounded_nesting():
            made = normalize(self.supergraph, document, operation, conditions)
            if self.rules is None:
                return NormalizedOperation(made, None)
            cost = operation_cost(self.rules, made.kind, made.root, made.wanted, made.introspected)
            return NormalizedOperation(made, cost)


@contextmanager
def bounded_nesting() -> Iterator[None]:
    """Refuse documents that are nested too deeply, which only following their fragments shows."""
    try:
        yield
    except RecursionError:
        raise RequestError("The document is nested too deeply.", code="DOCUMENT_TOO_DEEP") from None


def check_mutation_fields(operation: Operation, most: int) -> None:
    """Refuse an operation with too many mutation fields before any is executed.

    Raises:
        RequestError: It has more than `most`, unless that is 0.
    """
    if not most or operation.kind != "mutation":
        return
    number = sum(not each.name.startswith("__") for each in operation.wanted.of(operation.root))
    if number > most:
        raise RequestError(
            f"The operation has {number} mutation fields, but may have only {most}: send them one by one.",
            code="TOO_MANY_MUTATIONS",
        )
