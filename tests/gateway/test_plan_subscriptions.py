"""A subscription is planned as one fetch that is subscribed to, and fetches for each event."""

import pytest
from graphql import OperationDefinitionNode, parse
from inline_snapshot import snapshot

from gateway.errors import CannotPlan, InvalidDocument
from gateway.plan import plan_as_json
from gateway.planner import normalize
from gateway.planner.planner import plan
from gateway.supergraph import load_supergraph
from tests.gateway.features.subscriptions.newsroom import SDL
from tests.gateway.plans import joined, printed


def test_what_one_subgraph_has_is_subscribed_to() -> None:
    """Nothing is fetched for an event."""
    assert printed(SDL, "subscription News { published { headline } }") == snapshot("""\
QueryPlan {
  Subscription {
    Primary: {
      Fetch(service: "feed") {
        {
          published {
            headline
          }
        }
      }
    }
  }
}\
""")


def test_what_others_have_is_fetched_for_each_event() -> None:
    """The keys come with the event."""
    assert printed(SDL, "subscription { everything { headline author { name } } }") == snapshot("""\
QueryPlan {
  Subscription {
    Primary: {
      Fetch(service: "feed") {
        {
          everything {
            __typename
            headline
            id
          }
        }
      }
    },
    Rest: {
      Flatten(path: "everything.@") {
        Fetch(service: "authors") {
          {
            ... on Article {
              __typename
              id
            }
          } =>
          {
            ... on Article {
              author {
                name
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_the_plan_as_json_says_the_same() -> None:
    """By the names that tools for Federation use."""
    supergraph = load_supergraph(SDL)
    document = parse("subscription { published { author { name } } }")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    made = plan(supergraph, normalize(supergraph, document, operation, {}))
    node = plan_as_json(made)["node"]
    assert (node["kind"], node["primary"]["serviceName"]) == ("Subscription", "feed")
    assert (node["rest"]["kind"], node["rest"]["node"]["serviceName"]) == ("Flatten", "authors")


@pytest.mark.parametrize(
    "query",
    [
        "subscription { published { id } count }",
        "subscription { __typename }",
        "subscription($no: Boolean!) { published @skip(if: $no) { id } }",
        "subscription { ...Both } fragment Both on Subscription { published { id } count }",
    ],
)
def test_a_subscription_has_one_root_field(query: str) -> None:
    """Whatever the values of its variables are."""
    with pytest.raises(InvalidDocument, match="top"):
        printed(SDL, query)


def test_events_of_two_subgraphs_are_not_mixed() -> None:
    """A root field whose object has no key, and whose parts two subgraphs have, cannot be subscribed to."""
    sdl = joined(
        """
        type Query @join__type(graph: A) @join__type(graph: B) { a: Int @join__field(graph: A) }
        type Subscription @join__type(graph: A) @join__type(graph: B) { news: News }
        type News @join__type(graph: A) @join__type(graph: B) {
          headline: String @join__field(graph: A)
          text: String @join__field(graph: B)
        }
        """,
        "a",
        "b",
    ).replace("query: Query", "query: Query subscription: Subscription")
    assert 'Fetch(service: "b")' in printed(sdl, "subscription { news { text } }")
    with pytest.raises(CannotPlan, match="No single subgraph"):
        printed(sdl, "subscription { news { headline text } }")
