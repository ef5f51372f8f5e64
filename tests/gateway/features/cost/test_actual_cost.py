"""The actual cost of responses: the same sums as estimates, over the data that there is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.features.cost.priced import Priced
from tests.support.examples import examples

SHOP = Priced.of("""
type Query { shop(id: ID @cost(weight: 2)): Shop shops: [[Shop]] any: [Thing] either: [Either] }
type Shop { name: String @cost(weight: 1) wares(first: Int): [Thing!] @listSize(slicingArguments: ["first"])
  tags: [String] @cost(weight: 3) free: [String] json: Anything }
interface Thing { id: ID cheap: Int }
type Ware implements Thing @cost(weight: 4) { id: ID cheap: Int maker: Shop }
type Gift implements Thing { id: ID cheap: Int worth: Int @cost(weight: 7) }
union Either = Ware | Gift
scalar Anything
""")


@pytest.mark.parametrize(
    ("query", "data", "cost"),
    [
        ("{ shop { name } }", None, 0),
        ("{ shop { name } }", {"shop": None}, 0),
        ("{ shop(id: 1) { name } }", {"shop": None}, 2),
        ("{ shop { name } }", {"shop": {"name": None}}, 1),
        ("{ shop { name } }", {"shop": {"name": "x"}}, 2),
        ("{ shop { tags free } }", {"shop": {"tags": ["a", None, "b"], "free": ["c"]}}, 1 + 6),
        ("{ shop { json } }", {"shop": {"json": [{"a": [1]}]}}, 1),
        ("{ shops { free } }", {"shops": [[{"free": []}, None], None, [{"free": []}]]}, 2),
        ("{ any { id } }", {"any": [{"id": 1}]}, 4),
        ("{ any { __typename id } }", {"any": [{"__typename": "Gift", "id": 1}]}, 1),
        ("{ any { t: __typename id } }", {"any": [{"t": "Ware", "id": 1}]}, 4),
        ("{ any { ... on Gift { worth } ... on Ware { id } } }", {"any": [{"worth": 1}, {"id": 2}]}, 8 + 4),
        ("{ either { ... on Gift { worth } } }", {"either": [{"worth": 1}, {}]}, 8 + 4),
        ("{ a: shop { w: wares(first: 9) { id } } }", {"a": {"w": [{"id": 1}]}}, 1 + 4),
    ],
)
def test_what_is_in_the_response_counts(query: str, data: object, cost: int) -> None:
    """Nulls cost no more than their arguments; an object's type is known by `__typename` or its keys."""
    assert SHOP.actual(query, data) == cost


def test_arguments_count_with_the_values_of_variables() -> None:
    """Once for each time that the field was resolved."""
    priced = Priced.of("""
    type Query { all: [Item] } input Filter { text: String @cost(weight: 3) }
    type Item { parts(filter: Filter): [Item] }
    """)
    query = "query ($f: Filter) { all { parts(filter: $f) { __typename } } }"
    item: dict[str, Any] = {"parts": [{"__typename": "Item"}]}
    assert priced.actual(query, {"all": [item, item]}) == 2 * (1 + 1)
    assert priced.actual(query, {"all": [item, item]}, {"f": {"text": "x"}}) == 2 * (1 + 1 + 4)


QUERY = """{
  shop { name wares(first: 3) { ...W } tags }
  shops { name }
  any { __typename ...W }
} fragment W on Thing { id ... on Ware { maker { name wares(first: 3) { id } } } ... on Gift { worth } }"""


def things(depth: int, *, named: bool) -> st.SearchStrategy[Any]:
    """Lists of at most three things as the query selects them."""
    name = {"__typename": st.just("Gift")} if named else {}
    gift = st.fixed_dictionaries({**name, "id": st.none(), "worth": st.none() | st.integers()})
    wares = st.lists(st.fixed_dictionaries({"id": st.none()}), max_size=3)
    maker = st.fixed_dictionaries({"name": st.none() | st.text(max_size=2), "wares": st.none() | wares})
    name = {"__typename": st.just("Ware")} if named else {}
    ware = st.fixed_dictionaries({**name, "id": st.none(), "maker": st.none() | maker})
    return st.none() | st.lists(gift | ware, max_size=depth)


SHOPS = st.fixed_dictionaries({"name": st.none() | st.text(max_size=2)})
DATA = st.fixed_dictionaries(
    {
        "shop": st.none()
        | st.fixed_dictionaries(
            {
                "name": st.none() | st.text(max_size=2),
                "wares": things(3, named=False),
                "tags": st.none() | st.lists(st.none() | st.text(max_size=2), max_size=10),
            }
        ),
        "shops": st.none() | st.lists(st.none() | st.lists(st.none() | SHOPS, max_size=10), max_size=10),
        "any": things(10, named=True),
    }
)


LEAVES = {"name": 1, "tags": 3, "worth": 7}


def naive(value: Any, kind: str) -> int:
    """The cost of a value, by the rules in the schema above."""
    if value is None or isinstance(value, list):
        return sum(naive(each, kind) for each in value or ())
    if kind in LEAVES:
        return LEAVES[kind]
    if kind in {"shop", "shops", "maker"}:
        return 1 + sum(naive(value.get(key), key) for key in ("name", "tags", "wares"))
    is_gift = "worth" in value
    return 1 + naive(value["worth"], "worth") if is_gift else 4 + naive(value.get("maker"), "maker")


@settings(max_examples=examples(100))
@given(data=DATA)
def test_the_actual_cost_is_that_of_a_plain_walk(data: dict[str, Any]) -> None:
    """For generated responses; and it is never above the estimate while lists keep to their sizes."""
    cost = SHOP.actual(QUERY, data)
    assert cost == sum(naive(value, key) for key, value in data.items())
    assert cost <= SHOP.cost(QUERY)
