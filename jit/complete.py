"""How values are completed, for every type: the general way, beside which generated code takes short cuts."""

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

from jit.kinds import MOST, Kinds
from jit.libraries import CAST, FieldNameAlone, asks_field_name_alone, goes_by_class
from jit.paths import Steps
from jit.place import Complete, Place, is_undefined
from jit.run import Run

Select: TypeAlias = Callable[[Run, Any, Steps | None], dict[str, Any]]
"""Executes the selection of an object type on a value."""

StraightWay: TypeAlias = Callable[[Any], dict[str, Any] | None]
"""The same where all values are as expected, else None."""

Items: TypeAlias = Callable[[Run, Iterable[Any], Steps], list[Any]]
"""Completes the items of a list."""


EXACT: Final[dict[str, type]] = {"String": str, "ID": str, "Boolean": bool, "Int": int}
"""Built-in scalars whose own values need no coercing; integers if they are of 32 bits."""


def complete_leaf(place: Place, leaf: GraphQLLeafType, kinds: Kinds) -> Complete:
    """Completes scalars and enums."""
    if leaf is specified_scalar_types.get(leaf.name):
        place.exact = EXACT.get(leaf.name)
    coerce = leaf.coerce_output_value
    as_it_is = None if place.exact is int else place.exact

    def complete(_run: Run, value: Any, _container: Any, _steps: Steps) -> Any:
        if value.__class__ is as_it_is:
            return value
        if isinstance(value, Exception):
            raise value
        if is_undefined(value):
            return place.null()
        kinds.learn(value)
        coerced = coerce(value)
        if is_undefined(coerced):
            place.unfit(leaf, value, coerced)
        return coerced

    return complete


def complete_list(place: Place, item_place: Place, complete_items: Items) -> Complete:
    """Completes lists: any iterable, and async iterables as they come."""

    def complete(run: Run, value: Any, _container: Any, steps: Steps) -> Any:
        if isinstance(value, Exception):
            raise value
        if is_undefined(value):
            return place.null()
        if is_async_iterable(value):
            results: list[Any] = []
            return run.stream(
                place, _collect(run, (place, item_place), value, results, steps), results, steps
            )
        if not is_iterable(value):
            raise GraphQLError(
                f"Expected Iterable, but did not find one for field '{place.parent}.{place.field_name}'."
            )
        return complete_items(run, value, steps)

    return complete


async def _collect(
    run: Run, places: tuple[Place, Place], iterable: AsyncIterable[Any], results: list[Any], steps: Steps
) -> None:
    place, item_place = places
    iterator = iterable.__aiter__()
    try:
        while True:
            try:
                item = await anext(iterator)
            except StopAsyncIteration:
                return
            except Exception as error:
                raise place.located(error, steps) from error
            _append(run, item_place, item, results, (steps, len(results), None))
    except Exception:
        close = getattr(iterator, "aclose", None)
        if close is not None:
            with suppress(Exception):
                await close()
        raise


def _append(run: Run, place: Place, item: Any, results: list[Any], steps: Steps) -> None:
    try:
        results.append(place.settle(run, item, results, steps))
    except Exception as error:
        if place.non_null:
            raise place.located(error, steps) from error
        place.failed(run, error, steps)
        results.append(None)


def complete_object(
    place: Place, type_: GraphQLObjectType, select: Select, straight: StraightWay | None, kinds: Kinds
) -> Complete:
    """Completes objects of a known type, the straight way first where there is one."""
    checked = None if type_.is_type_of is None else complete_as(place, type_, select)
    plain = kinds.plain

    def complete(run: Run, value: Any, container: Any, steps: Steps) -> Any:
        if value.__class__ not in plain:
            if isinstance(value, Exception):
                raise value
            if is_undefined(value):
                return place.null()
            kinds.learn(value)
        if checked is not None:
            return checked(run, value, container, steps)
        return select(run, value, steps)

    if straight is None or checked is not None:
        return complete

    def complete_straight(run: Run, value: Any, container: Any, steps: Steps) -> Any:
        found = straight(value)
        return complete(run, value, container, steps) if found is None else found

    return complete_straight


