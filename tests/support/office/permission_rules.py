"""The rules of the admin graph's root fields, and operations for each, generated from its schema."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

from backoffice.access import Actor, Permission, Role, allows
from backoffice.areas import create_schema
from backoffice.graph.area import Permitted
from backoffice.graph.execution import OfficeGraph
from foundation.graphql_http import GraphQLRequest, RequestError

OWN_BRAND, OTHER_BRAND = "northbet", "southbet"
REFUSED: Final = frozenset({"FORBIDDEN", "NOT_FOUND"})


@dataclass(frozen=True, slots=True)
class Field:
    """A root field, with its rule."""

    operation: str
    name: str
    permission: Permission
    brand: str

    def __str__(self) -> str:
        return f"{self.operation}.{self.name}"


@cache
def admin_graph() -> GraphQLSchema:
    """Return the schema as graphql-core has it."""
    schema: GraphQLSchema = create_schema()._schema
    return schema


def root_of(field: Field) -> GraphQLObjectType:
    """Return the root type that a field belongs to."""
    graph = admin_graph()
    root = graph.query_type if field.operation == "query" else graph.mutation_type
    assert root is not None
    return root


def rule_of(field: Any) -> Permitted | None:
    """Return the directive of a field of graphql-core."""
    strawberry_field = field.extensions["strawberry-definition"]
    return next(
        (directive for directive in strawberry_field.directives if isinstance(directive, Permitted)), None
    )


def roots() -> Iterator[tuple[str, str, Any]]:
    """Yield the root fields."""
    graph = admin_graph()
    for operation, root in (("query", graph.query_type), ("mutation", graph.mutation_type)):
        for name, field in (root.fields if root else {}).items():
            yield operation, name, field


def fields() -> list[Field]:
    """Return all root fields that have a rule."""
    return [
        Field(operation, name, Permission(rule.permission), rule.brand)
        for operation, name, field in roots()
        if (rule := rule_of(field)) is not None
    ]


def value_for(wanted: Any, path: str, brand_path: str, brand: str) -> Any:
    """Return a value for an input, with the brand where the rule says."""
    if isinstance(wanted, GraphQLNonNull):
        wanted = wanted.of_type
    if isinstance(wanted, GraphQLList):
        return [value_for(wanted.of_type, path, brand_path, brand)]
    if path == brand_path:
        return brand
    if isinstance(wanted, GraphQLInputObjectType):
        return {
            name: value_for(field.type, f"{path}.{name}", brand_path, brand)
            for name, field in wanted.fields.items()
            if isinstance(field.type, GraphQLNonNull) or brand_path.startswith(f"{path}.{name}")
        }
    if isinstance(wanted, GraphQLEnumType):
        return next(iter(wanted.values))
    plain: dict[str, Any] = {"Int": 1, "Float": 1.0, "Boolean": True, "ID": "none", "JSON": {}}
    times = {"DateTime": "2026-03-25T12:00:00Z", "Date": "2026-03-25"}
    return {**plain, **times}.get(wanted.name, "none")


def operation_of(field: Field, brand: str) -> tuple[str, dict[str, Any]]:
    """Return an operation that asks for a field, and its variables."""
    found = root_of(field).fields[field.name]
    needed: dict[str, GraphQLArgument] = {
        name: argument
        for name, argument in found.args.items()
        if isinstance(argument.type, GraphQLNonNull) or field.brand.split(".")[0] == name
    }
    variables = {name: value_for(each.type, name, field.brand, brand) for name, each in needed.items()}
    declared = ", ".join(f"${name}: {each.type}" for name, each in needed.items())
    passed = ", ".join(f"{name}: ${name}" for name in needed)
    below = "" if is_leaf_type(get_named_type(found.type)) else " { __typename }"
    call = f"{field.name}({passed})" if passed else field.name
    return f"{field.operation} {f'({declared})' if declared else ''} {{ {call}{below} }}", variables


def actor_with(role: Role, brand: str) -> Actor:
    """Return a person with one role for one brand, who has just stepped up."""
    return Actor(
        f"{role.value}-{brand}",
        f"{role.value}-{brand}",
        role.value,
        "s",
        "127.0.0.1",
        {brand: frozenset({role})},
    )


def is_permitted(field: Field, actor: Actor, brand: str) -> bool:
    """Return what the rule of a field says about a person and a brand."""
    match field.brand:
        case "(any)" | "(found)":
            return field.permission is Permission.OWN or any(
                allows(actor, field.permission, role) for role in actor.roles
            )
        case "(all)":
            return allows(actor, field.permission, None)
        case _:
            return allows(actor, field.permission, brand)


async def ask(
    graph: OfficeGraph, actor: Actor, document: str, variables: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the graph's answer to an operation, or its refusal."""
    try:
        return await graph.execute(GraphQLRequest(document, variables=variables or {}), actor)
    except RequestError as refused:
        return {"errors": refused.formatted()}
