"""Reads the list of subgraphs: the values of `join__Graph`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import DocumentNode, EnumTypeDefinitionNode
from graphql.language import Node

from gateway.errors import SupergraphError
from gateway.supergraph.directives import Links, applied


@dataclass(frozen=True, slots=True)
class Graph:
    """A value of `join__Graph`, with the subgraph's name and URL."""

    value: str
    name: str
    url: str


def read_graphs(document: DocumentNode, links: Links) -> dict[str, Graph]:
    """Return the subgraphs of a supergraph by their enum value.

    Raises:
        SupergraphError: There are none, one is not described, or two have the same name.
    """
    name = links.directive("join", "Graph")
    for definition in document.definitions:
        if isinstance(definition, EnumTypeDefinitionNode) and definition.name.value == name:
            graphs = {graph.value: graph for graph in _values(definition, links)}
            names = [graph.name for graph in graphs.values()]
            if twice := {each for each in names if names.count(each) > 1}:
                raise SupergraphError(f"{name}: two subgraphs are named {twice.pop()}{line(definition)}.")
            return graphs
    raise SupergraphError(f"There is no enum {name}: this is not a supergraph of Apollo Federation.")


def line(node: Node) -> str:
    """Return the line of a definition for messages, or an empty string if it is unknown."""
    return "" if node.loc is None else f" (line {node.loc.start_token.line})"


def _values(definition: EnumTypeDefinitionNode, links: Links) -> Iterator[Graph]:
    for value in definition.values or ():
        described = next(applied(value, links.directive("join", "graph")), None)
        if described is None or not described.get("name"):
            raise SupergraphError(
                f"{definition.name.value}.{value.name.value}: @join__graph is missing{line(value)}."
            )
        yield Graph(value.name.value, str(described["name"]), str(described.get("url") or ""))
