"""The reference's subgraphs refuse what a real one could not answer rightly: else they would hide faults."""

from typing import Any

import pytest

from tests.federation_kit.case import Served, World, serve
from tests.federation_kit.objects import Run

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", '
    'import: ["@key", "@requires", "@provides", "@external", "@override"])'
)
SUBGRAPHS = {
    "a": f"""{LINK}
    type Query {{ ant: Ant mine: Ant @provides(fields: "name") }}
    type Ant @key(fields: "id") {{
      id: ID! moved: String name: String @external sum: String @requires(fields: "name")
    }}""",
    "b": f"""{LINK}
    type Ant @key(fields: "id") @key(fields: "code", resolvable: false) {{
      id: ID! code: String name: String moved: String @override(from: "a")
    }}""",
}
ANT = {"__typename": "Ant", "id": "1", "code": "C", "name": "Anna", "moved": "away", "sum": "s"}
OBJECTS: dict[str, Any] = {
    "Query": {"__typename": "Query", "ant": {"$ref": "Ant/1"}, "mine": {"$ref": "Ant/1"}},
    "Ant/1": ANT,
}
ENTITIES = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Ant { %s } } }"


@pytest.fixture(scope="module")
def served() -> Served:
    """Two subgraphs with one entity."""
    return serve(World(SUBGRAPHS, OBJECTS))


def asked(served: Served, subgraph: str, query: str, **sent: Any) -> dict[str, Any]:
    """What a subgraph answers, asked for an entity if one is sent."""
    variables = {"r": [{"__typename": "Ant", **sent}]} if sent else {}
    return served.subgraphs[subgraph].answer(query, variables, Run())


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("{ ant { name } }", "Ant.name, which is external"),
        ("{ ant { moved } }", "another subgraph has now"),
        ("{ ant { sum } }", "none were sent"),
        ("{ ant { code } }", "Cannot query field 'code'"),
        ("{ nobody }", "Cannot query field 'nobody'"),
    ],
)
def test_what_a_subgraph_does_not_resolve_is_an_error(served: Served, query: str, told: str) -> None:
    """An external, a moved, a computed and an unknown field are refused, each with the reason."""
    assert told in str(asked(served, "a", query)["errors"])


@pytest.mark.parametrize(
    ("name", "field", "sent", "told"),
    [
        ("a", "sum", {"id": "1"}, "name is needed"),
        ("a", "id", {"code": "C"}, "cannot resolve Ant"),
        ("b", "name", {"code": "C"}, "cannot resolve Ant"),
    ],
)
def test_an_entity_wants_its_key_and_its_required_fields(
    served: Served, name: str, field: str, sent: dict[str, str], told: str
) -> None:
    """A representation without a key that is resolvable there, or without a required field, is refused."""
    assert told in str(asked(served, name, ENTITIES % field, **sent)["errors"])


def test_an_entity_is_the_one_whose_key_was_sent(served: Served) -> None:
    """A key that nothing has gives null."""
    assert asked(served, "b", ENTITIES % "name", id="1")["data"] == {"_entities": [{"name": "Anna"}]}
    assert asked(served, "b", ENTITIES % "name", id="2")["data"] == {"_entities": [None]}


def test_a_computed_field_shows_what_was_sent(served: Served) -> None:
    """It is worked out from the representation, and the monolith works the same out from the data."""
    sent = asked(served, "a", ENTITIES % "sum", id="1", name="Bert")["data"]["_entities"][0]["sum"]
    assert sent == 's<{"name": "Bert"}>'
    assert served.monolith.answer("{ ant { sum } }", {})["data"]["ant"]["sum"] == 's<{"name": "Anna"}>'


def test_a_provided_field_is_resolved_on_its_way_alone(served: Served) -> None:
    """What `@provides` makes visible is an answer there."""
    assert asked(served, "a", "{ mine { name } }")["data"] == {"mine": {"name": "Anna"}}
