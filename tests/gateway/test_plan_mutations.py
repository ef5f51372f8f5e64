"""Mutations run one after the other, each with what is selected below it."""

from inline_snapshot import snapshot

from tests.gateway.plans import composed, printed


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
