"""A fetch is public if a cache that customers share could answer it."""

from __future__ import annotations

import pytest

from gateway.pipeline.cache_control.cacheable_fields import PublicFetches
from gateway.pipeline.preparation.limits import PreparationLimits
from gateway.pipeline.preparation.preparer import Preparer
from gateway.supergraph import load_supergraph
from tests.gateway.plans import joined

SDL = joined(
    """
    directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean)
      on FIELD_DEFINITION | OBJECT
    enum CacheControlScope { PUBLIC PRIVATE }
    type Query @join__type(graph: A) @join__type(graph: B) {
      news: String @join__field(graph: A) @cacheControl(maxAge: 60)
      mine: String @join__field(graph: A) @cacheControl(maxAge: 60, scope: PRIVATE)
      unsaid: String @join__field(graph: A)
      never: String @join__field(graph: A) @cacheControl(maxAge: 0)
      game: Game @join__field(graph: A)
      bonus: Bonus @join__field(graph: A) @cacheControl(maxAge: 60)
    }
    type Game @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @cacheControl(maxAge: 60) {
      id: ID!
      title: String @join__field(graph: A)
      odds: String @join__field(graph: B)
      stake: String @join__field(graph: B) @cacheControl(scope: PRIVATE)
    }
    type Bonus @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
      id: ID!
      text: String @join__field(graph: B)
    }
    """,
    "a",
    "b",
)
MODEL = load_supergraph(SDL)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ news }", [True]),
        ("{ news mine }", [False]),
        ("{ news unsaid }", [False]),
        ("{ never }", [False]),
        ("{ game { title } }", [True]),
        ("{ game { __typename title odds } }", [True, True]),
        ("{ game { title stake } }", [True, False]),
        ("{ bonus { text } }", [True, False]),
        ("{ again: news ... on Query { game { ...G } } } fragment G on Game { odds }", [True, True]),
    ],
)
def test_what_is_public(query: str, expected: list[bool]) -> None:
    """Each field may be cached, and none is private; an entity's type must say so itself."""
    plan = Preparer(MODEL, PreparationLimits()).plan(query, None, {})[1].plan
    assert [PublicFetches(MODEL).includes(fetch) for fetch in plan.fetches] == expected


def test_nothing_is_public_without_hints() -> None:
    """Whatever subgraphs may mean."""
    model = load_supergraph(joined("type Query @join__type(graph: A) { a: String }", "a"))
    plan = Preparer(model, PreparationLimits()).plan("{ a }", None, {})[1].plan
    assert not PublicFetches(model).includes(plan.fetches[0])
