"""What a subscription selects of events: executed by the code of ordinary operations, and encoded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    print_ast,
    visit,
)
from graphql.execution.values import VariableValues

from foundation.storage.errors import is_unavailable
from jit import CompiledOperation, Settings, compile_operation
from subgraphs.events.event_types import Event
from subgraphs.events.loaders import EventsContext
from subgraphs.events.update_types import EventsUpdate

AWAITED: Final = Settings(awaited=True)
POSITION: Final = "\0"
"""Stands for the position where it is not known yet; no other field of an update has this value."""

IMAGE: Final = "image"

OF_ALL_EVENTS: Final = frozenset({"competitions"})
"""The fields below an event that depend on other events."""

Encoded: TypeAlias = tuple[bytes, ...]
"""An event as JSON, once for each time that a subscription selects `events`."""


class NotEncoded(Exception):
    """The events cannot be encoded: the subscription is executed for each subscriber."""


class Unavailable(Exception):
    """What the events are made of cannot be read at present."""


class Selected(NamedTuple):
    """What a subscription selects, with the values of its variables.

    Attributes:
        key: The same for all that select the same.
    """

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    variables: VariableValues
    key: str

    @classmethod
    def of(cls, info: Any) -> Selected:
        """Return what the subscription selects whose root field has this info of graphql-core."""
        operation: OperationDefinitionNode = info.operation
        fragments: dict[str, FragmentDefinitionNode] = info.fragments
        names = _Names()
        parts = []
        for node in (*operation.selection_set.selections, *(fragments[name] for name in sorted(fragments))):
            selected = _without_arguments(node) if isinstance(node, FieldNode) else node
            visit(selected, names)
            parts.append(print_ast(selected))
        values = info.variable_values.coerced
        parts += [f"{name}={values[name]!r}" for name in sorted(names.variables) if name in values]
        return cls(info.schema, operation, fragments, info.variable_values, "\n".join(parts))


class _Names(Visitor):
    """Collects the variables of a selection."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        """Collect a variable."""
        self.variables.add(node.name.value)


def _without_arguments(field_node: FieldNode) -> FieldNode:
    """Return the root field without the ids that it is asked for, and whatever else is no selection."""
    return FieldNode(
        alias=field_node.alias,
        name=field_node.name,
        arguments=(),
        directives=field_node.directives,
        selection_set=field_node.selection_set,
    )


class _Shape(NamedTuple):
    """How the response is written around the events.

    Attributes:
        parts: JSON between what differs.
        between: What stands between them: `POSITION`, `IMAGE`, or the number of a list of events.
    """

    parts: tuple[bytes, ...]
    between: tuple[str | int, ...]


NO_SHAPE: Final = _Shape((), ())


@dataclass(slots=True)
class EventEncoder:
    """Encodes events as a subscription selects them; `begin` comes first."""

    selected: Selected
    _compiled: CompiledOperation = field(init=False)
    _shape: _Shape = NO_SHAPE

    def __post_init__(self) -> None:
        definitions = (self.selected.operation, *self.selected.fragments.values())
        self._compiled = compile_operation(self.selected.schema, DocumentNode(definitions=definitions))

    @property
    def depends_on_all(self) -> bool:
        """Return whether what is selected of an event may change with other events."""
        return any(name in self.selected.key for name in OF_ALL_EVENTS)

    @property
    def has_begun(self) -> bool:
        """Return whether it is known how responses are written."""
        return self._shape is not NO_SHAPE

    async def begin(self, context: EventsContext) -> None:
        """Find out how responses are written around events.

        Raises:
            NotEncoded: They cannot be encoded.
        """
        self._shape = _shape_of(await self._execute((), context))

    async def encode(self, events: Sequence[Event], context: EventsContext) -> list[Encoded]:
        """Return events as JSON.

        Raises:
            NotEncoded: They cannot be encoded, or the answer has errors.
            Unavailable: The database cannot be read.
        """
        ((_, fields),) = (await self._execute(events, context)).items()
        lists = [value for value in fields.values() if isinstance(value, list)]
        if not lists:
            return [()] * len(events)
        return [tuple(map(orjson.dumps, parts)) for parts in zip(*lists, strict=True)]

    async def _execute(self, events: Sequence[Event], context: EventsContext) -> dict[str, Any]:
        update = EventsUpdate(position=POSITION, image=False, shown=list(events))
        started = self._compiled.run(update, context, self.selected.variables, AWAITED)
        if started is None:
            raise NotEncoded
        result = started if isinstance(started, ExecutionResult) else await started
        if result.errors or result.data is None:
            originals = [error.original_error for error in result.errors or ()]
            raise Unavailable if any(map(_is_unavailable, originals)) else NotEncoded
        return result.data

    def response(self, position: bytes, encoded: Iterable[Encoded], *, is_image: bool) -> bytes:
        """Return the whole response with some encoded events.

        Args:
            position: As JSON.
            encoded: The events, each of them once.
            is_image: Whether these are all.
        """
        shape = self._shape
        lists = [*map(b",".join, zip(*encoded, strict=True))] or [b""] * len(shape.between)
        written = [shape.parts[0]]
        for value, part in zip(shape.between, shape.parts[1:], strict=True):
            if value == POSITION:
                written.append(position)
            elif isinstance(value, int):
                written.append(lists[value])
            else:
                written.append(b"true" if is_image else b"false")
            written.append(part)
        return b"".join((*written, b',"extensions":{"position":', position, b"}}"))


def _shape_of(data: dict[str, Any]) -> _Shape:
    """Return the shape of a response whose position is not known yet."""
    ((root, fields),) = data.items()
    parts, between, lists = [b'{"data":{%b:{' % orjson.dumps(root)], list[str | int](), 0
    for number, (name, value) in enumerate(fields.items()):
        parts[-1] += b"%b%b:" % (b"," if number else b"", orjson.dumps(name))
        if isinstance(value, list):
            between.append(lists)
            lists += 1
            parts[-1] += b"["
            parts.append(b"]")
        elif value == POSITION or isinstance(value, bool):
            between.append(POSITION if value == POSITION else IMAGE)
            parts.append(b"")
        else:
            parts[-1] += orjson.dumps(value)
    parts[-1] += b"}}"
    return _Shape(tuple(parts), tuple(between))


def _is_unavailable(error: Exception | None) -> bool:
    return error is not None and is_unavailable(error)
