"""Shared fields: the best subgraph for each selection."""

from inline_snapshot import snapshot

from gateway.settings.limits import Budget
from tests.gateway.plans import composed, joined, printed


def test_a_shared_root_goes_where_the_rest_is() -> None:
    """Both a and c have top; c answers alone."""
    plan = printed(composed("atlas"), "{ top { sku price { amount } } }")
    assert plan == snapshot("""\
QueryPlan {
  Fetch(service: "c") {
    {
      top {
        sku
        price {
          amount
        }
      }
    }
  }
}\
""")


def test_a_shared_value_is_put_together_from_two_subgraphs() -> None:
    """Height is known to a, depth to d."""
    plan = printed(composed("atlas"), "{ items { dims { width height depth } } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        items {
          __typename
          dims {
            width
            height
          }
          code
        }
      }
    },
    Flatten(path: "items.@") {
      Fetch(service: "d") {
        {
          ... on Item {
            __typename
            code
          }
        } =>
        {
          ... on Item {
            dims {
              depth
            }
          }
        }
      }
    }
  }
}\
""")


OVERLAPPING = joined(
    """
    type Query @join__type(graph: A) { thing: Thing! @join__field(graph: A) }
    type Thing
      @join__type(graph: A, key: "id")
      @join__type(graph: B, key: "id")
      @join__type(graph: C, key: "id")
      @join__type(graph: D, key: "id") {
      id: ID!
      one: Int @join__field(graph: B) @join__field(graph: C)
      two: Int @join__field(graph: C) @join__field(graph: D)
      three: Int @join__field(graph: C) @join__field(graph: B)
    }
    """,
    "a",
    "b",
    "c",
    "d",
)


def test_the_choice_is_made_for_all_fields_together() -> None:
    """Only c has all three, though each field alone could come from elsewhere."""
    plan = printed(OVERLAPPING, "{ thing { one two three } }")
    assert plan.count("Fetch(service:") == 2
    assert 'Fetch(service: "c")' in plan


def test_an_exhausted_budget_still_gives_a_correct_plan() -> None:
    """With a single try the greedy choice stands: one fetch more, nothing missing."""
    plan = printed(OVERLAPPING, "{ thing { one two } }", budget=Budget(tries=1))
    assert plan.count("Fetch(service:") == 3
