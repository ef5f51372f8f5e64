"""Strawberry's permissions and extensions: whatever they say, and whenever they say it, it is the same."""

from typing import Any

import pytest
import strawberry
from graphql import GraphQLError, parse
from strawberry import Info
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission, PermissionExtension

import jit
from tests.jit.both_ways import run_both


class Says(BasePermission):
    """Says what the context has under its name."""

    message = "no"
    error_extensions = {"code": "FORBIDDEN"}  # noqa: RUF012 - Strawberry's own way

    def has_permission(self, source: Any, info: Info[Any, Any], **more: Any) -> bool:
        """What the context says; it notes what it was given."""
        info.context["seen"].append((type(source).__name__, info.field_name, sorted(more)))
        found: bool = info.context["says"]
        if isinstance(found, Exception):
            raise found
        return found


class SaysLater(Says):
    """The same, later."""

    async def has_permission(self, source: Any, info: Info[Any, Any], **more: Any) -> bool:  # type: ignore[override] # Strawberry takes both
        """What the context says."""
        return super().has_permission(source, info, **more)


class HidesThatItIsAsync(Says):
    """A plain function that gives a coroutine."""

    def has_permission(self, source: Any, info: Info[Any, Any], **more: Any) -> Any:
        """A coroutine."""
        said = super().has_permission(source, info, **more)

        async def later() -> bool:
            return said

        return later()


class Strict(Says):
    """With an error of its own kind."""

    class Refused(GraphQLError):
        """Its error."""

    error_class = Refused


class Custom(Says):
    """With a reaction of its own."""

    def on_unauthorized(self) -> None:
        """Raises what is no GraphQLError."""
        raise PermissionError("custom")


class Wrapping(FieldExtension):
    """Sees a call and its outcome, for both kinds of resolvers."""

    def resolve(self, next_: Any, source: Any, info: Info[Any, Any], **arguments: Any) -> Any:
        """Brackets."""
        return f"[{next_(source, info, **arguments)}]"

    async def resolve_async(self, next_: Any, source: Any, info: Info[Any, Any], **arguments: Any) -> Any:
        """Brackets, later."""
        return f"[{await next_(source, info, **arguments)}]"


class LaterOnly(FieldExtension):
    """Works asynchronously alone."""

    async def resolve_async(self, next_: Any, source: Any, info: Info[Any, Any], **arguments: Any) -> Any:
        """Braces."""
        return f"<{await next_(source, info, **arguments)}>"


class Elsewhere(FieldExtension):
    """Hands on another source and another argument."""

    def resolve(self, next_: Any, source: Any, info: Info[Any, Any], **arguments: Any) -> Any:
        """Changes what it hands on."""
        del source
        return next_("another", info, **(arguments | {"text": "changed"}))


SILENT = PermissionExtension([Says()], fail_silently=True)


@strawberry.type
class Thing:
    """Something with guarded fields."""

    guarded: str = strawberry.field(permission_classes=[Says], default="kept")
    later: str | None = strawberry.field(permission_classes=[SaysLater], default="kept")


@strawberry.type
class Query:
    """Guarded in every way."""

    @strawberry.field(permission_classes=[Says])
    def at_once(self, info: Info[Any, Any], text: str = "t", number: int | None = None) -> str:
        """With an info and arguments."""
        return f"{info.field_name} {info.path.as_list()} {text} {number}"

    @strawberry.field(permission_classes=[Says, Custom])
    def two(self, text: str) -> str | None:
        """Two permissions."""
        return text

    @strawberry.field(permission_classes=[Strict])
    def strict(self, root: strawberry.Parent[Any], my: Info[Any, Any]) -> str | None:
        """A parent, and an info of another name."""
        return f"{type(root).__name__} {my.field_name}"

    @strawberry.field(permission_classes=[SaysLater])
    async def later(self, text: str = "t") -> str | None:
        """Awaited twice."""
        return text

    @strawberry.field(permission_classes=[SaysLater, Says])
    def mixed(self, text: str = "t") -> str | None:
        """A plain resolver with a permission that is awaited."""
        return text

    @strawberry.field(permission_classes=[HidesThatItIsAsync])
    def hidden(self) -> str | None:
        """Refused, as Strawberry does."""
        return "h"

    @strawberry.field(permission_classes=[Says])
    async def raises(self) -> str | None:
        """Raises once it may."""
        raise ValueError("raised")

    @strawberry.field(extensions=[SILENT])
    def silent(self) -> str | None:
        """Null for the others."""
        return "s"

    @strawberry.field(extensions=[PermissionExtension([SaysLater()], fail_silently=True)])
    async def silent_list(self) -> list[str]:
        """An empty list for the others."""
        return ["a", "b"]

    @strawberry.field
    def thing(self) -> Thing:
        """Guarded attributes."""
        return Thing()

    @strawberry.field(extensions=[Wrapping(), Wrapping()])
    def wrapped(self, info: Info[Any, Any], text: str = "w") -> str:
        """Extensions around a plain resolver."""
        return f"{info.field_name}{text}"

    @strawberry.field(extensions=[Wrapping()])
    async def wrapped_later(self, text: str = "w") -> str:
        """Extensions around a coroutine."""
        return text

    @strawberry.field(extensions=[Wrapping(), LaterOnly()])
    def made_later(self, text: str = "w") -> str:
        """A plain resolver that becomes a coroutine."""
        return text

    @strawberry.field(extensions=[Elsewhere()], permission_classes=[Says])
    def elsewhere(self, text: str = "w") -> str | None:
        """Strawberry keeps the source, whatever an extension hands on."""
        return f"{type(self).__name__} {text}"


SCHEMA = strawberry.Schema(Query)
QUERIES = [
    '{ atOnce other: atOnce(text: "x", number: 3) }',
    'query ($t: String! = "d") { two(text: $t) strict }',
    '{ later more: later(text: "y") mixed hidden }',
    "{ raises silent silentList }",
    "{ thing { guarded later } }",
    '{ wrapped wrappedLater madeLater(text: "z") elsewhere }',
]


@pytest.mark.parametrize(
    "says", [True, False, "truthy", None, ValueError("said")], ids=["yes", "no", "text", "null", "raises"]
)
@pytest.mark.parametrize("query", QUERIES)
def test_permissions_and_extensions_are_the_same(query: str, says: Any) -> None:
    """Answers, errors, and what permissions were told."""
    seen: list[list[Any]] = []

    class Context(dict[str, Any]):
        """Makes a new list of what was seen for each execution."""

    context = Context(says=says, seen=[])

    def note() -> None:
        seen.append(sorted(context["seen"]))
        context["seen"] = []

    run_both(SCHEMA._schema, query, Query, context_value=context, after=note)
    assert seen[1] == seen[0]
    assert seen[2] == seen[0]


def test_the_info_of_graphql_core_is_made_only_for_who_asks() -> None:
    """Neither permissions nor extensions need it."""
    for query in QUERIES:
        operation = jit.compile_operation(SCHEMA._schema, parse(query))
        assert operation.fallback_reason is None
        assert "execution.info(" not in operation.source
