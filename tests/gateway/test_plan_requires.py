"""Required fields travel in the representation."""

from inline_snapshot import snapshot

from tests.gateway.plans import composed, printed


def test_required_fields_are_fetched_first() -> None:
    """They come from their own subgraph, even if the client did not ask for them."""
    plan = printed(composed("shop"), "{ topProducts { shippingEstimate } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "products") {
      {
        topProducts {
          __typename
          upc
          price
          weight
        }
      }
    },
    Flatten(path: "topProducts.@") {
      Fetch(service: "inventory") {
        {
          ... on Product {
            __typename
            upc
            price
            weight
          }
        } =>
        {
          ... on Product {
            shippingEstimate
          }
        }
      }
    }
  }
}\
""")


def test_a_nested_requirement_is_sent_nested() -> None:
    """Weight and region.zone both come from b."""
    plan = printed(composed("atlas"), "{ cheapest { shipping } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "c") {
      {
        cheapest {
          __typename
          sku
          region {
            id
          }
        }
      }
    },
    Flatten(path: "cheapest") {
      Fetch(service: "b") {
        {
          ... on Item {
            __typename
            sku
            region {
              id
            }
          }
        } =>
        {
          ... on Item {
            weight
            region {
              zone
            }
          }
        }
      }
    },
    Flatten(path: "cheapest") {
      Fetch(service: "c") {
        {
          ... on Item {
            __typename
            sku
            region {
              id
              zone
            }
            weight
          }
        } =>
        {
          ... on Item {
            shipping
          }
        }
      }
    }
  }
}\
""")


def test_a_requirement_may_require() -> None:
    """Total needs shipping, which needs weight."""
    plan = printed(composed("atlas"), '{ item(code: "p") { total(times: 2) } }')
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        item(code: "p") {
          __typename
          code
        }
      }
    },
    Flatten(path: "item") {
      Fetch(service: "b") {
        {
          ... on Item {
            __typename
            code
          }
        } =>
        {
          ... on Item {
            sku
            region {
              id
              zone
            }
            weight
          }
        }
      }
    },
    Flatten(path: "item") {
      Fetch(service: "c") {
        {
          ... on Item {
            __typename
            sku
            region {
              id
              zone
            }
            weight
          }
        } =>
        {
          ... on Item {
            shipping
          }
        }
      }
    },
    Flatten(path: "item") {
      Fetch(service: "d") {
        {
          ... on Item {
            __typename
            code
            shipping
          }
        } =>
        {
          ... on Item {
            total(times: 2)
          }
        }
      }
    }
  }
}\
""")


def test_the_same_subgraph_is_entered_again_with_what_it_requires() -> None:
    """D gives the movie's summary only for the length that a knows."""
    plan = printed(composed("atlas"), "{ media { ... on Movie { summary } } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        media {
          __typename
          ... on Movie {
            id
            length
          }
        }
      }
    },
    Flatten(path: "media.@") {
      Fetch(service: "d") {
        {
          ... on Movie {
            __typename
            id
            length
          }
        } =>
        {
          ... on Movie {
            summary
          }
        }
      }
    }
  }
}\
""")
