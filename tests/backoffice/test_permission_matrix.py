"""Every field of the admin graph by every role, for own and foreign brands, generated from the schemas.

A field that is added without `@permitted` fails here, and so does one whose service decides otherwise than
its directive says.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pytest
import pytest_asyncio
from backoffice_site import running_site
from database_probe import migrate
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

from backoffice.access.actor import ALL_BRANDS, Actor
from backoffice.access.decision import allows
from backoffice.access.roles import Permission, Role
from backoffice.areas import SCHEMAS
from backoffice.graph.admin_subgraph import AdminSubgraph
from backoffice.graph.permitted import ALL, ANY, FOUND, Permitted
from furlong.databases import METADATA as TABLES
from storage.settings import DatabaseSettings

OWN_BRAND, OTHER_BRAND = "northbet", "southbet"
REFUSED: Final = frozenset({"FORBIDDEN", "NOT_FOUND"})
FEDERATION: Final = frozenset({"_service", "_entities"})


@dataclass(frozen=True, slots=True)
class Field:
    """A root field of an area, with its rule."""

    area: str
    operation: str
    name: str
    permission: Permission
    brand: str

    def __str__(self) -> str:
        return f"{self.area}.{self.operation}.{self.name}"


@cache
def schema_of(area: str) -> Any:
    """Return an area's schema."""
    return SCHEMAS[area]()


def graph_of(area: str) -> GraphQLSchema:
    """Return an area's schema as graphql-core has it."""
    found: GraphQLSchema = schema_of(area)._schema
    return found


def rule_of(field: Any) -> Permitted | None:
    """Return the directive of a field of graphql-core."""
    strawberry_field = field.extensions["strawberry-definition"]
    return next((one for one in strawberry_field.directives if isinstance(one, Permitted)), None)


def roots(area: str) -> Iterator[tuple[str, str, Any]]:
    """Yield the root fields of an area."""
    graph = graph_of(area)
    for operation, root in (("query", graph.query_type), ("mutation", graph.mutation_type)):
        for name, field in (root.fields if root else {}).items():
            if name not in FEDERATION:
                yield operation, name, field


def fields() -> list[Field]:
    """Return all root fields that have a rule."""
    return [
        Field(area, operation, name, Permission(rule.permission), rule.brand)
        for area in SCHEMAS
        for operation, name, field in roots(area)
        if (rule := rule_of(field)) is not None
    ]


@pytest.mark.parametrize("area", SCHEMAS)
def test_every_field_has_a_rule(area: str) -> None:
    """Each root field, and each field with a resolver of its own, says who may use it."""
    without = [f"{operation}.{name}" for operation, name, field in roots(area) if rule_of(field) is None]
    for type_name, found in graph_of(area).type_map.items():
        if type_name.startswith("_") or not isinstance(found, GraphQLObjectType):
            continue
        if type_name in {"Query", "Mutation"}:
            continue
        for name, field in found.fields.items():
            definition = (field.extensions or {}).get("strawberry-definition")
            if definition is not None and definition.base_resolver is not None and rule_of(field) is None:
                without.append(f"{type_name}.{name}")
    assert without == []


@pytest.mark.parametrize("area", SCHEMAS)
def test_rules_name_permissions_and_arguments_that_exist(area: str) -> None:
    """A misspelt permission or argument would be a rule that protects nothing."""
    for _, name, field in roots(area):
        rule = rule_of(field)
        assert rule is not None
        Permission(rule.permission)
        if rule.brand in {ANY, ALL, FOUND}:
            continue
        arguments: Mapping[str, Any] = field.args
        for part in rule.brand.split("."):
            assert part in arguments, f"{name}: {rule.brand}"
            below = get_named_type(arguments[part].type)
            arguments = below.fields if isinstance(below, GraphQLInputObjectType) else {}


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
            name: value_for(each.type, f"{path}.{name}", brand_path, brand)
            for name, each in wanted.fields.items()
            if isinstance(each.type, GraphQLNonNull) or brand_path.startswith(f"{path}.{name}")
        }
    if isinstance(wanted, GraphQLEnumType):
        return next(iter(wanted.values))
    plain: dict[str, Any] = {"Int": 1, "Float": 1.0, "Boolean": True, "ID": "none", "JSON": {}}
    times = {"DateTime": "2026-03-25T12:00:00Z", "Date": "2026-03-25"}
    return {**plain, **times}.get(wanted.name, "none")


def operation_of(field: Field, brand: str) -> tuple[str, dict[str, Any]]:
    """Return an operation that asks for a field, and its variables."""
    graph = graph_of(field.area)
    root = graph.query_type if field.operation == "query" else graph.mutation_type
    assert root is not None
    found = root.fields[field.name]
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
                allows(actor, field.permission, each) for each in actor.roles
            )
        case "(all)":
            return allows(actor, field.permission, None)
        case _:
            return allows(actor, field.permission, brand)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def areas(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, AdminSubgraph]]:
    """The areas over empty databases."""
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('matrix')}"
    for name, metadata in TABLES.items():
        await migrate(DatabaseSettings(url=url), name, metadata)
    async with running_site(url) as site:
        yield {area.name: area for area in site.office.areas}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("field", fields(), ids=str)
async def test_each_role_gets_what_the_rule_says(areas: dict[str, AdminSubgraph], field: Field) -> None:
    """For each role, for its own brand, for all brands, and for a foreign one."""
    wrong = []
    for role in Role:
        for held in (OWN_BRAND, ALL_BRANDS):
            for asked in (OWN_BRAND, OTHER_BRAND):
                actor = actor_with(role, held)
                document, variables = operation_of(field, asked)
                answer = await areas[field.area].prepare(document, None)(variables, {}, actor)
                codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
                permitted = is_permitted(field, actor, asked)
                refused = bool(codes & REFUSED)
                if field.brand == FOUND:
                    # There is nothing to be found: nobody may see more than that, whatever their roles.
                    as_expected = refused or codes == {"INVALID"} or permitted
                else:
                    # What is looked for need not exist; who may look is told so.
                    as_expected = "FORBIDDEN" not in codes if permitted else refused
                if not as_expected or "INTERNAL_SERVER_ERROR" in codes:
                    wrong.append((role.value, held, asked, permitted, codes))
    assert wrong == []


def test_nobody_without_roles_gets_anything(areas: dict[str, AdminSubgraph]) -> None:
    """A signed-in person without any role has their own account, and nothing else."""
    nobody = Actor("nobody", "nobody", "Nobody", "s", "127.0.0.1", {})
    for field in fields():
        assert is_permitted(field, nobody, OWN_BRAND) is (field.permission is Permission.OWN)
    assert areas
