"""Queries over the worlds written by hand: each shows something of federation."""

from __future__ import annotations

from tests.gateway.worlds import atlas, maze, shop

QUERIES = {
    "benchmark": (
        shop,
        """
        query Test {
          users { ...U reviews { ...R product { ...P reviews { ...Deep } } } }
          topProducts { ...P reviews { ...Deep } }
        }
        fragment Deep on Review { ...R author { ...U reviews { ...R product { ...P } } } }
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
    "value split twice": (
        atlas,
        """
        {
          items { dims { height box { kind colour lid { closed tight } } } }
          top { dims { depth box { kind lid { tight } } } }
        }
        """,
    ),
    "two arguments": (atlas, '{ items { price { currency } dollars: price(currency: "USD") { currency } } }'),
    "interface": (
        atlas,
        """
        {
          media {
            __typename title author { name }
            ... on Book { pages rating } ... on Movie { length summary }
          }
        }
        """,
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
        """
        {
          search(text: "x") {
            ... on Book { title reviews(worst: true) { by { friends { score } } } }
            ... on Item { name }
          }
        }
        """,
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
    "requirements in circles": (maze, "{ users { fifth fourth third second } makers { fans { fifth } } }"),
    "required over an interface": (maze, "{ users { report pets { name owner { third } } } }"),
    "required with two arguments": (
        maze,
        '{ product(sku: "s1") { euros dollars price(currency: "GBP") stock } }',
    ),
    "key in a list": (maze, "{ cart { total lines { sku count } } }"),
    "unions that differ": (
        maze,
        """
        {
          media { __typename ... on Song { title stars } ... on Movie { minutes } ... on Book { isbn } }
          films { ... on Song { stars } ... on Movie { stars title } ... on Book { title } }
          hits { ... on Book { title isbn } }
        }
        """,
    ),
}
