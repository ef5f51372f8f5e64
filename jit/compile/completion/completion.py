"""The general completion of each type's values; generated code handles expected values first."""

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, Final, TypeAlias, cast

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    default_type_resolver,
    specified_scalar_types,
)
from graphql.execution.executor import Executor, invalid_return_type_error
from graphql.pyutils import is_async_iterable, is_iterable

from jit.compile.strawberry_values import (
    STRAWBERRY_CAST,
    FieldNameInfo,
    reads_only_field_name,
    type_depends_on_class,
)
from jit.runtime.execution import Execution, Select
from jit.runtime.field_slot import Complete, FieldSlot, ResponsePath, is_undefined
from jit.runtime.type_checks import MAX_CLASSES, TypeChecks

FastCompleter: TypeAlias = Callable[[Any], dict[str, Any] | None]
"""Completes an object if all its values are as expected; otherwise returns None."""

Items: TypeAlias = Callable[[Execution, Iterable[Any], ResponsePath], list[Any]]
"""Completes the items of a list."""


EXACT: Final[dict[str, type]] = {"String": str, "ID": str, "Boolean": bool, "Int": int}
"""Classes of values that built-in scalars serialize to themselves; integers only within 32 bits."""


def complete_leaf(slot: FieldSlot, leaf: GraphQLLeafType, type_checks: TypeChecks) -> Complete:
    """Return the completer for a scalar or an enum."""
    if leaf is specified_scalar_types.get(leaf.name):
        slot.exact = EXACT.get(leaf.name)
    coerce = leaf.coerce_output_value
    as_it_is = None if slot.exact is int else slot.exact

    def complete(_execution: Execution, value: Any, _container: Any, _path: ResponsePath) -> Any:
        if value.__class__ is as_it_is:
            return value
        if isinstance(value, Exception):
            raise value
        if is_undefined(value):
            return slot.null()
        type_checks.learn(value)
        coerced = coerce(value)
        if is_undefined(coerced):
            slot.unfit(leaf, value, coerced)
        return coerced

    return complete


def complete_list(slot: FieldSlot, item_slot: FieldSlot, complete_items: Items) -> Complete:
    """Return the completer for a list: any iterable, and async iterables item by item."""

    def complete(execution: Execution, value: Any, _container: Any, path: ResponsePath) -> Any:
        if isinstance(value, Exception):
            raise value
        if is_undefined(value):
            return slot.null()
        if is_async_iterable(value) and not execution.settings.only_sync:
            results: list[Any] = []
            return execution.stream(
                slot, _collect(execution, (slot, item_slot), value, results, path), results, path
            )
        if not is_iterable(value):
            raise GraphQLError(
                f"Expected Iterable, but did not find one for field '{slot.parent}.{slot.field_name}'."
            )
        return complete_items(execution, value, path)

    return complete


async def _collect(
    execution: Execution,
    slots: tuple[FieldSlot, FieldSlot],
    iterable: AsyncIterable[Any],
    results: list[Any],
    path: ResponsePath,
) -> None:
    slot, item_slot = slots
    iterator = iterable.__aiter__()
    try:
        while True:
            try:
                item = await anext(iterator)
            except StopAsyncIteration:
                return
            except Exception as error:
                raise slot.located(error, path) from error
            _append(execution, item_slot, item, results, (path, len(results), None))
    except Exception:
        close = getattr(iterator, "aclose", None)
        if close is not None:
            with suppress(Exception):
                await close()
        raise


def _append(execution: Execution, slot: FieldSlot, item: Any, results: list[Any], path: ResponsePath) -> None:
    try:
        results.append(execution.settle(slot, item, results, path))
    except Exception as error:
        if slot.non_null:
            raise slot.located(error, path) from error
        execution.add_error(slot, error, path)
        results.append(None)


def complete_object(
    slot: FieldSlot,
    type_: GraphQLObjectType,
    select: Select,
    fast: FastCompleter | None,
    type_checks: TypeChecks,
) -> Complete:
    """Return the completer for objects of a known type; it tries fast completion first."""
    checked = None if type_.is_type_of is None else complete_as(slot, type_, select)
    plain = type_checks.plain

    def complete(execution: Execution, value: Any, container: Any, path: ResponsePath) -> Any:
        if value.__class__ not in plain:
            if isinstance(value, Exception):
                raise value
            if is_undefined(value):
                return slot.null()
            type_checks.learn(value)
        if checked is not None:
            return checked(execution, value, container, path)
        return select(execution, value, path)

    if fast is None or checked is not None:
        return complete

    def complete_fast(execution: Execution, value: Any, container: Any, path: ResponsePath) -> Any:
        completed = fast(value)
        return complete(execution, value, container, path) if completed is None else completed

    return complete_fast


