"""Keys that lead through lists, and fields that moved on types behind an interface."""

from tests.gateway.federated import compared, federated

SHELVES = federated(
    {
        "Query": {"__typename": "Query", "top": {"$ref": "l1"}, "all": [{"$ref": "l1"}, {"$ref": "l2"}]},
        "l1": {
            "__typename": "Selection",
            "items": [{"$ref": "p1"}, {"$ref": "p2"}],
            "first": {"$ref": "p1"},
            "selected": {"$ref": "p2"},
            "label": "two",
        },
        "l2": {"__typename": "Selection", "items": [], "first": None, "selected": None, "label": "none"},
        "p1": {
            "__typename": "Item",
            "id": "1",
            "pid": "one",
            "tag": {"$ref": "t1"},
            "name": "A",
            "price": 3,
        },
        "p2": {
            "__typename": "Item",
            "id": "2",
            "pid": "two",
            "tag": {"$ref": "t1"},
            "name": "B",
            "price": 4,
        },
        "t1": {"__typename": "Tag", "value": "v"},
    },
    a="""
    type Query { top: Selection! all: [Selection!]! }
    type Selection @key(fields: "items { id }") { items: [Item!]! label: String! }
    type Item @key(fields: "id") { id: ID! }
    """,
    b="""
    type Selection @key(fields: "items { id pid }") {
      items: [Item!]!
      first: Item
      selected: Item
    }
    type Item @key(fields: "id pid") { id: ID! pid: String! }
    """,
    c="""
    type Item @key(fields: "id") { id: ID! pid: String! @shareable tag: Tag name: String! price: Int! }
    type Tag { value: String! }
    """,
)


def test_a_key_through_a_list_finds_the_entity() -> None:
    """The representation has all items, each with the field that a third subgraph supplies."""
    plan = compared(SHELVES, "{ top { label first { id name } selected { pid price tag { value } } } }")
    assert plan.index('service: "a"') < plan.index('service: "c"') < plan.index('service: "b"')


def test_an_empty_list_is_a_key_as_well() -> None:
    """Entities of a list, one of them named by no items at all, each get their own answer."""
    compared(
        SHELVES, "{ all { __typename label items { price } first { name } selected { tag { value } } } }"
    )


PETS = federated(
    {
        "Query": {"__typename": "Query", "pets": [{"$ref": "d1"}, {"$ref": "c1"}]},
        "d1": {"__typename": "Dog", "id": "1", "name": "D", "age": 2, "full": "D-2"},
        "c1": {"__typename": "Cat", "id": "2", "name": "C", "age": 3, "full": "C-3"},
    },
    a="""
    type Query { pets: [Pet!]! }
    interface Pet { id: ID! name: String! age: Int! }
    type Dog implements Pet @key(fields: "id") { id: ID! name: String! age: Int! }
    type Cat implements Pet @key(fields: "id") { id: ID! name: String! age: Int! }
    """,
    b="""
    interface Pet { id: ID! name: String! }
    type Dog implements Pet @key(fields: "id") {
      id: ID!
      name: String! @override(from: "a")
      age: Int! @external
      full: String! @requires(fields: "age")
    }
    type Cat implements Pet @key(fields: "id") { id: ID! name: String! @override(from: "a") }
    """,
)


def test_a_field_moved_behind_an_interface_is_asked_of_its_new_home() -> None:
    """The interface is still selected from where the list is, the moved field by type from elsewhere."""
    plan = compared(PETS, "{ pets { __typename id name age ... on Dog { full } } }")
    before = plan[: plan.index('service: "b"')]
    assert " name\n" not in before
