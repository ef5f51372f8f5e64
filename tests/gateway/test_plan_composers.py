"""Supergraphs of other composition tools and older versions."""

from inline_snapshot import snapshot

from gateway.supergraph import load_supergraph
from tests.gateway.plans import joined, printed

FEDERATION_1 = """
schema
  @core(feature: "https://specs.apollo.dev/core/v0.1")
  @core(feature: "https://specs.apollo.dev/join/v0.1") {
  query: Query
}
directive @core(feature: String!) repeatable on SCHEMA
directive @join__field(
  graph: join__Graph
  requires: join__FieldSet
  provides: join__FieldSet
) on FIELD_DEFINITION
directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on OBJECT | INTERFACE
directive @join__owner(graph: join__Graph!) on OBJECT | INTERFACE
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
scalar join__FieldSet
enum join__Graph {
  ACCOUNTS @join__graph(name: "accounts" url: "http://accounts.test")
  REVIEWS @join__graph(name: "reviews" url: "http://reviews.test")
}
type Query {
  me: User @join__field(graph: ACCOUNTS)
  newest: [Review!] @join__field(graph: REVIEWS)
}
type User
  @join__owner(graph: ACCOUNTS)
  @join__type(graph: ACCOUNTS, key: "id")
  @join__type(graph: REVIEWS, key: "id") {
  id: ID! @join__field(graph: ACCOUNTS)
  name: String @join__field(graph: ACCOUNTS)
  reviews: [Review!] @join__field(graph: REVIEWS)
}
type Review { body: String author: User! size: Size }
type Size { width: Int }
"""

RENAMED = joined(
    """
        type Query @join__type(graph: A) { secret: Int @hidden open: Int }
        type Hidden @join__type(graph: A) @hidden { id: ID! }
        directive @hidden on FIELD_DEFINITION | OBJECT
        """,
    "a",
).replace(
    '@link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)',
    '@link(url: "https://specs.apollo.dev/inaccessible/v0.2", '
    'import: [{name: "@inaccessible", as: "@hidden"}])',
)


def test_federation_1_types_belong_to_their_owners() -> None:
    """Join v0.1 has owners, and value types that belong everywhere."""
    assert printed(FEDERATION_1, "{ newest { body size { width } author { id name } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "reviews") {
      {
        newest {
          body
          size {
            width
          }
          author {
            __typename
            id
          }
        }
      }
    },
    Flatten(path: "newest.@.author") {
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


def test_federation_1_extensions_are_reached_by_key() -> None:
    """A field that another subgraph added to the owner's type."""
    assert printed(FEDERATION_1, "{ me { name reviews { body } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "accounts") {
      {
        me {
          __typename
          name
          id
        }
      }
    },
    Flatten(path: "me") {
      Fetch(service: "reviews") {
        {
          ... on User {
            __typename
            id
          }
        } =>
        {
          ... on User {
            reviews {
              body
            }
          }
        }
      }
    }
  }
}\
""")


def test_inaccessible_is_honoured_under_another_name() -> None:
    """An import may rename the directive; what it hides stays hidden."""
    public = load_supergraph(RENAMED).public
    assert public.query_type is not None
    assert set(public.query_type.fields) == {"open"}
    assert "Hidden" not in public.type_map


def test_the_public_schema_has_no_machinery() -> None:
    """Nothing of join or link can be introspected."""
    public = load_supergraph(FEDERATION_1).public
    assert not [name for name in public.type_map if name.startswith(("join__", "core__", "link__"))]
    assert {directive.name for directive in public.directives} == {
        "skip",
        "include",
        "deprecated",
        "specifiedBy",
        "oneOf",
    }
