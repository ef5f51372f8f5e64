"""Interfaces and unions stay abstract as long as they can."""

from inline_snapshot import snapshot

from tests.gateway.plans import composed, printed


def test_an_interface_field_needs_no_fragment() -> None:
    """Every member has it in this subgraph."""
    plan = printed(composed("atlas"), "{ media { title } }")
    assert plan == snapshot("""\
QueryPlan {
  Fetch(service: "a") {
    {
      media {
        __typename
        title
      }
    }
  }
}\
""")


def test_fragments_appear_where_members_differ() -> None:
    """Fields of one member stand under its name."""
    plan = printed(composed("atlas"), "{ media { title ... on Book { pages } ... on Movie { length } } }")
    assert plan == snapshot("""\
QueryPlan {
  Fetch(service: "a") {
    {
      media {
        __typename
        title
        ... on Book {
          pages
        }
        ... on Movie {
          length
        }
      }
    }
  }
}\
""")


def test_members_are_fetched_by_type() -> None:
    """One entity fetch, whose path is that of both."""
    plan = printed(composed("atlas"), "{ things { ... on Book { rating } ... on Item { weight } } }")
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        things {
          __typename
          ... on Book {
            id
          }
          ... on Item {
            code
          }
        }
      }
    },
    Flatten(path: "things.@") {
      Fetch(service: "b") {
        {
          ... on Book {
            __typename
            id
          }
          ... on Item {
            __typename
            code
          }
        } =>
        {
          ... on Book {
            rating
          }
          ... on Item {
            weight
          }
        }
      }
    }
  }
}\
""")
