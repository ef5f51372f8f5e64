"""Every field of the admin graph by every role, for own and foreign brands, generated from the schema.

A field that is added without `@permitted` fails here, and so does one whose service decides otherwise than
its directive says.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type

from backoffice.access import Actor, Permission, Role
from backoffice.graph.area import ALL, ANY, FOUND
from backoffice.graph.execution import OfficeGraph
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA as TABLES
from subgraphs.kit.domain.keys import ALL_BRANDS
from tests.support.database_probe import migrate
from tests.support.office.backoffice_site import running_site
from tests.support.office.permission_rules import (
    OTHER_BRAND,
    OWN_BRAND,
    REFUSED,
    Field,
    actor_with,
    admin_graph,
    ask,
    fields,
    is_permitted,
    operation_of,
    roots,
    rule_of,
)


def test_every_field_has_a_rule() -> None:
    """Each root field, and each field with a resolver of its own, says who may use it."""
    without = [f"{operation}.{name}" for operation, name, field in roots() if rule_of(field) is None]
    for type_name, found in admin_graph().type_map.items():
        if type_name.startswith("_") or not isinstance(found, GraphQLObjectType):
            continue
        if type_name in {"Query", "Mutation"}:
            continue
        for name, field in found.fields.items():
            definition = (field.extensions or {}).get("strawberry-definition")
            if definition is not None and definition.base_resolver is not None and rule_of(field) is None:
                without.append(f"{type_name}.{name}")
    assert without == []


def test_rules_name_permissions_and_arguments_that_exist() -> None:
    """A misspelt permission or argument would be a rule that protects nothing."""
    for _, name, field in roots():
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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def graph(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OfficeGraph]:
    """The graph over empty databases."""
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('matrix')}"
    for name, metadata in TABLES.items():
        await migrate(DatabaseSettings(url=url), name, metadata)
    async with running_site(url) as site:
        yield site.office.graph


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("field", fields(), ids=str)
async def test_each_role_gets_what_the_rule_says(graph: OfficeGraph, field: Field) -> None:
    """For each role, for its own brand, for all brands, and for a foreign one."""
    wrong = []
    for role in Role:
        for held in (OWN_BRAND, ALL_BRANDS):
            for asked in (OWN_BRAND, OTHER_BRAND):
                actor = actor_with(role, held)
                document, variables = operation_of(field, asked)
                answer = await ask(graph, actor, document, variables)
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


def test_nobody_without_roles_gets_anything() -> None:
    """A signed-in person without any role has their own account, and nothing else."""
    nobody = Actor("nobody", "nobody", "Nobody", "s", "127.0.0.1", {})
    for field in fields():
        assert is_permitted(field, nobody, OWN_BRAND) is (field.permission is Permission.OWN)
