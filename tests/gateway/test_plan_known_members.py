"""A member that one subgraph does not know is asked where it is known, if the client names it."""

from inline_snapshot import snapshot

from tests.gateway.federated import compared, federated

MEDIA = federated(
    {
        "Query": {"__typename": "Query", "media": {"$ref": "f1"}, "shelf": {"$ref": "s1"}},
        "s1": {"__typename": "Shelf", "id": "1", "top": {"$ref": "f1"}, "size": 3},
        "b1": {"__typename": "Book", "id": "b", "title": "B", "pages": 2},
        "f1": {"__typename": "Film", "id": "f", "title": "F", "minutes": 9},
    },
    a="""
    type Query { media: Media @shareable shelf: Shelf }
    union Media = Book
    type Shelf @key(fields: "id") { id: ID! top: Media @shareable }
    type Book @key(fields: "id") { id: ID! title: String @shareable }
    """,
    b="""
    type Query { media: Media @shareable }
    union Media = Book | Film
    type Shelf @key(fields: "id") { id: ID! top: Media @shareable size: Int }
    type Book @key(fields: "id") { id: ID! title: String @shareable pages: Int }
    type Film @key(fields: "id") { id: ID! title: String @shareable minutes: Int }
    """,
)


def test_a_named_member_is_asked_where_it_is_known() -> None:
    """Not of the subgraph that selects less because it does not know the member."""
    assert compared(MEDIA, "{ media { ... on Book { title } ... on Film { title } } }") == snapshot("""\
QueryPlan {
  Fetch(service: "b") {
    {
      media {
        __typename
        ... on Book {
          title
        }
        ... on Film {
          title
        }
      }
    }
  }
}\
""")


def test_a_named_member_below_an_entity_is_worth_a_hop() -> None:
    """Where one stands, the field is there, but not the member."""
    assert compared(MEDIA, "{ shelf { id top { ... on Film { minutes } } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        shelf {
          __typename
          id
        }
      }
    },
    Flatten(path: "shelf") {
      Fetch(service: "b") {
        {
          ... on Shelf {
            __typename
            id
          }
        } =>
        {
          ... on Shelf {
            top {
              __typename
              ... on Film {
                minutes
              }
            }
          }
        }
      }
    }
  }
}\
""")


PARTED = federated(
    {
        "Query": {"__typename": "Query", "media": {"$ref": "b1"}},
        "b1": {"__typename": "Book", "title": "B"},
        "f1": {"__typename": "Film", "minutes": 9},
        "s1": {"__typename": "Song", "beats": 7},
    },
    a="""
    type Query { media: Media @shareable }
    union Media = Book | Film
    type Book @shareable { title: String }
    type Film { minutes: Int }
    """,
    b="""
    type Query { media: Media @shareable }
    union Media = Book | Song
    type Book @shareable { title: String }
    type Song { beats: Int }
    """,
)


def test_one_subgraph_is_asked_where_none_knows_all_named_members() -> None:
    """Values of a shareable field are equal everywhere, so only what all know can be there."""
    query = "{ media { ... on Book { title } ... on Film { minutes } ... on Song { beats } } }"
    assert compared(PARTED, query) == snapshot("""\
QueryPlan {
  Fetch(service: "a") {
    {
      media {
        __typename
        ... on Book {
          title
        }
        ... on Film {
          minutes
        }
      }
    }
  }
}\
""")