def complete_as(slot: FieldSlot, type_: GraphQLObjectType, select: Select) -> Complete:
    """Return the completer for a value that is present as an object of a type, if `is_type_of` agrees."""
    is_type_of = type_.is_type_of
    if is_type_of is None:
        return lambda execution, value, _container, path: select(execution, value, path)

    def checked(execution: Execution, value: Any, is_one: bool, path: ResponsePath) -> Any:  # noqa: FBT001 - the result of is_type_of
        if not is_one:
            raise invalid_return_type_error(type_, value, slot.details)
        return select(execution, value, path)

    def complete(execution: Execution, value: Any, container: Any, path: ResponsePath) -> Any:
        verdict = is_type_of(value, execution.info_at(slot, path))
        if execution.is_awaitable(verdict):
            return execution.wait(
                slot,
                cast("Awaitable[bool]", verdict),
                container,
                *path[:2],
                lambda execution, is_one, _container, path: checked(execution, value, is_one, path),
            )
        return checked(execution, value, bool(verdict), path)

    return complete


def complete_abstract(
    slot: FieldSlot,
    abstract: GraphQLAbstractType,
    schema: GraphQLSchema,
    select_on: Callable[[GraphQLObjectType], Select],
    select_by_class: dict[type, Select],
) -> Complete:
    """Return the completer for an interface or union.

    Args:
        slot: The field, or list items.
        abstract: The interface or union.
        schema: Knows the possible types.
        select_on: Returns the selection of an object type; called once for each type that is reached.
        select_by_class: Gets the selection for each class whose values have one type, unless cast.
    """
    possible = {type_.name: type_ for type_ in schema.get_possible_types(abstract)}
    known: dict[str, tuple[Select, Complete]] = {}
    union = reads_only_field_name(schema, abstract)
    field_name_info: Any = FieldNameInfo(slot.field_name) if union else None

    def complete_named(
        execution: Execution, value: Any, name: Any, container: Any, path: ResponsePath
    ) -> Any:
        compiled = known.get(name) if isinstance(name, str) else None
        if compiled is None:
            if not isinstance(name, str) or name not in possible:
                _raise_wrong_type(schema, abstract, slot, name, (value, execution.info_at(slot, path)))
            select = select_on(possible[name])
            compiled = known[name] = (select, complete_as(slot, possible[name], select))
        select, complete = compiled
        if union and len(select_by_class) < MAX_CLASSES and type_depends_on_class(value):
            select_by_class[type(value)] = select  # a union's types have no `is_type_of` then
        return complete(execution, value, container, path)

    def complete(execution: Execution, value: Any, container: Any, path: ResponsePath) -> Any:
        select = select_by_class.get(value.__class__)
        if select is not None and getattr(value, STRAWBERRY_CAST, None) is None:
            return select(execution, value, path)
        if isinstance(value, Exception):
            raise value
        if is_undefined(value):
            return slot.null()
        resolve_type = abstract.resolve_type or execution.settings.type_resolver or default_type_resolver
        name = resolve_type(value, field_name_info or execution.info_at(slot, path), abstract)
        if execution.is_awaitable(name):
            return execution.wait(
                slot,
                cast("Awaitable[str | None]", name),
                container,
                *path[:2],
                lambda execution, name, container, path: complete_named(
                    execution, value, name, container, path
                ),
            )
        return complete_named(execution, value, name, container, path)

    return complete


def _raise_wrong_type(
    schema: GraphQLSchema,
    abstract: GraphQLAbstractType,
    slot: FieldSlot,
    name: Any,
    value_and_info: tuple[Any, GraphQLResolveInfo[Any]],
) -> None:
    """Raise graphql-core's own error for a type that is not possible here."""
    value, info = value_and_info
    executor = object.__new__(Executor)
    executor.schema = schema
    executor.ensure_valid_runtime_type(name, abstract, slot.details, info, value)
    raise GraphQLError(f"Runtime Object type '{name}' is not a possible type for '{abstract}'.", slot.nodes)
