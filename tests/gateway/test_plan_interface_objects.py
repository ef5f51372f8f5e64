"""An interface object stands for all implementations of an interface, whose types it does not know."""

from collections.abc import Mapping
from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.federation_kit.asked import SubgraphRequest, asking
from tests.federation_kit.case import Served
from tests.federation_kit.comparison import GatewayOf
from tests.gateway.federated import compared, federated
from tests.gateway.served import answered

CATALOGUE = """
type Query { media: [Media!]! book: Book }
interface Media @key(fields: "id") { id: ID! title: String }
type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int! }
type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int! }
"""

RATINGS = """
type Query { rated: [Media!]! best: Media }
type Media @key(fields: "id") @interfaceObject {
  id: ID!
  title: String @external
  stars: Int!
  headline: String! @requires(fields: "title")
  similar: [Media!]!
  note(lang: String! = "en"): String!
}
"""

SHELVES = """
type Book @key(fields: "id") { id: ID! shelf: String! }
"""

VIEWS = """
type Media @key(fields: "id") @interfaceObject {
  id: ID!
  views: Int!
  popular: String! @requires(fields: "stars")
  stars: Int! @external
}
"""


def library() -> Served:
    """Books and films; ratings know only media, shelves only books."""
    every = {"title": "T", "headline": "H", "note": "N", "popular": "P"}
    return federated(
        {
            "Query": {
                "__typename": "Query",
                "media": [{"$ref": "b1"}, {"$ref": "f1"}],
                "book": {"$ref": "b2"},
                "rated": [{"$ref": "f1"}, {"$ref": "b2"}, {"$ref": "b1"}],
                "best": {"$ref": "b1"},
            },
            "b1": {
                **every,
                "__typename": "Book",
                "id": "1",
                "pages": 10,
                "shelf": "A",
                "stars": 4,
                "views": 7,
                "similar": [{"$ref": "f1"}, {"$ref": "b2"}],
            },
            "b2": {
                **every,
                "__typename": "Book",
                "id": "2",
                "pages": 20,
                "shelf": "B",
                "stars": 1,
                "views": 8,
                "similar": [],
                "title": None,
            },
            "f1": {
                **every,
                "__typename": "Film",
                "id": "3",
                "minutes": 90,
                "stars": 5,
                "views": 9,
                "similar": [{"$ref": "b1"}],
            },
        },
        catalogue=CATALOGUE,
        ratings=RATINGS,
        shelves=SHELVES,
        views=VIEWS,
    )


LIBRARY = library()


def test_a_field_that_an_interface_object_adds_is_fetched_by_the_interfaces_name() -> None:
    """The representation says Media, for the subgraph knows neither books nor films."""
    assert compared(LIBRARY, "{ media { title stars } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "catalogue") {
      {
        media {
          __typename
          title
          id
        }
      }
    },
    Flatten(path: "media.@") {
      Fetch(service: "ratings") {
        {
          ... on Media {
            __typename
            id
          }
        } =>
        {
          ... on Media {
            stars
          }
        }
      }
    }
  }
}\
""")


def test_without_a_need_nobody_is_asked_for_the_concrete_type() -> None:
    """All implementations are treated alike, so the interface object's answer is enough."""
    assert compared(LIBRARY, "{ rated { id stars similar { stars } } }") == snapshot("""\
QueryPlan {
  Fetch(service: "ratings") {
    {
      rated {
        __typename
        id
        stars
        similar {
          __typename
          stars
        }
      }
    }
  }
}\
""")


def test_the_typename_comes_from_a_subgraph_that_knows_the_implementations() -> None:
    """What an interface object calls itself is not the truth."""
    assert compared(LIBRARY, "{ rated { __typename stars } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "ratings") {
      {
        rated {
          __typename
          id
          stars
        }
      }
    },
    Flatten(path: "rated.@") {
      Fetch(service: "catalogue") {
        {
          ... on Media {
            __typename
            id
          }
        } =>
        {
          __typename
        }
      }
    }
  }
}\
""")


def test_type_conditions_below_an_interface_object_find_the_types_first() -> None:
    """The fields of each implementation come with the type, in one fetch."""
    query = "{ rated { stars ... on Book { pages } ... on Film { minutes } } }"
    assert compared(LIBRARY, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "ratings") {
      {
        rated {
          __typename
          id
          stars
        }
      }
    },
    Flatten(path: "rated.@") {
      Fetch(service: "catalogue") {
        {
          ... on Media {
            __typename
            id
          }
        } =>
        {
          __typename
          ... on Book {
            pages
          }
          ... on Film {
            minutes
          }
        }
      }
    }
  }
}\
""")


