"""A supergraph of someone else's: many subgraphs, and of each feature that costs planners much."""

from __future__ import annotations

from typing import Final

HEAD: Final = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query mutation: Mutation }
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,
  resolvable: Boolean! = true, isInterfaceObject: Boolean! = false)
  repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String,
  external: Boolean, override: String, usedOverridden: Boolean)
  repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
"""
COLORS: Final = 200
"""Values of the largest enum."""
FILTER: Final = "and: [Filter!] or: [Filter!] not: Filter text: String color: Color ids: [ID!] range: [[Int]]"
OWN_FIELDS: Final = 5
"""Fields that each subgraph adds to the entity which all of them share."""


def foreign_supergraph(subgraphs: int = 60) -> str:
    """Return the SDL of a supergraph.

    Every subgraph adds fields to `Product`, shares some of its fields with all others, and owns a `Thing`,
    which leads to things of others. Fields of products require one another in a chain. `Node` is an interface
    of all things, `Result` a union of them; `Filter` is a recursive input.

    Args:
        subgraphs: How many there are.
    """
    numbers = range(subgraphs)
    graphs = " ".join(f'S{n} @join__graph(name: "s{n}", url: "http://127.0.0.1:9/s{n}")' for n in numbers)
    keys = " ".join(_keyed(n) for n in numbers)
    everywhere = " ".join(f"@join__type(graph: S{n})" for n in numbers)
    return "\n".join(
        (
            HEAD,
            f"enum join__Graph {{ {graphs} }}",
            *_roots(subgraphs, everywhere),
            _product(subgraphs),
            *(_thing(n, subgraphs) for n in numbers),
            f"interface Node {keys} {{ id: ID! title: String peers: [Node!] }}",
            _union(subgraphs, everywhere),
            f"enum Color {everywhere} {{ {_colors(subgraphs)} }}",
            f"input Filter {everywhere} {{ {FILTER} }}",
        )
    )


def _keyed(number: int, key: str = "id") -> str:
    return f'@join__type(graph: S{number}, key: "{key}")'


def _roots(subgraphs: int, everywhere: str) -> list[str]:
    own = " ".join(f"own{n}(first: Int): [Thing{n}!] @join__field(graph: S{n})" for n in range(subgraphs))
    first = "@join__field(graph: S0)"
    fields = (
        f"product(id: ID, of: Filter): Product {first}",
        f"products(first: Int = 10, of: Filter): [Product!] {first}",
        f"node(id: ID): Node {first}",
        f"search(text: String, filter: Filter): [Result!] {first}",
    )
    return [
        f"type Query {everywhere} {{ {own} {' '.join(fields)} }}",
        "type Mutation @join__type(graph: S0) { change(filter: Filter, ids: [ID!]): Product }",
    ]


def _product(subgraphs: int) -> str:
    numbers = range(subgraphs)
    own = " ".join(
        f"f{n}x{number}(of: Filter): String @join__field(graph: S{n})"
        for n in numbers
        for number in range(OWN_FIELDS)
    )
    chain = "r0: Int @join__field(graph: S0) @join__field(graph: S1, external: true) " + " ".join(
        f'r{n}: Int @join__field(graph: S{n}, requires: "r{n - 1}")'
        f" {f'@join__field(graph: S{n + 1}, external: true)' if n + 1 < subgraphs else ''}"
        for n in range(1, subgraphs)
    )
    shared = " ".join(f"shared{number}: String" for number in range(OWN_FIELDS))
    things = " ".join(f"thing{n}: Thing{n} @join__field(graph: S{n})" for n in numbers)
    keys = " ".join(_keyed(n) for n in numbers)
    return f"type Product {keys} {{ id: ID! {shared} {own} {chain} {things} related: [Product!] }}"


def _thing(number: int, subgraphs: int) -> str:
    """A thing is known to its own subgraph and the two before it, which lead to it."""
    own, after = f"S{number}", (number + 1) % subgraphs
    graphs = sorted({(number - back) % subgraphs for back in range(3)})
    keys = " ".join(_keyed(n) for n in graphs)
    nodes = " ".join(f'@join__implements(graph: S{n}, interface: "Node")' for n in graphs)
    field = f"@join__field(graph: {own})"
    return (
        f"type Thing{number} implements Node {keys} {nodes} {{ id: ID! title: String peers: [Node!]"
        f" a{number}: String {field} b(first: Int): String {field} next: Thing{after} {field}"
        f" all: [Thing{after}!] {field} product: Product {field} }}"
    )


def _union(subgraphs: int, everywhere: str) -> str:
    members = " ".join(f'@join__unionMember(graph: S{n}, member: "Thing{n}")' for n in range(subgraphs))
    return f"union Result {everywhere} {members} = {' | '.join(f'Thing{n}' for n in range(subgraphs))}"


def _colors(subgraphs: int) -> str:
    values = " ".join(f"@join__enumValue(graph: S{n})" for n in range(subgraphs))
    return " ".join(f"SHADE_OF_COLOR_{n} {values}" for n in range(COLORS))
