"""The interface of what estimates the costs of operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol, TypeAlias

from graphql.execution.values import VariableValues

from gateway.supergraph import Selections


class Estimate(NamedTuple):
    """The estimated cost of an operation.

    Attributes:
        cost: The estimate in points.
        fault: What is wrong with the slicing arguments of a field, if anything.
    """

    cost: int
    fault: str | None = None


class OperationCost(Protocol):
    """The cost function of an operation, for given values of its conditions."""

    @property
    def counted(self) -> int:
        """The number of fields that are counted."""
        ...

    def estimate(self, variables: VariableValues) -> Estimate:
        """Estimate what the operation may cost.

        Args:
            variables: The coerced variables.
        """
        ...


CostOf: TypeAlias = Callable[[str, str, Selections, Mapping[str, Selections]], OperationCost]
"""Returns the cost function of an operation in normal form.

Its arguments are the operation's kind, the name of its root type, its selections, and the selections below
introspection fields by response name.
"""
