"""An interface that nobody implements, and that is an object in some subgraph."""

import pytest
from federation.case import Operation
from federation.comparison import GatewayOf

from gateway.errors import CannotPlan
from tests.gateway.federated import federated

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
