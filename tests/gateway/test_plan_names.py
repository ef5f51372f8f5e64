"""Names never collide, whatever the client calls things."""

from inline_snapshot import snapshot

from tests.gateway.plans import composed, printed


def test_a_key_is_found_under_the_clients_alias() -> None:
    """The client asked for the key by another name."""
    plan = printed(composed("shop"), "{ topProducts { code: upc inStock } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "products") {
      {
        topProducts {
          __typename
          code: upc
        }
      }
    },
    Flatten(path: "topProducts.@") {
      Fetch(service: "inventory") {
        {
          ... on Product {
            __typename
            upc: code
          }
        } =>
        {
          ... on Product {
            inStock
          }
        }
      }
    }
  }
}\
""")


def test_a_name_given_away_is_taken_elsewhere() -> None:
    """The client calls the name upc; the key gets an alias."""
    plan = printed(composed("shop"), "{ topProducts { upc: name inStock } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "products") {
      {
        topProducts {
          __typename
          upc: name
          _upc_0: upc
        }
      }
    },
    Flatten(path: "topProducts.@") {
      Fetch(service: "inventory") {
        {
          ... on Product {
            __typename
            upc: _upc_0
          }
        } =>
        {
          ... on Product {
            inStock
          }
        }
      }
    }
  }
}\
""")


def test_a_client_may_alias_to_typename() -> None:
    """The real __typename is still there."""
    plan = printed(composed("shop"), "{ topProducts { __typename: name inStock } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "products") {
      {
        topProducts {
          __typename
          _typename_0: name
          upc
        }
      }
    },
    Flatten(path: "topProducts.@") {
      Fetch(service: "inventory") {
        {
          ... on Product {
            __typename
            upc
          }
        } =>
        {
          ... on Product {
            inStock
          }
        }
      }
    }
  }
}\
""")


def test_different_arguments_stay_apart() -> None:
    """Each alias is one field of the subgraph."""
    plan = printed(
        composed("atlas"),
        "query($c: String) { cheapest { a: price { amount } b: price(currency: $c) { amount } } }",
    )
    assert plan == snapshot("""\
QueryPlan {
  Fetch(service: "c") {
    {
      cheapest {
        a: price {
          amount
        }
        b: price(currency: $c) {
          amount
        }
      }
    }
  }
}\
""")