def test_a_subgraph_that_knows_only_one_implementation_is_asked_when_the_type_is_known() -> None:
    """Shelves know books by their own name alone."""
    assert compared(LIBRARY, "{ rated { ... on Book { shelf } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "ratings") {
      {
        rated {
          __typename
          id
        }
      }
    },
    Flatten(path: "rated.@") {
      Fetch(service: "catalogue") {
        {
          ... on Media {
            __typename
            id
          }
        } =>
        {
          __typename
        }
      }
    },
    Flatten(path: "rated.@") {
      Fetch(service: "shelves") {
        {
          ... on Book {
            __typename
            id
          }
        } =>
        {
          ... on Book {
            shelf
          }
        }
      }
    }
  }
}\
""")


def test_required_fields_of_an_interface_object_come_from_the_implementations() -> None:
    """From an object whose type is not known, they are asked for by the interface's name."""
    assert compared(LIBRARY, "{ rated { headline } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "ratings") {
      {
        rated {
          __typename
          id
        }
      }
    },
    Flatten(path: "rated.@") {
      Fetch(service: "catalogue") {
        {
          ... on Media {
            __typename
            id
          }
        } =>
        {
          __typename
          ... on Book {
            title
          }
          ... on Film {
            title
          }
        }
      }
    },
    Flatten(path: "rated.@") {
      Fetch(service: "ratings") {
        {
          ... on Media {
            __typename
            id
            title
          }
        } =>
        {
          ... on Media {
            headline
          }
        }
      }
    }
  }
}\
""")


def test_one_interface_object_leads_to_another() -> None:
    """Neither of them knows the type, and neither has to."""
    assert compared(LIBRARY, "{ best { views } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "ratings") {
      {
        best {
          __typename
          id
        }
      }
    },
    Flatten(path: "best") {
      Fetch(service: "views") {
        {
          ... on Media {
            __typename
            id
          }
        } =>
        {
          ... on Media {
            views
          }
        }
      }
    }
  }
}\
""")


@pytest.mark.parametrize(
    "query",
    [
        "{ media { __typename id headline similar { __typename title ... on Film { minutes } } } }",
        "{ rated { similar { title ... on Film { minutes similar { title } } } } }",
        "{ book { title stars shelf headline views popular similar { id } } }",
        "{ rated { ... on Book { similar { stars } } ... on Film { similar { views } } } }",
        "{ rated { ... on Book { x: stars } ... on Film { x: views } } }",
        '{ rated { ... on Book { note(lang: "de") } ... on Film { note(lang: "fr") } } }',
        "{ rated { popular } best { popular __typename } }",
        "{ best { ... on Film { minutes } } }",
        "{ best { title } rated { title } }",
        "{ media { ... on Book { headline } ... on Film { similar { id } } } }",
        "{ rated { ... on Book { headline } ... on Film { views } } best { ... on Film { popular } id } }",
        "{ rated { similar { similar { __typename ... on Book { shelf pages } } } } }",
        "{ media { ... on Book { stars shelf } ... on Film { views } } }",
        "query ($no: Boolean = false) { rated { stars ... on Book @include(if: $no) { pages } } }",
    ],
)
def test_every_answer_is_the_monoliths(query: str) -> None:
    """Whatever is mixed: conditions, aliases, required fields, several interface objects."""
    compared(LIBRARY, query)


@pytest.mark.parametrize("typename", ["Media", "Ghost", None])
async def test_a_type_that_stays_unknown_is_an_error_at_the_object(typename: str | None) -> None:
    """Whoever is asked for it may not know it, or make one up; the interface's name is never passed on."""
    told = None if typename is None else {"__typename": typename}

    async def catalogue(request: SubgraphRequest) -> Mapping[str, Any]:
        return {"data": {"_entities": [told for _ in request.variables["representations"]]}}

    transports = {**GatewayOf(LIBRARY).transports(), "catalogue": asking(catalogue)}
    given = await answered(LIBRARY.composed.supergraph, transports, "{ best { __typename stars } }")
    assert given["data"] == {"best": None}
    assert [error["path"] for error in given["errors"]] == [["best"]]


IMPLEMENTING = federated(
    {
        "Query": {"__typename": "Query", "user": {"$ref": "u1"}, "rated": {"$ref": "u1"}},
        "u1": {"__typename": "User", "id": "1", "name": "N", "rating": 5},
    },
    a="""
    type Query { user: User }
    interface Being @key(fields: "id") { id: ID! }
    type User implements Being @key(fields: "id") { id: ID! name: String }
    """,
    b="""
    type Query { rated: Rated }
    interface Rated { rating: Int }
    type Being implements Rated @key(fields: "id") @interfaceObject { id: ID! rating: Int }
    """,
)


@pytest.mark.parametrize(
    "query",
    [
        "{ user { name rating } }",
        "{ rated { rating } }",
        "{ rated { __typename rating ... on User { name } } }",
    ],
)
def test_an_interface_object_may_implement_an_interface(query: str) -> None:
    """Its implementations then do so too, though composition does not write that."""
    compared(IMPLEMENTING, query)
