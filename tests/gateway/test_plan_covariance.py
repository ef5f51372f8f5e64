"""Implementations return narrower types than their interface: what moves to it must be valid there."""

from inline_snapshot import snapshot

from tests.gateway.federated import compared, federated

FAMILY = federated(
    {
        "Query": {"__typename": "Query", "nodes": [{"$ref": "a1"}, {"$ref": "b1"}], "only": {"$ref": "c1"}},
        "a1": {"__typename": "A", "id": "1", "parent": {"$ref": "a2"}, "name": "x"},
        "a2": {"__typename": "A", "id": "2", "parent": {"$ref": "a1"}, "name": "y"},
        "b1": {"__typename": "B", "id": "3", "parent": {"$ref": "b1"}, "name": "z"},
        "c1": {"__typename": "C", "id": "4", "next": {"$ref": "c1"}, "size": 7},
    },
    a="""
    type Query { nodes: [Node] only: Link }
    interface Node { parent: Node name(short: Boolean): String }
    type A implements Node @key(fields: "id") {
      id: ID! parent: A name(short: Boolean, lang: String): String
    }
    type B implements Node @key(fields: "id") {
      id: ID! parent: B name(short: Boolean, lang: String): String
    }
    interface Link { next: Link }
    type C implements Link @key(fields: "id") { id: ID! next: C }
    """,
    b="""
    type C @key(fields: "id") { id: ID! size: Int! }
    """,
)


def test_a_narrower_type_is_selected_under_its_own_name() -> None:
    """The interface's field has a type without the selected field, though each member's has it."""
    plan = compared(FAMILY, "{ nodes { ... on A { parent { id } } ... on B { parent { id } } } }")
    assert plan == snapshot("""\
QueryPlan {
  Fetch(service: "a") {
    {
      nodes {
        __typename
        ... on A {
          parent {
            id
          }
        }
        ... on B {
          parent {
            id
          }
        }
      }
    }
  }
}\
""")


def test_an_only_member_is_selected_under_its_own_name_however_deep() -> None:
    """Circles of narrower types, with a key below that the interface does not have."""
    plan = compared(FAMILY, "{ only { next { ... on C { next { id size } } } } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        only {
          __typename
          ... on C {
            next {
              next {
                __typename
                id
              }
            }
          }
        }
      }
    },
    Flatten(path: "only.next.next") {
      Fetch(service: "b") {
        {
          ... on C {
            __typename
            id
          }
        } =>
        {
          ... on C {
            size
          }
        }
      }
    }
  }
}\
""")


def test_what_is_chosen_through_the_interface_may_need_a_member() -> None:
    """The key of the only member is fetched below a field that is chosen through the interface."""
    compared(FAMILY, "{ only { ... on C { size next { size } } next { __typename ... on C { size } } } }")
    compared(FAMILY, "{ nodes { parent { parent { __typename ... on A { id } ... on B { id } } } } }")


def test_an_argument_of_the_members_is_not_written_on_the_interface() -> None:
    """Each member has it, but the interface's field has not."""
    plan = compared(FAMILY, '{ nodes { ... on A { name(lang: "en") } ... on B { name(lang: "en") } } }')
    assert plan == snapshot("""\
QueryPlan {
  Fetch(service: "a") {
    {
      nodes {
        __typename
        ... on A {
          name(lang: "en")
        }
        ... on B {
          name(lang: "en")
        }
      }
    }
  }
}\
""")
