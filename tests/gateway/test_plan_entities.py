"""Keys: single, nested, and chains from one key to another."""

from inline_snapshot import snapshot

from tests.gateway.plans import composed, printed


def test_an_entity_is_fetched_by_its_key() -> None:
    """The key is selected beside what the client wants."""
    plan = printed(composed("shop"), "{ topProducts { name inStock } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "products") {
      {
        topProducts {
          __typename
          name
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


def test_a_nested_key_is_reached_through_another_subgraph() -> None:
    """A knows the code, c wants sku and region: b translates."""
    plan = printed(composed("atlas"), "{ items { price { amount } } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        items {
          __typename
          code
        }
      }
    },
    Flatten(path: "items.@") {
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
            }
          }
        }
      }
    },
    Flatten(path: "items.@") {
      Fetch(service: "c") {
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
            price {
              amount
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_chain_ends_where_the_key_is_known() -> None:
    """Score is found by an email that clients cannot see."""
    plan = printed(composed("atlas"), "{ media { author { score } } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        media {
          __typename
          author {
            __typename
            id
          }
        }
      }
    },
    Flatten(path: "media.@.author") {
      Fetch(service: "b") {
        {
          ... on User {
            __typename
            id
          }
        } =>
        {
          ... on User {
            email
          }
        }
      }
    },
    Flatten(path: "media.@.author") {
      Fetch(service: "c") {
        {
          ... on User {
            __typename
            email
          }
        } =>
        {
          ... on User {
            score
          }
        }
      }
    }
  }
}\
""")


def test_independent_entities_are_fetched_side_by_side() -> None:
    """Neither waits for the other."""
    plan = printed(composed("atlas"), "{ featured { author { name } pages rating } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "d") {
      {
        featured {
          __typename
          id
        }
      }
    },
    Flatten(path: "featured.@") {
      Fetch(service: "a") {
        {
          ... on Book {
            __typename
            id
          }
        } =>
        {
          ... on Book {
            author {
              __typename
              id
            }
            pages
          }
        }
      }
    },
    BatchFetch(service: "b") {
      Flatten(path: "featured.@.author") {
        {
          ... on User {
            __typename
            id
          }
        } =>
        {
          ... on User {
            name
          }
        }
      },
      Flatten(path: "featured.@") {
        {
          ... on Book {
            __typename
            id
          }
        } =>
        {
          ... on Book {
            rating
          }
        }
      }
    }
  }
}\
""")


def test_lists_in_lists_are_flattened() -> None:
    """The path has one @ for each list."""
    plan = printed(composed("atlas"), "{ grid { weight } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        grid {
          __typename
          code
        }
      }
    },
    Flatten(path: "grid.@.@") {
      Fetch(service: "b") {
        {
          ... on Item {
            __typename
            code
          }
        } =>
        {
          ... on Item {
            weight
          }
        }
      }
    }
  }
}\
""")
