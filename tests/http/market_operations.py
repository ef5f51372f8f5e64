"""Operations over the market, each with the variables that it is asked with."""

from __future__ import annotations

from typing import Any

BENCHMARK = """
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }
query TestQuery {
  users {
    ...User
    reviews {
      ...Review
      product {
        ...Product
        reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }
      }
    }
  }
  topProducts {
    ...Product
    reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }
  }
}
"""

OPERATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "benchmark": (BENCHMARK, {}),
    "one field": ("{ me { name } }", {}),
    "two subgraphs": ("{ me { name reviews { body } } }", {}),
    "there and back": ("{ me { reviews { author { name address { city } } } } }", {}),
    "provided": ("{ me { reviews { author { username } } } }", {}),
    "key only": ("{ me { reviews { product { upc } author { id } } } }", {}),
    "an entity that is null": ('{ user(id: "nobody") { name reviews { id } } me { id } }', {}),
    "a reference that is null": ("{ topProducts { reviews { author { name reviews { id } } } } }", {}),
    "a value that is null": ("{ users { address { street city } reviews { stars } } }", {}),
    "other key": ('{ search(text: "x") { ... on User { email name reviews { body } } } }', {}),
    "union": (
        """{ search(text: "x") {
          __typename
          ... on User { username }
          ... on Product { name inStock }
          ... on Gift { message(to: "you") inStock reviews { about { __typename } } }
        } }""",
        {},
    ),
    "union of another subgraph": (
        """{ users { reviews { about {
          ... on Product { name shippingEstimate }
          ... on User { name birthday }
          ... on Gift { name inStock }
        } } } }""",
        {},
    ),
    "interface": ("{ catalogue { upc name } }", {}),
    "interface with fragments": (
        """{ catalogue(page: { count: 5, backwards: true }) {
          kind: __typename name
          ... on Product { price inStock reviews(first: 1) { body } }
          ... on Gift { message reviews { author { username } } }
        } }""",
        {},
    ),
    "interface object": ("{ catalogue { aisle } }", {}),
    "interface object beside members": (
        "{ catalogue { aisle __typename ... on Product { inStock } ... on Gift { aisle message } } }",
        {},
    ),
    "interface object of a member": (
        '{ product(upc: "p1") { aisle name } me { reviews { product { aisle } } } }',
        {},
    ),
    "interface as a fragment's type": (
        '{ search(text: "x") { ... on Item { upc name ... on Gift { inStock } } } }',
        {},
    ),
    "requires": ("{ topProducts { shippingEstimate } }", {}),
    "requires beside what is required": ("{ topProducts { price shippingEstimate weight } }", {}),
    "requires an object": ("{ topProducts { volume size { width } } }", {}),
    "requires a list": ('{ topProducts { note(prefix: "tags") } }', {}),
    "requires far away": ("{ me { reviews { product { volume shippingEstimate } } } }", {}),
    "requires with a variable": (
        'query ($p: String!) { topProducts { a: note(prefix: $p) b: note(prefix: "b") } }',
        {"p": "a"},
    ),
    "aliases": ("{ a: me { b: name c: name } d: me { b: username } }", {}),
    "aliases that swap names": ("{ topProducts { name: upc upc: name price: weight weight: price } }", {}),
    "same name in other types": (
        """{ search(text: "x") {
          ... on User { x: name } ... on Product { x: label } ... on Gift { x: message }
        } }""",
        {},
    ),
    "same field with other arguments": (
        """{ topProducts(first: 2) {
          en: label de: label(language: DE, loud: true) one: reviews(first: 1) { id } all: reviews { id }
        } }""",
        {},
    ),
    "enums and booleans": (
        "query ($l: Language!, $b: Boolean) { topProducts { label(language: $l, loud: $b) } }",
        {"l": "DE", "b": True},
    ),
    "a default of a variable": (
        "query ($n: Int = 2, $l: Language! = DE) { topProducts(first: $n) { label(language: $l) } }",
        {},
    ),
    "a variable that is null": (
        "query ($n: Int) { topProducts(first: $n) { reviews(first: $n) { id } } }",
        {"n": None},
    ),
    "a variable that is not given": ("query ($n: Int) { topProducts(first: $n) { upc } }", {}),
    "input objects": (
        "query ($p: Page) { catalogue(page: $p) { name } }",
        {"p": {"count": 4, "backwards": True}},
    ),
    "part of an input object": (
        "query ($n: Int!) { catalogue(page: { count: $n }) { upc ... on Product { stock } } }",
        {"n": 2},
    ),
    "skip and include": (
        """query ($yes: Boolean!, $no: Boolean!) {
          me { name @skip(if: $yes) username @include(if: $yes) reviews @include(if: $no) { id } }
          topProducts @skip(if: $no) { upc inStock @include(if: $no) ...F @include(if: $yes) }
        }
        fragment F on Product { weight }""",
        {"yes": True, "no": False},
    ),
    "all skipped": ("query ($no: Boolean!) { me @include(if: $no) { reviews { id } } }", {"no": False}),
    "conditions that differ": (
        """query ($a: Boolean!, $b: Boolean!) {
          me { reviews @include(if: $a) { id } reviews @include(if: $b) { body author { name } } }
        }""",
        {"a": False, "b": True},
    ),
    "typename everywhere": (
        "{ __typename me { __typename reviews { t: __typename product { __typename } } } }",
        {},
    ),
    "only typenames": ("{ __typename catalogue { __typename } shelves { __typename } }", {}),
    "lists in lists": ("{ shelves { upc name inStock volume reviews(first: 1) { author { name } } } }", {}),
    "a key in an object": (
        "{ categories { title reviewCount products { name category { reviewCount } } } }",
        {},
    ),
    "a key in an object, not shown": ("{ categories { reviewCount } }", {}),
    "fragments in fragments": (
        """{ me { ...A } users { ...B } }
        fragment A on User { name ...B reviews { ...C } }
        fragment B on User { id reviews { id ...C } }
        fragment C on Review { body product { ...D } }
        fragment D on Product { inStock name }""",
        {},
    ),
    "inline fragments without a type": (
        "{ me { ... { name ... @include(if: true) { reviews { id } } } } }",
        {},
    ),
    "the same root twice": (
        '{ a: product(upc: "p1") { inStock } b: product(upc: "p2") { inStock stock } }',
        {},
    ),
    "errors of a field": ("{ topProducts { name broken } }", {}),
    "errors of a field far away": ("{ users { name reviews { product { broken inStock } } } }", {}),
    "nothing found": ('{ product(upc: "p9") { name inStock reviews { id } } }', {}),
    "mutation": ('mutation { rename(upc: "p1", name: "New") { name inStock } }', {}),
    "mutations of several subgraphs, in order": (
        """mutation ($n: Int!) {
          first: restock(upc: "p1", amount: $n) { stock inStock name }
          rename(upc: "p1", name: "Newer") { name stock label }
          rate(id: "r1", stars: 1) { stars product { name inStock } author { name } }
          second: restock(upc: "p1", amount: 0) { stock inStock name }
        }""",
        {"n": 90},
    ),
    "a mutation of nothing": ('mutation { __typename rename(upc: "p9", name: "x") { name inStock } }', {}),
}