def complete_as(place: Place, type_: GraphQLObjectType, select: Select) -> Complete:
    """Completes a value that is there as an object of a type, once `is_type_of` agrees."""
    is_type_of = type_.is_type_of
    if is_type_of is None:
        return lambda run, value, _container, steps: select(run, value, steps)

    def checked(run: Run, value: Any, is_one: bool, steps: Steps) -> Any:  # noqa: FBT001 - what is_type_of said
        if not is_one:
            raise invalid_return_type_error(type_, value, place.details)
        return select(run, value, steps)

    def complete(run: Run, value: Any, container: Any, steps: Steps) -> Any:
        verdict = is_type_of(value, run.info_at(place, steps))
        if run.is_awaitable(verdict):
            return run.wait(
                place,
                cast("Awaitable[bool]", verdict),
                container,
                *steps[:2],
                lambda run, is_one, _container, steps: checked(run, value, is_one, steps),
            )
        return checked(run, value, bool(verdict), steps)

    return complete


def complete_abstract(
    place: Place,
    abstract: GraphQLAbstractType,
    schema: GraphQLSchema,
    select_on: Callable[[GraphQLObjectType], Select],
    usual: dict[type, Select],
) -> Complete:
    """Completes interfaces and unions.

    Args:
        place: where.
        abstract: the interface or union.
        schema: knows the possible types.
        select_on: how an object type's selection is executed here; asked once for each type that turns up.
        usual: gets the same for classes of values whose type needs no asking, unless a value was cast.
    """
    possible = {type_.name: type_ for type_ in schema.get_possible_types(abstract)}
    known: dict[str, tuple[Select, Complete]] = {}
    union = asks_field_name_alone(schema, abstract)
    slim: Any = FieldNameAlone(place.field_name) if union else None

    def complete_named(run: Run, value: Any, name: Any, container: Any, steps: Steps) -> Any:
        found = known.get(name) if isinstance(name, str) else None
        if found is None:
            if not isinstance(name, str) or name not in possible:
                _refuse(schema, abstract, place, name, (value, run.info_at(place, steps)))
            select = select_on(possible[name])
            found = known[name] = (select, complete_as(place, possible[name], select))
        select, complete = found
        if union and len(usual) < MOST and goes_by_class(value):
            usual[type(value)] = select  # a union's types have no `is_type_of` then
        return complete(run, value, container, steps)

    def complete(run: Run, value: Any, container: Any, steps: Steps) -> Any:
        select = usual.get(value.__class__)
        if select is not None and getattr(value, CAST, None) is None:
            return select(run, value, steps)
        if isinstance(value, Exception):
            raise value
        if is_undefined(value):
            return place.null()
        resolve_type = abstract.resolve_type or run.settings.type_resolver or default_type_resolver
        name = resolve_type(value, slim or run.info_at(place, steps), abstract)
        if run.is_awaitable(name):
            return run.wait(
                place,
                cast("Awaitable[str | None]", name),
                container,
                *steps[:2],
                lambda run, name, container, steps: complete_named(run, value, name, container, steps),
            )
        return complete_named(run, value, name, container, steps)

    return complete


def _refuse(
    schema: GraphQLSchema,
    abstract: GraphQLAbstractType,
    place: Place,
    name: Any,
    value_and_info: tuple[Any, GraphQLResolveInfo[Any]],
) -> None:
    """Raises graphql-core's own error for a type that cannot stand there."""
    value, info = value_and_info
    judge = object.__new__(Executor)
    judge.schema = schema
    judge.ensure_valid_runtime_type(name, abstract, place.details, info, value)
    raise GraphQLError(f"Runtime Object type '{name}' is not a possible type for '{abstract}'.", place.nodes)
