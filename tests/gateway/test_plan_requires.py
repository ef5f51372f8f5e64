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


def test_one_field_required_with_two_arguments_stays_apart() -> None:
    """Each value has its own name in the data, and the field's name in its representation."""
    plan = printed(composed("maze"), '{ product(sku: "s") { euros dollars } }')
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "x") {
      {
        product(sku: "s") {
          __typename
          upc
          price(currency: "EUR")
          _price_0: price(currency: "USD")
        }
      }
    },
    BatchFetch(service: "y") {
      Flatten(path: "product") {
        {
          ... on Product {
            __typename
            upc
            price
          }
        } =>
        {
          ... on Product {
            euros
          }
        }
      },
      Flatten(path: "product") {
        {
          ... on Product {
            __typename
            upc
            price: _price_0
          }
        } =>
        {
          ... on Product {
            dollars
          }
        }
      }
    }
  }
}\
""")


def test_requirements_in_circles_go_back_and_forth() -> None:
    """Fourth in y needs third in x, which needs second in y, which needs first in x."""
    plan = printed(composed("maze"), "{ users { fourth } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "x") {
      {
        users {
          __typename
          id
          first
        }
      }
    },
    Flatten(path: "users.@") {
      Fetch(service: "y") {
        {
          ... on User {
            __typename
            id
            first
          }
        } =>
        {
          ... on User {
            second
          }
        }
      }
    },
    Flatten(path: "users.@") {
      Fetch(service: "x") {
        {
          ... on User {
            __typename
            id
            second
          }
        } =>
        {
          ... on User {
            third
          }
        }
      }
    },
    Flatten(path: "users.@") {
      Fetch(service: "y") {
        {
          ... on User {
            __typename
            id
            third
          }
        } =>
        {
          ... on User {
            fourth
          }
        }
      }
    }
  }
}\
""")


def test_a_requirement_over_an_interface_is_sent_by_type() -> None:
    """Each pet is sent with its type and what is required of that type."""
    plan = printed(composed("maze"), "{ users { report } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "x") {
      {
        users {
          __typename
          id
          pets {
            __typename
            name
            ... on Cat {
              lives
            }
            ... on Dog {
              breed
            }
          }
          address {
            city
          }
        }
      }
    },
    Flatten(path: "users.@") {
      Fetch(service: "y") {
        {
          ... on User {
            __typename
            id
            pets {
              ... on Cat {
                __typename
                name
                lives
              }
              ... on Dog {
                __typename
                name
                breed
              }
            }
            address {
              city
            }
          }
        } =>
        {
          ... on User {
            report
          }
        }
      }
    }
  }
}\
""")
