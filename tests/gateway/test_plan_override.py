"""An overridden field belongs to its new subgraph; while it is being moved, a label decides."""

import pytest
from inline_snapshot import snapshot

from gateway.pipeline.preparation.document_cache import Preparer
from gateway.pipeline.preparation.labels import Labels, labels
from gateway.pipeline.preparation.limits import Limits
from gateway.supergraph import load_supergraph
from tests.gateway.federated import compared, federated
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


MOVING = federated(
    {
        "Query": {"__typename": "Query", "ant": {"$ref": "a1"}},
        "a1": {"__typename": "Ant", "id": "1", "size": "S", "legs": 6, "nest": "N", "age": 3},
    },
    a="""
    type Query { ant: Ant! }
    type Ant @key(fields: "id") { id: ID! size: String! legs: Int! nest: String! age: Int! }
    """,
    b="""
    type Ant @key(fields: "id") {
      id: ID!
      size: String! @override(from: "a", label: "percent(100)")
      legs: Int! @override(from: "a", label: "percent(0)")
      nest: String! @override(from: "a", label: "moving")
      age: Int! @override(from: "a", label: "percent(50)")
    }
    """,
)


def planned(query: str, labels: Labels, preparer: Preparer | None = None) -> list[str]:
    """The subgraphs that a plan asks."""
    chosen = preparer or Preparer(load_supergraph(MOVING.composed.supergraph), Limits(), labels=labels)
    return list(chosen.plan(query, None, {})[1].plan.subgraphs())


def test_a_share_of_all_moves_the_field_and_a_share_of_none_leaves_it() -> None:
    """Whatever is drawn, 100 percent is always on and 0 percent never."""
    assert compared(MOVING, "{ ant { size legs } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        ant {
          __typename
          id
          legs
        }
      }
    },
    Flatten(path: "ant") {
      Fetch(service: "b") {
        {
          ... on Ant {
            __typename
            id
          }
        } =>
        {
          ... on Ant {
            size
          }
        }
      }
    }
  }
}\
""")


@pytest.mark.parametrize(("on", "asked"), [(True, ["a", "b"]), (False, ["a"])])
def test_another_label_is_on_if_somebody_says_so(on: bool, asked: list[str]) -> None:  # noqa: FBT001 - a case
    """While it is off, the old subgraph has the field."""
    assert planned("{ ant { nest } }", Labels(is_on=lambda label: on and label == "moving")) == asked


@pytest.mark.parametrize(("drawn", "asked"), [(0.49, ["a", "b"]), (0.5, ["a"])])
def test_a_share_is_drawn_for_each_request(drawn: float, asked: list[str]) -> None:
    """Half of the draws are below the share, and only those take the new subgraph."""
    assert planned("{ ant { age } }", Labels(chance=lambda: drawn)) == asked


def test_a_plan_is_made_once_for_each_decision_that_matters() -> None:
    """Draws for fields that the document does not select make no difference for it."""
    hits: list[bool] = []
    draws = iter([0.9, 0.1, 0.9, 0.1, 0.9, 0.1, 0.9, 0.1] * 4)
    preparer = Preparer(
        load_supergraph(MOVING.composed.supergraph), Limits(), hits.append, Labels(chance=lambda: next(draws))
    )
    for _ in range(4):
        preparer.plan("{ ant { id } }", None, {})
    assert hits == [False, True, True, True]


def test_both_ways_are_remembered() -> None:
    """A document is planned once while the label is off and once while it is on."""
    hits: list[bool] = []
    on = iter([True, False, True, False])
    labels = Labels(is_on=lambda _label: next(on))
    preparer = Preparer(load_supergraph(MOVING.composed.supergraph), Limits(), hits.append, labels)
    asked = [planned("{ ant { nest } }", labels, preparer) for _ in range(4)]
    assert asked == [["a", "b"], ["a"], ["a", "b"], ["a"]]
    assert hits == [False, False, True, True]


def test_a_seed_repeats_the_draws() -> None:
    """Two gateways with the same seed decide alike."""
    one, other = labels((), 7), labels((), 7)
    decided = [one.decide({"percent(50)"}) for _ in range(20)]
    assert decided == [other.decide({"percent(50)"}) for _ in range(20)]
    assert len(set(decided)) == 2
