"""Strawberry's `Info`, whose graphql-core part is made only when it is read."""

from dataclasses import dataclass
from typing import Any

from graphql import GraphQLResolveInfo
from graphql.pyutils import Path
from strawberry.schema.schema import _OperationContextAwareGraphQLResolveInfo as StrawberryResolveInfo
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info

from jit.compile.reading.field_reader import WriteInfo
from jit.compile.source import Lines, Source
from jit.runtime.execution import HELPERS, Execution
from jit.runtime.field_slot import FieldSlot, ResponsePath


@dataclass(frozen=True, slots=True)
class InfoField:
    """The field that an info belongs to; the same in all executions."""

    slot: FieldSlot
    key: str
    field: StrawberryField


class LazyInfo(Info[Any, Any]):
    """An `Info` that refers to the execution and the field's path in it.

    Generated code makes it without calling `__init__`, because each call of a resolver needs one.
    """

    __slots__ = ("_execution", "_info_field", "_path", "context")
    context: Any
    _execution: Execution
    _path: ResponsePath | None
    _info_field: InfoField
    _made: GraphQLResolveInfo[Any] | None = None

    @property
    def _raw_info(self) -> GraphQLResolveInfo[Any]:  # type: ignore[override] # a dataclass field there
        if self._made is None:
            self._made = self._execution.info(self._info_field.slot, self._path, self._info_field.key)
        return self._made

    @property
    def _field(self) -> StrawberryField:  # type: ignore[override] # the same
        return self._info_field.field

    @property
    def root_value(self) -> Any:
        """The root value passed to the execution."""
        return self._execution.root_value

    @property
    def field_name(self) -> str:
        """The name of the field that is resolved."""
        return self._info_field.slot.field_name


def strawberry_info(execution: Execution, slot: FieldSlot, path: Path) -> GraphQLResolveInfo[Any]:
    """Make the info that Strawberry's executor makes: variables are a dict, and it has the extensions."""
    operation = execution.operation
    make: Any = StrawberryResolveInfo
    info: GraphQLResolveInfo[Any] = make(
        slot.field_name,
        slot.nodes,
        slot.type,
        slot.parent,
        path,
        operation.schema,
        operation.fragments,
        execution.root_value,
        operation.node,
        execution.variables.coerced,
        execution.context,
        execution.is_awaitable,
        None,
        HELPERS,
        execution.settings.operation_extensions,
    )
    return info


def info_writer(field: StrawberryField, info_class: type[Info[Any, Any]]) -> WriteInfo:
    """Return what writes a field's info, which is lazy unless the schema has an info class of its own."""

    def write_lazy(source: Source, slot: FieldSlot, key: str) -> Lines:
        source.names["LazyInfo"], source.names["new"] = LazyInfo, object.__new__
        return [
            "info = new(LazyInfo)",
            "info.context = execution.context",
            "info._execution = execution",
            "info._path = path",
            f"info._info_field = {source.constant('info_field', InfoField(slot, key, field))}",
        ]

    def write(source: Source, slot: FieldSlot, key: str) -> Lines:
        def make(execution: Execution, path: ResponsePath | None) -> Info[Any, Any]:
            return info_class(_raw_info=execution.info(slot, path, key), _field=field)

        return [f"info = {source.constant('info', make)}(execution, path)"]

    return write_lazy if info_class is Info else write
