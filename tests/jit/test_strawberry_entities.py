"""Entities: the answers of compiled operations are those of Strawberry's own resolver."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import graphql
import pytest
import strawberry
from graphql import parse
from strawberry import ID, Info

import jit
from tests.jit.both_ways import assert_same, awaited

QUERY = """query ($r: [_Any!]!) { _entities(representations: $r) {
    __typename ... on Parcel { id weight } ... on Letter { id } ... on Stamp { code } } }"""


@strawberry.federation.type(keys=["id"])
class Parcel:
    """Refers by a coroutine, which asks for the info."""

    id: ID
    weight: int

    @classmethod
    async def resolve_reference(cls, info: Info, **given: Any) -> "Parcel":
        """The parcel of an id."""
        return cls(id=given["id"], weight=info.context["weight"])


@strawberry.federation.type(keys=["id"])
class Letter:
    """Refers at once, without the info."""

    id: ID

    @classmethod
    def resolve_reference(cls, id: ID) -> "Letter":  # noqa: A002 - the key's name
        """The letter of an id."""
        if id == "lost":
            raise LookupError("lost")
        return cls(id=id)


@strawberry.federation.type(keys=["code"])
class Stamp:
    """Has nothing to refer with: Strawberry makes it of the representation."""

    code: str


@strawberry.type
class Query:
    """Nothing but entities."""


SCHEMA = strawberry.federation.Schema(query=Query, types=[Parcel, Letter, Stamp])


def parcel(key: str) -> dict[str, Any]:
    """The representation of a parcel."""
    return {"__typename": "Parcel", "id": key}


def letter(key: str) -> dict[str, Any]:
    """The representation of a letter."""
    return {"__typename": "Letter", "id": key}


@pytest.mark.parametrize(
    "representations",
    [
        [],
        [parcel("1"), letter("2"), parcel("3")],
        [parcel("1"), letter("lost"), parcel("3")],
        [parcel("1"), {"__typename": "Letter", "number": 2}],
        [parcel("1"), {"__typename": "Stamp", "code": "x"}],
        [parcel("1"), {"__typename": "Stamp"}],
        [letter("1"), {"__typename": "Nobody", "id": "1"}],
        [letter("1"), {"id": "1"}],
        [letter("1"), {"__typename": 3}],
        [letter("1"), {"__typename": ["Letter"]}],
        [letter("1"), "Parcel"],
    ],
)
async def test_entities_are_found_as_strawberry_finds_them(representations: list[Any]) -> None:
    """Also where one of them fails, is of another kind, or is no representation at all."""
    document, context = parse(QUERY), {"weight": 5}

    async def way(execute: Callable[..., Any]) -> Any:
        own = deepcopy(representations)  # Strawberry writes in them
        return await awaited(
            execute(SCHEMA._schema, document, context_value=context, variable_values={"r": own})
        )

    expected = await way(graphql.execute)
    assert_same(expected, await way(jit.execute))
    assert_same(expected, await way(jit.execute))  # when its types are known


async def test_representations_are_not_changed() -> None:
    """Whoever sends them may send them again."""
    sent = [parcel("1"), letter("2")]
    operation = jit.compile_operation(SCHEMA._schema, parse(QUERY))
    results = [
        await awaited(operation.execute(None, {"weight": 5}, {"r": sent}, jit.Settings(awaited=True)))
        for _ in range(2)
    ]
    assert [result.data["_entities"][1]["id"] for result in results] == ["2", "2"]
    assert sent == [parcel("1"), letter("2")]


async def test_an_awaited_execution_gives_what_is_there_at_once() -> None:
    """Nothing is to be awaited where nothing waits."""
    operation = jit.compile_operation(SCHEMA._schema, parse(QUERY))
    result = operation.execute(None, {}, {"r": [letter("2")]}, jit.Settings(awaited=True))
    assert result.data == {"_entities": [{"__typename": "Letter", "id": "2"}]}  # type: ignore[union-attr] # it is no awaitable


async def test_an_entity_that_was_cast_is_shown_as_what_it_was_cast_to() -> None:
    """Also when the type of others of its class is known by then."""

    @strawberry.federation.type(keys=["id"])
    class Mine:
        id: ID

        @classmethod
        def resolve_reference(cls, id: ID) -> Any:  # noqa: A002 - the key's name
            return strawberry.cast(Letter, cls(id=id)) if id == "cast" else cls(id=id)

    schema = strawberry.federation.Schema(query=Query, types=[Mine, Letter])._schema
    document = parse(
        "query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Mine { id } } }"
    )
    operation = jit.compile_operation(schema, document)
    sent = [{"__typename": "Mine", "id": key} for key in ("1", "cast", "2", "cast")]
    for _ in range(2):
        found = await awaited(operation.execute_awaited(None, {}, {"r": deepcopy(sent)}))
        expected = await awaited(
            graphql.execute(schema, document, context_value={}, variable_values={"r": deepcopy(sent)})
        )
        assert_same(expected, found)
