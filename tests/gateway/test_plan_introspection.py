"""Introspection shows the public schema, as graphql-core shows it, alone and beside data."""

import pytest
from graphql import build_schema, get_introspection_query, graphql_sync

from gateway.pipeline.preparation.limits import PreparationLimits
from gateway.pipeline.preparation.preparer import Preparer
from gateway.supergraph import load_supergraph
from tests.federation_kit.case import Operation
from tests.federation_kit.comparison import GatewayOf
from tests.gateway.federated import federated

PUBLIC = '''
"""What is asked."""
type Query {
  thing(by: By!, old: Int = 3 @deprecated(reason: "unused")): Thing
  old: String @deprecated(reason: "see thing")
}

"""An id or a name."""
input By @oneOf {
  id: ID
  name: String
}

"""Days as text."""
scalar Day @specifiedBy(url: "https://days.test")

interface Named {
  name: String!
}

type Thing implements Named {
  id: ID!
  name: String!
  day: Day
  state: State
}

enum State {
  ON
  OFF @deprecated(reason: "never")
}

union Any = Thing
'''

CATALOGUE = federated(
    {"Query": {"__typename": "Query", "old": "o", "thing": None}},
    a='''
    """What is asked."""
    type Query {
      thing(by: By!, old: Int = 3 @deprecated(reason: "unused")): Thing
      old: String @deprecated(reason: "see thing")
      secret: Secret @inaccessible
    }
    """An id or a name."""
    input By @oneOf { id: ID name: String }
    """Days as text."""
    scalar Day @specifiedBy(url: "https://days.test")
    interface Named { name: String! }
    interface Hidden @inaccessible { id: ID! }
    type Thing implements Named & Hidden @key(fields: "id") {
      id: ID!
      name: String!
      day: Day
      state: State @tag(name: "x")
    }
    type Secret @inaccessible { id: ID! }
    enum State { ON OFF @deprecated(reason: "never") LOST @inaccessible }
    union Any = Thing
    ''',
)


def asked(query: str) -> dict[str, object]:
    """The gateway's data for a query."""
    given: dict[str, object] = GatewayOf(CATALOGUE).answer(Operation(query, {}))
    assert "errors" not in given
    return given


@pytest.mark.parametrize(
    "query",
    [
        get_introspection_query(specified_by_url=True, input_value_deprecation=True),
        '{ __type(name: "Thing") { name interfaces { name } fields { name type { kind } } } }',
        '{ __type(name: "By") { isOneOf inputFields { name } } }',
        '{ __type(name: "State") { enumValues { name } all: enumValues(includeDeprecated: true) { name } } }',
        '{ a: __type(name: "Secret") { name } b: __type(name: "join__Graph") { name } c: __typename }',
        "{ __schema { ...S } } fragment S on __Schema { queryType { name } directives { name } }",
        "query ($n: Boolean = false) { __schema { types { name @include(if: $n) kind } } }",
    ],
)
def test_it_is_graphql_cores_introspection_of_the_public_schema(query: str) -> None:
    """Whatever composition added is hidden, with what is inaccessible; all the rest is there."""
    expected = graphql_sync(build_schema(PUBLIC), query).data
    assert canonical(asked(query)["data"]) == canonical(expected)


def test_it_is_answered_beside_data() -> None:
    """One call fetches the data, and the names are in the order of the query."""
    gateway = GatewayOf(CATALOGUE)
    given = gateway.answer(
        Operation('{ old __type(name: "Any") { possibleTypes { name } } t: __typename }', {})
    )
    assert list(given["data"].items()) == [
        ("old", "o"),
        ("__type", {"possibleTypes": [{"name": "Thing"}]}),
        ("t", "Query"),
    ]
    assert len(gateway.record.calls) == 1


def test_alone_it_makes_no_call() -> None:
    """No subgraph is asked what the gateway knows."""
    supergraph = load_supergraph(CATALOGUE.composed.supergraph)
    planned = Preparer(supergraph, PreparationLimits()).plan("{ __schema { queryType { name } } }", None, {})[
        1
    ]
    assert planned.plan.fetches == ()


def canonical(value: object) -> object:
    """Without the order of types and directives, which means nothing."""
    match value:
        case dict():
            return {name: canonical(each) for name, each in value.items()}
        case list():
            return sorted((canonical(each) for each in value), key=repr)
        case _:
            return value
