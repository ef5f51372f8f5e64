"""Strawberry's schemas: its wrappers are left out where that is the same, and kept where it is not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pytest
import strawberry
from graphql import parse
from strawberry import ID, UNSET, Info
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig

import jit
from tests.jit.both_ways import run_both


class Allowed(BasePermission):
    """Lets those in whose context says so."""

    message = "not allowed"
    error_extensions = {"code": "FORBIDDEN"}  # noqa: RUF012 - Strawberry's own way

    def has_permission(self, source: Any, info: Info[Any, Any], **_: Any) -> bool:
        """Whether the context says so."""
        del source
        return bool(info.context["allowed"])


class AllowedLater(Allowed):
    """The same, later."""

    async def has_permission(  # type: ignore[override]  # Strawberry awaits it
        self, source: Any, info: Info[Any, Any], **more: Any
    ) -> bool:
        """Whether the context says so."""
        return super().has_permission(source, info, **more)


class Louder(FieldExtension):
    """Makes a text louder."""

    def resolve(self, next_: Any, source: Any, info: Info[Any, Any], **arguments: Any) -> Any:
        """Upper case."""
        return next_(source, info, **arguments).upper()


@strawberry.enum
class Color(Enum):
    """Colours."""

    RED = "red"
    GREEN = "green"


@strawberry.interface
class Named:
    """Something with a name."""

    name: str


@strawberry.type
class Cat(Named):
    """A cat."""

    lives: int = 9

    @strawberry.field
    def parent(self, root: strawberry.Parent[Any]) -> str:
        """What the root is."""
        return type(root).__name__


@strawberry.type
class Dog(Named):
    """A dog."""

    born: datetime
    color: Color | None = None


@strawberry.input
class Wish:
    """What is wished."""

    text: str
    times: int = 2
    color: Color | None = UNSET


@strawberry.type
class Query:
    """Entry points."""

    @strawberry.field
    def pets(self) -> list[Named]:
        """By the interface."""
        return [Cat(name="Tom"), Dog(name="Rex", born=datetime(2026, 1, 1, tzinfo=UTC), color=Color.RED)]

    @strawberry.field
    async def either(self, which: str = "cat") -> Cat | Dog:
        """By the union."""
        return Cat(name="Tom") if which == "cat" else Dog(name="Rex", born=datetime(2026, 1, 1, tzinfo=UTC))

    @strawberry.field(permission_classes=[Allowed])
    def secret(self) -> str | None:
        """For the allowed."""
        return "secret"

    @strawberry.field(permission_classes=[AllowedLater])
    async def later_secret(self) -> str | None:
        """For the allowed, later."""
        return "secret"

    @strawberry.field(extensions=[Louder()])
    def loud(self, text: str = "quiet") -> str:
        """Louder."""
        return text

    @strawberry.field
    def granted(self, wish: Wish, wishes: list[Wish] | None = None) -> str:
        """Input objects."""
        return f"{wish} {wishes}"

    @strawberry.field
    def simple(self, a_name: ID, colors: list[Color], maybe: int | None = UNSET) -> str:
        """Arguments that stay as they are."""
        return f"{a_name} {colors} {maybe is UNSET or maybe}"

    @strawberry.field
    async def told(self, info: Info[Any, Any]) -> list[str]:
        """What an info tells."""
        path, fields = info.path.as_list(), [getattr(field, "name", None) for field in info.selected_fields]
        return [
            repr(path),
            info.field_name,
            info.python_name,
            repr(fields),
            repr(info.variable_values),
            repr(info.context),
        ]

    @strawberry.field
    async def stream(self) -> list[int]:
        """An async generator where a list is due."""

        async def numbers() -> AsyncIterator[int]:
            for number in range(3):
                yield number

        return numbers()  # type: ignore[return-value] # graphql-core completes it as a list

    @strawberry.field
    def wrong(self) -> int:
        """What is no number."""
        return "wrong"  # type: ignore[return-value] # that is the test


SCHEMA = strawberry.Schema(Query, types=[Cat, Dog])


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize(
    "query",
    [
        "{ pets { __typename name ... on Cat { lives parent } ... on Dog { born color } } }",
        '{ either { ... on Cat { name } } dog: either(which: "dog") { ... on Dog { born __typename } } }',
        "{ secret laterSecret }",
        '{ loud other: loud(text: "very") }',
        '{ granted(wish: {text: "a"}, wishes: [{text: "b", times: 3, color: RED}]) }',
        "query ($w: Wish!) { granted(wish: $w) }",
        'query ($id: ID = "7") { simple(aName: $id, colors: [RED, GREEN]) }',
        "{ simple(aName: 5, colors: RED, maybe: null) }",
        "query ($x: Int = 3) { told simple(aName: 1, colors: [], maybe: $x) }",
        "{ stream wrong }",
    ],
)
def test_strawberry_answers_are_the_same(query: str, allowed: bool) -> None:  # noqa: FBT001 - a parameter
    """Permissions, extensions, infos, inputs, enums, interfaces and unions."""
    variables = {"w": {"text": "x", "color": "GREEN"}} if "$w" in query else {}
    run_both(SCHEMA._schema, query, Query, context_value={"allowed": allowed}, variable_values=variables)


def test_wrappers_are_left_out() -> None:
    """A field without a resolver is an attribute, one with a resolver is the function itself."""
    operation = jit.compile_operation(
        SCHEMA._schema, parse("{ pets { name } either { ... on Cat { lives } } told }")
    )
    assert "value = resolve_" in operation.source
    assert ", told=" not in operation.source
    assert "execution.info(" not in operation.source


class OwnInfo(Info[Any, Any]):
    """An info of the schema's own."""

    @property
    def shout(self) -> str:
        """The field's name, louder."""
        return self.field_name.upper()


@strawberry.type
class OwnQuery:
    """With infos of one's own."""

    @strawberry.field
    def shout(self, info: OwnInfo) -> str:
        """Louder."""
        return f"{info.shout} {type(info).__name__}"

    plain: str = "from a dict"


def test_own_info_classes_and_default_resolvers_are_kept() -> None:
    """What the schema's configuration says is done."""
    config = StrawberryConfig(info_class=OwnInfo, default_resolver=lambda source, name: source[name])
    schema = strawberry.Schema(OwnQuery, config=config)
    result = run_both(schema._schema, "{ shout plain }", lambda: {"plain": "yes"})
    assert result.data == {"shout": "SHOUT OwnInfo", "plain": "yes"}
