"""Shared fields: the best subgraph for each selection."""

from inline_snapshot import snapshot

from tests.gateway.plans import composed, printed


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
