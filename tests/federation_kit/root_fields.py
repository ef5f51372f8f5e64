"""A supergraph of subgraphs at ports, each of which has one root field."""

from pathlib import Path
from typing import Final

SUPERGRAPH: Final = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,
  resolvable: Boolean! = true, isInterfaceObject: Boolean! = false)
  repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String,
  external: Boolean, override: String, usedOverridden: Boolean)
  repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
"""


def write_supergraph(folder: Path, ports: list[int]) -> Path:
    """Write the supergraph of some subgraphs with a root field each."""
    numbers = range(len(ports))
    graphs = " ".join(
        f'S{n} @join__graph(name: "s{n}", url: "http://127.0.0.1:{ports[n]}/graphql")' for n in numbers
    )
    everywhere = " ".join(f"@join__type(graph: S{n})" for n in numbers)
    fields = " ".join(f"field{n}: Thing @join__field(graph: S{n})" for n in numbers)
    path = folder / "graph.graphql"
    path.write_text(
        f"{SUPERGRAPH}\nenum join__Graph {{ {graphs} }}\ntype Query {everywhere} {{ {fields} }}\n"
        f"type Thing {everywhere} {{ id: ID text: String }}\n"
    )
    return path
