"""An overridden field belongs to its new subgraph; while it is being moved, a label decides."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import httpx
import pytest
from inline_snapshot import snapshot

from gateway import GatewaySettings, create_gateway
from gateway.features.labels.feature import Labels, labels
from gateway.pipeline.preparation.limits import PreparationLimits
from gateway.pipeline.preparation.preparer import Preparer
from gateway.pipeline.sessions import Sessions
from gateway.supergraph import load_supergraph
from tests.federation_kit.comparison import GatewayOf
from tests.gateway.federated import compared, federated
from tests.gateway.plans import composed, printed
from tests.gateway.serving.reload.reloading import Reloading


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


def preparing(labels: Labels, counted: Callable[[bool], None] | None = None) -> Preparer:
    """What plans for the graph of the ant, with labels decided for each request."""
    model = load_supergraph(MOVING.composed.supergraph)
    return Preparer(model, PreparationLimits(), counted, partial(labels.decide, model.labels))


def planned(query: str, labels: Labels, preparer: Preparer | None = None) -> list[str]:
    """The subgraphs that a plan asks."""
    chosen = preparer or preparing(labels)
    return list(chosen.plan(query, None, {})[1].plan.subgraphs())


def test_a_share_of_all_moves_the_field_and_a_share_of_none_leaves_it() -> None:
    """Whatever is drawn, 100 percent is always on and 0 percent never."""
    labels = Labels(chance=lambda: 0.0)
    assert planned("{ ant { size } }", labels) == planned("{ ant { size } }", Labels()) == ["a", "b"]
    assert planned("{ ant { legs } }", labels) == ["a"]
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
    preparer = preparing(Labels(chance=lambda: next(draws)), hits.append)
    for _ in range(4):
        preparer.plan("{ ant { id } }", None, {})
    assert hits == [False, True, True, True]


def test_both_ways_are_remembered() -> None:
    """A document is planned once while the label is off and once while it is on."""
    hits: list[bool] = []
    on = iter([True, False, True, False])
    labels = Labels(is_on=lambda _label: next(on))
    preparer = preparing(labels, hits.append)
    asked = [planned("{ ant { nest } }", labels, preparer) for _ in range(4)]
    assert asked == [["a", "b"], ["a"], ["a", "b"], ["a"]]
    assert hits == [False, False, True, True]


def test_a_seed_repeats_the_draws() -> None:
    """Two gateways with the same seed decide alike."""
    one, other = labels((), 7), labels((), 7)
    decided = [one.decide({"percent(50)"}) for _ in range(20)]
    assert decided == [other.decide({"percent(50)"}) for _ in range(20)]
    assert len(set(decided)) == 2


FETCHES = 'furlong_gateway_subgraph_fetches_total{outcome="ok",subgraph="accounts"}'
MOVING_FIELD = (
    'graph: ACCOUNTS, override: "reviews", overrideLabel: "moving") '
    '@join__field(graph: REVIEWS, overrideLabel: "moving"'
)

CUSTOMERS = [f"c-{number}" for number in range(400)]


def on_for(share: float, seed: int | None = None, label: str = "moving") -> set[str]:
    """The customers for whom a label is on."""
    chosen = labels((), seed, {label: share})
    return {customer for customer in CUSTOMERS if label in chosen.decide([label], customer)}


def test_a_customer_keeps_what_was_drawn() -> None:
    """In all processes; a greater share only adds customers, and labels are drawn apart."""
    quarter = on_for(25)
    assert 70 < len(quarter) < 130
    assert quarter == on_for(25) != on_for(25, label="other")
    assert quarter < on_for(50) < on_for(100) == set(CUSTOMERS)
    assert on_for(0) == set()
    assert on_for(25, seed=1) != quarter


async def test_all_requests_of_a_customer_take_the_same_way() -> None:
    """Whatever the documents, planned or new; requests without a customer are drawn one by one."""
    world = GatewayOf(MOVING)

    async def authenticate(headers: Mapping[str, str]) -> str | None:
        return headers.get("authorization")

    app = create_gateway(
        MOVING.composed.supergraph,
        world.transports(),
        GatewaySettings(labels={"seed": 3}),
        sessions=Sessions(authenticate, customer_of=str),
    )
    ways: dict[str, set[tuple[str, ...]]] = {}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as client,
    ):
        for number in range(6):
            for customer in ("", *CUSTOMERS[:12]):
                world.record.calls.clear()
                headers = {"authorization": customer} if customer else {}
                query = {"query": f"query Q{number % 2} {{ ant {{ age }} }}"}
                # The strict subgraph answers the former way with an error; which way it was is what counts.
                assert (await client.post("/graphql", json=query, headers=headers)).status_code == 200
                ways.setdefault(customer, set()).add(tuple(name for name, _ in world.record.calls))
    assert len(ways.pop("")) == 2
    assert {len(each) for each in ways.values()} == {1}
    assert len({way for each in ways.values() for way in each}) == 2


@pytest.mark.parametrize(
    ("on", "shares", "label", "expected"),
    [
        ((), {}, "percent(30)", 30),
        ((), {"percent(30)": 60}, "percent(30)", 60),
        ((), {"moving": 25}, "moving", 25),
        ((), {"moving": 0}, "moving", 0),
        ((), {"other": 100}, "moving", 0),
        (("moving",), {"moving": 25}, "moving", 100),
    ],
)
def test_shares_of_labels(on: tuple[str, ...], shares: dict[str, float], label: str, expected: int) -> None:
    """A label is on for its share of requests; with a seed the draws are the same each time."""
    decided = [labels(on, 7, shares) for _ in range(2)]
    draws = [[label in each.decide([label]) for _ in range(2000)] for each in decided]
    assert draws[0] == draws[1]
    assert sum(draws[0]) / 20 == pytest.approx(expected, abs=3 if 0 < expected < 100 else 0)


async def test_a_share_of_a_label_changes_without_a_restart(tmp_path: Path) -> None:
    """Requests go to the other subgraph as soon as the file says so."""
    gateway = Reloading(tmp_path)
    sdl = gateway.federation.sdl.replace(
        "birthday: Int @join__field(graph: ACCOUNTS", f"birthday: Int @join__field({MOVING_FIELD}"
    )
    gateway.write(sdl)
    await gateway.look()
    await gateway.ask("{ user(id: 1) { reviews { author { birthday } } } }")

    async def asked_of_accounts() -> bool:
        before = await gateway.metric(FETCHES)
        await gateway.ask("{ topProducts(first: 1) { reviews { author { birthday } } } }")
        after = await gateway.metric(FETCHES)
        return after > before

    assert not await asked_of_accounts()
    gateway.write_settings('FURLONG_GATEWAY__LABELS__SHARES={"moving":100}')
    await gateway.look()
    assert await asked_of_accounts()
    gateway.write_settings("")
    await gateway.look()
    assert not await asked_of_accounts()
