"""Enums and inputs may differ by subgraph; the public schema decides what is seen."""

from tests.federation_kit.case import Operation
from tests.federation_kit.comparison import GatewayOf
from tests.gateway.federated import compared, federated

TASKS = federated(
    {
        "Query": {
            "__typename": "Query",
            "tasks": [{"$ref": "t1"}, {"$ref": "t2"}],
            "count": 2,
            "found": ["x"],
        },
        "t1": {
            "__typename": "Task",
            "id": "1",
            "status": "OPEN",
            "history": ["OPEN", "LATE"],
            "strict": "OPEN",
        },
        "t2": {
            "__typename": "Task",
            "id": "2",
            "status": "SECRET",
            "history": ["SECRET"],
            "strict": "SECRET",
        },
    },
    a="""
    enum Status { OPEN SECRET @inaccessible }
    enum Order { UP DOWN }
    input Filter { text: String! order: Order = UP hidden: Int }
    type Query { tasks: [Task] count(filter: Filter): Int @shareable }
    type Task @key(fields: "id") { id: ID! status: Status strict: Status! }
    """,
    b="""
    enum Status { OPEN LATE }
    enum Order { UP DOWN }
    input Filter { text: String! order: Order = UP }
    type Query {
      count(filter: Filter): Int @shareable
      found(filter: Filter!, order: Order! = UP): [String!]!
    }
    type Task @key(fields: "id") { id: ID! history: [Status] }
    """,
)


def answer(query: str) -> dict[str, object]:
    """What the gateway answers."""
    return GatewayOf(TASKS).answer(Operation(query, {}))


def test_values_of_all_subgraphs_are_known() -> None:
    """An enum that is only given is the union of what the subgraphs give."""
    assert answer("{ tasks { history } }")["data"] == {
        "tasks": [{"history": ["OPEN", "LATE"]}, {"history": [None]}]
    }


def test_a_value_that_clients_may_not_see_is_null_with_an_error() -> None:
    """As one schema would do that cannot serialise it."""
    given = answer("{ tasks { id s: status } }")
    assert given["data"] == {"tasks": [{"id": "1", "s": "OPEN"}, {"id": "2", "s": None}]}
    assert isinstance(given["errors"], list)
    assert [error["path"] for error in given["errors"]] == [["tasks", 1, "s"]]


def test_where_null_is_not_allowed_the_object_is_lost() -> None:
    """The null goes up to the nearest place that allows one."""
    assert answer("{ tasks { id strict } }")["data"] == {"tasks": [{"id": "1", "strict": "OPEN"}, None]}


def test_enums_and_inputs_pass_through_as_arguments() -> None:
    """By literal, by variable, with defaults, and nested in an input."""
    query = """
    query ($filter: Filter!, $order: Order! = DOWN) {
      found(filter: $filter, order: $order)
      same: found(filter: { text: "x", order: $order })
      count(filter: { text: "y" })
    }
    """
    compared(TASKS, query, {"filter": {"text": "t", "order": "UP"}})


def test_an_input_field_that_one_subgraph_lacks_is_not_public() -> None:
    """Else that subgraph would be sent what it does not know."""
    supergraph = TASKS.composed.public
    assert "hidden" not in supergraph
