"""An interface that nobody implements, and that is an object in some subgraph."""

import pytest
from inline_snapshot import snapshot

from gateway.errors import CannotPlan
from tests.federation_kit.case import Operation
from tests.federation_kit.comparison import GatewayOf
from tests.gateway.federated import compared, federated

LONELY = federated(
    {
        "Query": {"__typename": "Query", "nodes": [], "found": [{"$ref": "n1"}]},
        "n1": {"__typename": "Node", "id": "1", "label": "L", "next": {"$ref": "n1"}},
    },
    a="""
    type Query { nodes: [Node] }
    interface Node @key(fields: "id") { id: ID! name: String }
    """,
    b="""
    type Query { found: [Node] }
    type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! label: String next: Node }
    """,
)


def test_what_can_be_said_without_the_concrete_type_is_answered() -> None:
    """Its own fields and its key, however deep."""
    gateway = GatewayOf(LONELY)
    operation = Operation("{ found { id label next { label } } }", {})
    expected = {"found": [{"id": "1", "label": "L", "next": {"label": "L"}}]}
    assert gateway.answer(operation) == {"data": expected}
    assert gateway.answer_again(operation, "interpreted") == {"data": expected}


@pytest.mark.parametrize("field", ["__typename", "name"])
def test_what_only_an_implementation_has_is_refused(field: str) -> None:
    """The interface's name would not be the truth, and no subgraph can be asked."""
    with pytest.raises(CannotPlan, match=f"Node.{field}"):
        GatewayOf(LONELY).answer(Operation(f"{{ found {{ id {field} }} }}", {}))


@pytest.mark.parametrize("selection", ["label", "id label", "next { id }", "id name next { label }"])
def test_what_nobody_can_resolve_is_refused_though_no_object_can_lack_it(selection: str) -> None:
    """The asked subgraph knows no implementation, and the interface object cannot be reached by its key."""
    with pytest.raises(CannotPlan, match=r"Node\.(label|next) cannot be fetched: b: not reachable"):
        GatewayOf(LONELY).answer(Operation(f"{{ nodes {{ {selection} }} }}", {}))


@pytest.mark.parametrize("selection", ["id", "id name", "__typename"])
def test_what_the_interface_has_is_answered_where_nothing_implements_it(selection: str) -> None:
    """The subgraph can return no object, and is asked for one nevertheless."""
    assert compared(LONELY, f"{{ nodes {{ {selection} }} }}")


DISTANT = federated(
    {"Query": {"__typename": "Query", "nodes": []}},
    a="type Query { nodes: [Node] } interface Node { name: String }",
    b='type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! label: String }',
    c="""
    interface Node @key(fields: "id") { id: ID! name: String age: Int }
    type Cat implements Node @key(fields: "id") { id: ID! name: String age: Int color: String }
    """,
)


@pytest.mark.parametrize("selection", ["label", "id name label", "... on Cat { color label }"])
def test_what_nobody_can_resolve_is_refused_though_others_implement_the_interface(selection: str) -> None:
    """The asked subgraph knows no implementation; who knows one cannot reach the interface object."""
    with pytest.raises(CannotPlan, match=r"Cat\.label cannot be fetched: b: not reachable"):
        GatewayOf(DISTANT).answer(Operation(f"{{ nodes {{ {selection} }} }}", {}))


@pytest.mark.parametrize("selection", ["__typename name", "id age", "... on Cat { color }"])
def test_what_some_subgraph_can_resolve_is_not_refused(selection: str) -> None:
    """Although the asked subgraph can return no object that has it."""
    assert compared(DISTANT, f"{{ nodes {{ {selection} }} }}")


HAUNTED = federated(
    {
        "Query": {"__typename": "Query", "ghost": {"$ref": "g1"}},
        "g1": {"__typename": "Ghost", "id": "1", "chill": 3, "kin": {"$ref": "g2"}},
        "g2": {"__typename": "Ghost", "id": "2", "chill": 4, "kin": None},
    },
    a='interface Ghost @key(fields: "id") { id: ID! }',
    b="""
    type Query { ghost: Ghost }
    type Ghost @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }
    """,
    c='type Ghost @key(fields: "id") @interfaceObject { id: ID! chill: Int kin: Ghost }',
)


def test_one_interface_object_is_reached_from_another() -> None:
    """By the interface's name and key, though nobody could say the concrete type."""
    plan = compared(HAUNTED, "{ ghost { id chill kin { chill } } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "b") {
      {
        ghost {
          __typename
          id
        }
      }
    },
    Flatten(path: "ghost") {
      Fetch(service: "c") {
        {
          ... on Ghost {
            __typename
            id
          }
        } =>
        {
          ... on Ghost {
            chill
            kin {
              __typename
              chill
            }
          }
        }
      }
    }
  }
}\
""")


def test_what_an_interface_object_can_resolve_is_not_refused() -> None:
    """Its key is resolvable, although no object will ever be sent."""
    reachable = federated(
        {"Query": {"__typename": "Query", "ghosts": []}},
        a='type Query { ghosts: [Ghost] } interface Ghost @key(fields: "id") { id: ID! }',
        b='type Ghost @key(fields: "id") @interfaceObject { id: ID! chill: Int kin: Ghost }',
    )
    assert compared(reachable, "{ ghosts { id chill kin { chill } } }")
