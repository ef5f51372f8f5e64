"""Provided fields are used on their path and nowhere else."""

from inline_snapshot import snapshot

from tests.gateway.plans import composed, printed


def test_a_provided_field_costs_no_fetch() -> None:
    """The author's username comes with the review."""
    plan = printed(composed("shop"), "{ topProducts { reviews { author { username } } } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "products") {
      {
        topProducts {
          __typename
          upc
        }
      }
    },
    Flatten(path: "topProducts.@") {
      Fetch(service: "reviews") {
        {
          ... on Product {
            __typename
            upc
          }
        } =>
        {
          ... on Product {
            reviews {
              author {
                username
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_elsewhere_the_same_field_is_fetched() -> None:
    """The root does not provide it."""
    plan = printed(
        composed("shop"), "{ topProducts { reviews { author { username name } } } users { username } }"
    )
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Parallel {
      Fetch(service: "products") {
        {
          topProducts {
            __typename
            upc
          }
        }
      },
      Fetch(service: "accounts") {
        {
          users {
            username
          }
        }
      }
    },
    Flatten(path: "topProducts.@") {
      Fetch(service: "reviews") {
        {
          ... on Product {
            __typename
            upc
          }
        } =>
        {
          ... on Product {
            reviews {
              author {
                __typename
                username
                id
              }
            }
          }
        }
      }
    },
    Flatten(path: "topProducts.@.reviews.@.author") {
      Fetch(service: "accounts") {
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
      }
    }
  }
}\
""")


def test_a_root_field_provides() -> None:
    """Featured has the titles that d otherwise does not know."""
    plan = printed(composed("atlas"), '{ featured { title } search(text: "x") { ... on Book { title } } }')
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "d") {
      {
        featured {
          title
        }
        search(text: "x") {
          __typename
          ... on Book {
            id
          }
        }
      }
    },
    Flatten(path: "search.@") {
      Fetch(service: "a") {
        {
          ... on Book {
            __typename
            id
          }
        } =>
        {
          ... on Book {
            title
          }
        }
      }
    }
  }
}\
""")
