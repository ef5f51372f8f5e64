"""The gateway's answer is that of one schema over the same data."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.gateway.operations import queries
from tests.gateway.world import Federation, essence
from tests.gateway.worlds import atlas, shop

QUERIES = {
    "benchmark": (
        shop,
        """
        query Test {
          users { ...U reviews { ...R product { ...P reviews { ...R author { ...U reviews { ...R product { ...P } } } } } } }
          topProducts { ...P reviews { ...R author { ...U reviews { ...R product { ...P } } } } }
        }
        fragment U on User { id username name }
        fragment R on Review { id body }
        fragment P on Product { inStock name price shippingEstimate upc weight }
        """,
    ),
    "provided": (shop, "{ topProducts { reviews { author { username } } } }"),
    "requires alone": (shop, "{ topProducts(first: 3) { shippingEstimate } }"),
    "null root": (shop, '{ user(id: "77") { name reviews { body } } me { name } }'),
    "chain of keys": (atlas, "{ items { price { amount currency } } }"),
    "chain of users": (atlas, "{ items { maker { score badges name } } }"),
    "requires in a chain": (atlas, "{ items { total shipping } }"),
    "split value": (atlas, "{ items { dims { width height depth } } top { dims { depth height } } }"),
    "two arguments": (atlas, '{ items { price { currency } dollars: price(currency: "USD") { currency } } }'),
    "interface": (
        atlas,
        "{ media { __typename title author { name } ... on Book { pages rating } ... on Movie { length summary } } }",
    ),
    "interface without fragments": (atlas, "{ media { title author { score } } }"),
    "union": (
        atlas,
        "{ things { __typename ... on Item { total } ... on Movie { summary } ... on Media { title } } }",
    ),
    "lists in lists": (atlas, "{ grid { name total price { amount } } }"),
    "provides": (atlas, "{ featured { title blurb author { name } } }"),
    "other union": (
        atlas,
        '{ search(text: "x") { ... on Book { title reviews(worst: true) { by { friends { score } } } } ... on Item { name } } }',
    ),
    "colliding aliases": (
        atlas,
        "{ things { ... on Item { x: code id: name } ... on Book { x: id } ... on Movie { x: id length } } }",
    ),
    "shape differs": (atlas, "{ items { id: name code: weight sku: total } }"),
    "typename aliased": (atlas, "{ kind: __typename items { k: __typename __typename: name } }"),
    "introspection": (
        atlas,
        '{ __schema { queryType { name } } __type(name: "Item") { fields { name } } items { code } }',
    ),
    "shared root": (atlas, "{ top { name price { amount } weight } cheapest { name } }"),
    "requires nested list": (atlas, "{ regions { id zone } cheapest { shipping total(times: 3) } }"),
}


@pytest.mark.parametrize("name", QUERIES)
async def test_the_answer_is_the_monoliths(name: str) -> None:
    """Data is equal to the letter, and errors are where the monolith has them."""
    make, query = QUERIES[name]
    federation: Federation = make()
    assert essence(await federation.gateway(query)) == essence(federation.monolith(query))


SHOP, ATLAS = shop(), atlas()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(queries(SHOP.supergraph.public))
def test_any_query_of_the_shop_is_answered_as_by_the_monolith(query: tuple[str, dict[str, Any]]) -> None:
    """Random selections, aliases, conditions and fragments give the same answer."""
    assert essence(asyncio.run(SHOP.gateway(*query))) == essence(SHOP.monolith(*query))


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(queries(ATLAS.supergraph.public))
def test_any_query_of_the_atlas_is_answered_as_by_the_monolith(query: tuple[str, dict[str, Any]]) -> None:
    """The same over chains of keys, overrides, shared values, interfaces and unions."""
    assert essence(asyncio.run(ATLAS.gateway(*query))) == essence(ATLAS.monolith(*query))
