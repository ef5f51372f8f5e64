"""An overridden field belongs to its new subgraph."""

from inline_snapshot import snapshot

from tests.gateway.plans import composed, printed


def test_the_old_subgraph_is_not_asked() -> None:
    """A has names, but b has taken them over."""
    plan = printed(composed("atlas"), "{ media { author { name } } }")
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
            name
          }
        }
      }
    }
  }
}\
""")
