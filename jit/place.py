"""A place: a field of the operation, or the items of a list, as completion and errors know it."""

from collections.abc import Callable
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLOutputType,
    is_non_null_type,
    located_error,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Undefined, inspect

from jit.paths import Steps, keys

if TYPE_CHECKING:
    from jit.run import Run

MIN_INT: Final = GRAPHQL_MIN_INT
MAX_INT: Final = GRAPHQL_MAX_INT
Complete: TypeAlias = "Callable[[Run, Any, Any, Steps], Any]"
"""(run, value that is no awaitable, container, steps) → the completed value, or what stands in for it."""


class Place:
    """One field of one selection, or the items of a list there.

    Attributes:
        type: the output type, with its non-null wrapper.
        typename: the parent's name where steps have it, None for items.
        details: the field nodes that were merged here, as graphql-core collects them.
        up: how many steps above this place a null comes to rest that cannot stand here.
        complete: completes a value; set once the generator knows how.
        exact: the class whose values need no completing, integers if they are of 32 bits; or None.
    """

    __slots__ = (
        "complete",
        "details",
        "exact",
        "field_name",
        "nodes",
        "non_null",
        "parent",
        "type",
        "typename",
        "up",
    )

    def __init__(
        self,
        type_: GraphQLOutputType,
        parent: GraphQLObjectType,
        details: list[FieldDetails],
        up_from_parent: int,
        *,
        of_items: bool = False,
    ) -> None:
        self.type = type_
        self.parent = parent
        self.typename = None if of_items else parent.name
        self.details = details
        self.nodes: list[FieldNode] = [each.node for each in details]
        self.field_name = self.nodes[0].name.value
        self.non_null = is_non_null_type(type_)
        self.up = up_from_parent + 1 if self.non_null else 0
        self.complete: Complete = _unwired
        self.exact: type | None = None

    def settle(self, run: "Run", value: Any, container: Any, steps: Steps) -> Any:
        """Completes what a resolver gave; an awaitable leaves None until it is there."""
        if value.__class__ is CoroutineType or run.is_awaitable(value):
            return run.wait(self, value, container, steps[0], steps[1])
        return self.complete(run, value, container, steps)

    def null(self) -> None:
        """What a null becomes here.

        Raises:
            TypeError: it may not be null.
        """
        if self.non_null:
            raise TypeError(
                f"Cannot return null for non-nullable field {self.parent.name}.{self.field_name}."
            )

    def unfit(self, leaf: Any, value: Any, coerced: Any) -> NoReturn:
        """Tells that a leaf type made nothing of a value.

        Raises:
            TypeError: always.
        """
        call = f"{inspect(leaf)}.coerce_output_value({inspect(value)})"
        raise TypeError(f"Expected `{call}` to return non-nullable value, returned: {inspect(coerced)}")

    def located(self, error: Exception, steps: Steps) -> GraphQLError:
        """The error with this place's nodes and path, unless it has its own."""
        return located_error(error, self.nodes, keys(steps))

    def failed(self, run: "Run", error: Exception, steps: Steps) -> None:
        """Notes an error where null may stand."""
        run.errors.append(self.located(error, steps))
        run.has_nulled()


def _unwired(run: Any, value: Any, container: Any, steps: Steps) -> Any:
    raise AssertionError("a place was used before it was generated", run, value, container, steps)


def is_undefined(value: Any) -> bool:
    """Whether a value counts as null."""
    return value is None or value is Undefined
