"""The reference of the graph that customers' clients see, from `schema.public.graphql`."""

from collections.abc import Iterator
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_specified_scalar_type,
)
from graphql.language import print_ast
from graphql.pyutils import Undefined
from graphql.utilities import ast_from_value

HEAD: Final = """# The public graph

What customers' clients can ask: the types of `schema.public.graphql`. [The club's graph from a page of your
own](../frontend.md) shows how to use them. This page is generated from the schema.
"""
CHAPTERS: Final = (
    ("Operations", ()),
    ("Objects", (GraphQLObjectType,)),
    ("Interfaces and unions", (GraphQLInterfaceType, GraphQLUnionType)),
    ("Inputs", (GraphQLInputObjectType,)),
    ("Enums", (GraphQLEnumType,)),
    ("Scalars", (GraphQLScalarType,)),
)


def schema_page(schema: GraphQLSchema) -> str:
    """Return the page, in Markdown."""
    return "\n".join([HEAD, *_chapters(schema)])


def _chapters(schema: GraphQLSchema) -> Iterator[str]:
    roots = [each for each in (schema.query_type, schema.mutation_type, schema.subscription_type) if each]
    types = [
        each
        for name, each in sorted(schema.type_map.items())
        if not name.startswith("__") and not is_specified_scalar_type(each)
    ]
    for title, kinds in CHAPTERS:
        found = [each for each in types if isinstance(each, kinds) and each not in roots] if kinds else roots
        if found:
            yield f"## {title}\n"
            for root in found:
                yield from _type(root)


def _type(each: GraphQLNamedType) -> Iterator[str]:
    yield f"(type-{each.name.lower()})=\n### {each.name}\n"
    yield f"{_text(each.description)}\n"
    if isinstance(each, GraphQLUnionType):
        yield "One of " + ", ".join(_link(member) for member in each.types) + ".\n"
    if isinstance(each, GraphQLEnumType):
        for name, value in each.values.items():
            yield _entry(f"`{name}`", value.description, value.deprecation_reason)
    for name, field in getattr(each, "fields", {}).items():
        yield _entry(f"`{name}` {_link(field.type)}", field.description, field.deprecation_reason)
        for argument, taken in getattr(field, "args", {}).items():
            default = "" if taken.default_value is Undefined else f" = `{_literal(taken)}`"
            yield f"  - `{argument}` {_link(taken.type)}{default} {_text(taken.description)}"
        yield ""


def _entry(term: str, description: str | None, deprecated: str | None) -> str:
    meaning = _text(description) or "No description."
    return f"{term}\n: {meaning}" + (f" **Deprecated:** {_text(deprecated)}" if deprecated else "") + "\n"


def _link(type_: Any) -> str:
    """Return a type's reference: `[Week!]!` with a link to what it names."""
    name = get_named_type(type_).name
    written = str(type_)
    if is_specified_scalar_type(get_named_type(type_)):
        return f"`{written}`"
    return f"[`{written}`](#type-{name.lower()})"


def _literal(argument: Any) -> str:
    node = ast_from_value(argument.default_value, argument.type)
    return "" if node is None else print_ast(node)


def _text(text: str | None) -> str:
    joined = " ".join((text or "").split())
    return joined.replace("<", "\\<").replace("*", "\\*")
