"""Mutations run one after the other, each with what is selected below it."""

from graphql import OperationDefinitionNode, parse
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from gateway.planner import normalize
from gateway.planner.planner import plan
from gateway.supergraph import load_supergraph
from tests.gateway.plans import composed, joined, printed
from tests.support.examples import examples


def test_root_fields_are_serial() -> None:
    """The second waits for all that the first brings."""
    plan = printed(
        composed("atlas"),
        """
        mutation {
          rename(code: "p", name: "x") { item { weight } }
          weigh(code: "p", weight: 1) { item { name } }
        }
        """,
    )
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        rename(code: "p", name: "x") {
          item {
            __typename
            code
          }
        }
      }
    },
    Flatten(path: "rename.item") {
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
    },
    Fetch(service: "b") {
      {
        weigh(code: "p", weight: 1) {
          item {
            __typename
            code
          }
        }
      }
    },
    Flatten(path: "weigh.item") {
      Fetch(service: "a") {
        {
          ... on Item {
            __typename
            code
          }
        } =>
        {
          ... on Item {
            name
          }
        }
      }
    }
  }
}\
""")


def test_a_query_below_a_payload_is_entered_anew() -> None:
    """Query is the same everywhere."""
    plan = printed(
        composed("atlas").replace(
            "type Payload @join__type(graph: A) @join__type(graph: B) {",
            "type Payload @join__type(graph: A) @join__type(graph: B) { query: Query!",
        ),
        'mutation { rename(code: "p", name: "x") { query { __typename regions { id } items { code } } } }',
    )
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        rename(code: "p", name: "x") {
          query {
            items {
              code
            }
          }
        }
      }
    },
    Flatten(path: "rename.query") {
      Fetch(service: "b") {
        {
          regions {
            id
          }
        }
      }
    }
  }
}\
""")


GRAPHS = "abcd"
EVERYWHERE = " ".join(f"@join__type(graph: {graph.upper()})" for graph in GRAPHS)
ENTITY = " ".join(f'@join__type(graph: {graph.upper()}, key: "id")' for graph in GRAPHS)
OWN_FIELDS = " ".join(f"only_{graph}: Int @join__field(graph: {graph.upper()})" for graph in GRAPHS)


def fewest_requests(owners: list[frozenset[str]], asked: list[frozenset[str]]) -> int:
    """Return the fewest requests that keep the specification's order.

    Fields share a request with the next one as long as one subgraph has all of them, and nothing of them is
    fetched elsewhere before the next one begins.

    Args:
        owners: The subgraphs that have each mutation.
        asked: The subgraphs whose fields are selected below each mutation.
    """
    requests: dict[str | None, int] = {None: 0}  # so far, by the subgraph whose request is still open
    for having, needed in zip(owners, asked, strict=True):
        fewest = min(requests.values())
        after: dict[str | None, int] = {}
        for graph in having:
            elsewhere = len(needed - {graph})
            taken = min(requests.get(graph, fewest + 1), fewest + 1) + elsewhere
            still_open = None if elsewhere else graph
            after[still_open] = min(taken, after.get(still_open, taken))
        requests = after
    return min(requests.values())


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.frozensets(st.sampled_from(GRAPHS), min_size=1, max_size=3),
            st.frozensets(st.sampled_from(GRAPHS), max_size=1),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_neighbours_share_requests_wherever_the_order_allows_it(
    fields: list[tuple[frozenset[str], frozenset[str]]],
) -> None:
    """No plan has more requests than the specified order takes, also where subgraphs share fields."""
    owners, asked = [having for having, _ in fields], [needed for _, needed in fields]
    mutations = " ".join(
        f"m{number}: Payload! {' '.join(f'@join__field(graph: {each.upper()})' for each in sorted(having))}"
        for number, having in enumerate(owners)
    )
    supergraph = load_supergraph(
        joined(
            f"""
            type Query {EVERYWHERE} {{ x: Int }}
            type Mutation {EVERYWHERE} {{ {mutations} }}
            type Payload {EVERYWHERE} {{ ok: Int item: Item }}
            type Item {ENTITY} {{ id: ID! {OWN_FIELDS} }}
            """,
            *GRAPHS,
        ).replace("query: Query", "query: Query mutation: Mutation", 1)
    )
    selected = (" ".join(("ok", *(f"item {{ only_{each} }}" for each in needed))) for needed in asked)
    document = parse(
        f"mutation {{ {' '.join(f'm{number} {{ {each} }}' for number, each in enumerate(selected))} }}"
    )
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    fetches = plan(supergraph, normalize(supergraph, document, operation, {})).fetches
    assert len(fetches) == fewest_requests(owners, asked)
