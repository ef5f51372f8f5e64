"""Executes operations on a schema with mocked values: an object is identified by its type and id."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, Final, TypeAlias, cast

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    execute,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    parse,
    subscribe,
)

from furlong.demo.mock.values import claims_of, is_absent, leaf_value, overrides_of

ITEMS: Final = 3
MAX_ITEMS: Final = 20
EVENT_SECONDS: Final = 5.0
Info: TypeAlias = GraphQLResolveInfo[Any]
MockedCall: TypeAlias = Callable[[Mapping[str, Any], Mapping[str, str], object], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class MockedObject:
    """An object of the graph.

    Attributes:
        key: Identifies it; equal keys have equal fields.
        scope: The arguments of type ID that led to it.
        number: Its position in a list, from 1.
    """

    type_name: str
    key: tuple[object, ...]
    scope: Mapping[str, str] = field(default_factory=dict)
    number: int = 1


@dataclass(frozen=True, slots=True)
class MockedRequest:
    """What the values of a request depend on, besides the schema."""

    seed: int
    customer: str
    wanted: Mapping[str, Any]
    tick: int = 0


class MockedGraph:
    """Answers operations; the same seed gives the same answers."""

    def __init__(self, schema: GraphQLSchema, seed: int = 1, event_seconds: float = EVENT_SECONDS) -> None:
        """Answer for a schema, with an event of each subscription every few seconds."""
        self._schema = schema
        self._seed = seed
        self._event_seconds = event_seconds

    def prepare(self, document: str, operation_name: str | None) -> MockedCall:
        """Prepare a query or mutation, as the gateway's transport in memory does."""
        parsed = parse(document)

        async def call(
            variables: Mapping[str, Any], headers: Mapping[str, str], _session: object
        ) -> dict[str, Any]:
            try:
                request = self._request(headers)
            except GraphQLError as error:
                return {"errors": [error.formatted]}
            result = execute(
                self._schema,
                parsed,
                variable_values=dict(variables),
                operation_name=operation_name,
                context_value=request,
                field_resolver=_resolve,
                type_resolver=_type_of,
            )
            return cast("dict[str, Any]", cast("ExecutionResult", result).formatted)

        return call

    def prepare_subscription(self, document: str, operation_name: str | None) -> MockedCall:
        """Prepare a subscription, as the gateway's transport in memory does."""
        parsed = parse(document)

        async def call(variables: Mapping[str, Any], headers: Mapping[str, str], _session: object) -> Any:
            return self._events(parsed, operation_name, variables, headers)

        return call

    async def _events(
        self, document: Any, name: str | None, variables: Mapping[str, Any], headers: Mapping[str, str]
    ) -> AsyncIterator[dict[str, Any]]:
        try:
            request = self._request(headers)
        except GraphQLError as error:
            yield {"errors": [error.formatted]}
            return
        tick = 0
        while True:
            tick += 1
            yield await self._event(document, name, variables, replace_tick(request, tick))
            await asyncio.sleep(self._event_seconds)

    async def _event(
        self, document: Any, name: str | None, variables: Mapping[str, Any], request: MockedRequest
    ) -> dict[str, Any]:
        async def once(*_source: object, **_arguments: object) -> AsyncIterator[None]:
            yield None

        events = subscribe(
            self._schema,
            document,
            variable_values=dict(variables),
            operation_name=name,
            context_value=request,
            field_resolver=_resolve,
            type_resolver=_type_of,
            subscribe_field_resolver=once,
        )
        events = await events if isawaitable(events) else events
        if isinstance(events, ExecutionResult):
            return cast("dict[str, Any]", events.formatted)
        async for result in events:
            return cast("dict[str, Any]", result.formatted)
        return {"data": None}

    def _request(self, headers: Mapping[str, str]) -> MockedRequest:
        customer = str(claims_of(headers.get("authorization", "")).get("sub", ""))
        return MockedRequest(self._seed, customer, overrides_of(headers, self._schema))


def replace_tick(request: MockedRequest, tick: int) -> MockedRequest:
    """Return the request for the event of a number."""
    return MockedRequest(request.seed, request.customer, request.wanted, tick)


def _resolve(source: MockedObject | None, info: Info, **arguments: Any) -> Any:
    request: MockedRequest = info.context
    owner = source or MockedObject(info.parent_type.name, (request.seed, request.customer))
    wanted = request.wanted
    if (coordinate := f"{info.parent_type.name}.{info.field_name}") in wanted:
        return wanted[coordinate]
    scope = {**owner.scope, **_ids_of(info, arguments)}
    return _value(info.return_type, owner, scope, arguments, info)


def _value(
    type_: Any,
    owner: MockedObject,
    scope: Mapping[str, str],
    arguments: Mapping[str, Any],
    info: Info,
) -> Any:
    name, request = info.field_name, cast("MockedRequest", info.context)
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    elif is_absent(name):
        return None
    if isinstance(type_, GraphQLList):
        inner = type_.of_type.of_type if isinstance(type_.of_type, GraphQLNonNull) else type_.of_type
        many = 0 if name == "errors" else min(int(arguments.get("first", ITEMS)), MAX_ITEMS)
        return [_one(inner, owner, scope, number, info) for number in range(1, many + 1)]
    if name == "version" and info.path.prev is not None and info.path.prev.prev is None and request.tick:
        return request.tick
    return _one(type_, owner, scope, 1, info)


def _one(type_: Any, owner: MockedObject, scope: Mapping[str, str], number: int, info: Info) -> Any:
    request = cast("MockedRequest", info.context)
    if is_leaf_type(type_):
        if info.field_name == "id" and owner.key and owner.key[0] == "by id":
            return owner.key[-1]
        words = f"{owner.type_name} {owner.number}"
        key = (*owner.key, number) if number > 1 else owner.key
        return leaf_value(type_, info.field_name, words, key, request.tick)
    concrete = info.schema.get_possible_types(type_)[0] if is_abstract_type(type_) else type_
    if "id" not in cast("GraphQLObjectType", concrete).fields:
        return MockedObject(concrete.name, (*owner.key, info.field_name, number), scope, number)
    lower = concrete.name.lower()
    known = scope.get("id") if number == 1 and info.path.prev is None else None
    identity = known or scope.get(lower) or "-".join([lower, *sorted(scope.values()), str(number)])
    customer = "" if lower in scope else request.customer
    return MockedObject(
        concrete.name, ("by id", request.seed, customer, concrete.name, identity), scope, number
    )


def _ids_of(info: Info, arguments: Mapping[str, Any]) -> dict[str, str]:
    """Return the arguments of type ID, and the fields of inputs that are named like a type with an id."""
    types = info.parent_type.fields[info.field_name].args
    ids = {
        name: str(value)
        for name, value in arguments.items()
        if value is not None and get_named_type(types[name].type).name == "ID"
    }
    named = {name.lower() for name in info.schema.type_map}
    for value in arguments.values():
        if isinstance(value, dict):
            ids |= {
                name: str(text) for name, text in value.items() if name in named and isinstance(text, str)
            }
    return ids


def _type_of(value: MockedObject, *_: object) -> str:
    return value.type_name
