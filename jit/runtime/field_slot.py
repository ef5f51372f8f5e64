"""Field slots and response paths: what completion and errors need to know of a place in a response."""

from collections.abc import Callable
from typing import Any, Final, NoReturn, TypeAlias

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
from graphql.pyutils import Path, Undefined, inspect

ResponsePath: TypeAlias = tuple["ResponsePath | None", str | int, str | None]
"""(path of the parent, key or index, name of the parent type for a key), as in graphql-core's `Path`."""


def keys(path: ResponsePath | None) -> list[str | int]:
    """Return the keys and indices from the root."""
    steps = []
    while path is not None:
        path, key, _ = path
        steps.append(key)
    steps.reverse()
    return steps


def as_path(path: ResponsePath | None) -> Path | None:
    """Return the path as graphql-core's resolvers see it; None for the root."""
    links: list[tuple[str | int, str | None]] = []
    while path is not None:
        path, key, typename = path
        links.append((key, typename))
    whole: Path | None = None
    for key, typename in reversed(links):
        whole = Path(whole, key, typename)
    return whole


def ancestor(path: ResponsePath | None, up: int) -> ResponsePath | None:
    """Return the path without its last `up` keys; None for the root."""
    for _ in range(up):
        if path is None:
            break
        path = path[0]
    return path


def reach(data: Any, path: ResponsePath) -> Any:
    """Return the container that holds the path's last key; None where something above is null."""
    node = data
    for key in keys(path[0]):
        if node is None:
            return None
        node = node[key]
    return node


MIN_INT: Final = GRAPHQL_MIN_INT
MAX_INT: Final = GRAPHQL_MAX_INT
Complete: TypeAlias = Callable[[Any, Any, Any, ResponsePath], Any]
"""(execution, value that is not awaitable, container, path) → the completed value."""


class FieldSlot:
    """One field of one selection, or the items of a list there.

    Attributes:
        type: The output type, with its non-null wrapper.
        typename: The parent's name, as response paths carry it; None for items of lists.
        details: The field nodes that were merged into this field, as graphql-core collects them.
        null_levels: How many levels up a null propagates; 0 if the slot itself may be null.
        complete: Completes a value; set once the generator knows how.
        exact: The class whose values need no completion (integers only within 32 bits), or None.
    """

    __slots__ = (
        "complete",
        "details",
        "exact",
        "field_name",
        "nodes",
        "non_null",
        "null_levels",
        "parent",
        "type",
        "typename",
    )

    def __init__(
        self,
        type_: GraphQLOutputType,
        parent: GraphQLObjectType,
        details: list[FieldDetails],
        levels_of_parent: int,
        *,
        of_items: bool = False,
    ) -> None:
        self.type = type_
        self.parent = parent
        self.typename = None if of_items else parent.name
        self.details = details
        self.nodes: list[FieldNode] = [detail.node for detail in details]
        self.field_name = self.nodes[0].name.value
        self.non_null = is_non_null_type(type_)
        self.null_levels = levels_of_parent + 1 if self.non_null else 0
        self.complete: Complete = _unwired
        self.exact: type | None = None

    def null(self) -> None:
        """Return None, the completed null.

        Raises:
            TypeError: The slot may not be null.
        """
        if self.non_null:
            raise TypeError(
                f"Cannot return null for non-nullable field {self.parent.name}.{self.field_name}."
            )

    def unfit(self, leaf: Any, value: Any, coerced: Any) -> NoReturn:
        """Raise the error for a leaf type that could not serialize a value.

        Raises:
            TypeError: Always.
        """
        call = f"{inspect(leaf)}.coerce_output_value({inspect(value)})"
        raise TypeError(f"Expected `{call}` to return non-nullable value, returned: {inspect(coerced)}")

    def located(self, error: Exception, path: ResponsePath) -> GraphQLError:
        """Give an error this slot's nodes and path, unless it has its own."""
        return located_error(error, self.nodes, keys(path))


def _unwired(execution: Any, value: Any, container: Any, path: ResponsePath) -> Any:
    raise AssertionError("a slot was used before its code was generated", execution, value, container, path)


def is_undefined(value: Any) -> bool:
    """Tell whether a value counts as null."""
    return value is None or value is Undefined
