"""Reads each join directive once: which types and fields of a document belong to which subgraph."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
)
from graphql.language import Node
from msgspec import Struct

from gateway.errors import SupergraphError
from gateway.supergraph.directives import Links, applied


class Graph(Struct, frozen=True):
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
            if twice := {graph_name for graph_name in names if names.count(graph_name) > 1}:
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


Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode
Placement = Mapping[str, Any]
Placed = tuple[FieldDefinitionNode, Placement]
"""A field's definition, and its join directive for a subgraph."""

EVERYWHERE: Placement = {}
"""The placement of an unmarked definition in each subgraph that has it."""
EXTERNAL: Placement = {"external": True}


class Placements:
    """The join directives of a document by subgraph, so that they are read only once.

    Raises:
        SupergraphError: A directive names a subgraph that does not exist, or a type belongs to none.
    """

    def __init__(
        self, definitions: Iterable[TypeDefinitionNode], links: Links, graphs: Collection[str]
    ) -> None:
        self._links = links
        self._graphs = graphs
        self._marks_all = links.marks_value_types
        self._read: dict[tuple[int, str], list[Placement]] = {}
        self._fields: dict[str, dict[str, list[Placed]]] = {}
        self.types: dict[str, dict[str, list[Placement]]] = {}
        self.definitions: dict[str, list[TypeDefinitionNode]] = {graph: [] for graph in graphs}
        for definition in definitions:
            places = self.types[definition.name.value] = self._placed(definition)
            for graph in places:
                self.definitions[graph].append(definition)

    def joined(self, node: Node, name: str, coordinate: str) -> Sequence[Placement]:
        """Return the applications of a join directive to a definition.

        Raises:
            SupergraphError: One of them names a graph that does not exist.
        """
        known = self._read.get((id(node), name))
        if known is None:
            directive = self._links.directive("join", name)
            known = self._read[id(node), name] = list(applied(node, directive))
            for arguments in known:
                if arguments.get("graph") is not None and arguments["graph"] not in self._graphs:
                    raise SupergraphError(
                        f"{coordinate}: unknown graph {arguments['graph']} in @{directive}{line(node)}."
                    )
        return known

    def fields(self, definition: TypeDefinitionNode, graph: str) -> Sequence[Placed]:
        """Return the fields of a type that a subgraph has, each with its placement."""
        if not isinstance(definition, Composite):
            return ()
        name = definition.name.value
        if name not in self._fields:
            self._fields[name] = self._by_graph(definition)
        return self._fields[name].get(graph, ())

    def is_marked(self, node: FieldDefinitionNode, coordinate: str) -> bool:
        """Return whether the document marks the subgraphs of a field."""
        return bool(self.joined(node, "field", coordinate))

    def _placed(self, definition: TypeDefinitionNode) -> dict[str, list[Placement]]:
        """Return the applications of `@join__type` by graph value."""
        places: dict[str, list[Placement]] = {}
        for arguments in self.joined(definition, "type", definition.name.value):
            places.setdefault(str(arguments.get("graph")), []).append(arguments)
        if not places and self._marks_all and isinstance(definition, Composite | UnionTypeDefinitionNode):
            raise SupergraphError(f"{definition.name.value} belongs to no subgraph{line(definition)}.")
        # Join v0.1 does not mark value types: every subgraph may have them.
        return places or {value: [EVERYWHERE] for value in self._graphs}

    def _by_graph(self, definition: Composite) -> dict[str, list[Placed]]:
        name = definition.name.value
        owners = {placement.get("graph") for placement in self.joined(definition, "owner", name)}
        placed: dict[str, list[Placed]] = {graph: [] for graph in self.types[name]}
        for node in definition.fields or ():
            written = self.joined(node, "field", f"{name}.{node.name.value}")
            if owners:
                self._place_owned(node, written, owners, placed)
            elif not written:
                for places in placed.values():
                    places.append((node, EVERYWHERE))
            else:
                for placement in written:
                    if placement.get("graph") in placed:
                        placed[placement["graph"]].append((node, placement))
        return placed

    @staticmethod
    def _place_owned(
        node: FieldDefinitionNode,
        written: Sequence[Placement],
        owners: Collection[object],
        placed: Mapping[str, list[Placed]],
    ) -> None:
        """Place the fields of an owned type: in join v0.1, the owner has all fields that are not marked."""
        elsewhere = any(placement.get("graph") is not None for placement in written)
        for graph, fields in placed.items():
            here = [placement for placement in written if placement.get("graph") == graph]
            mine = graph in owners and not elsewhere
            fields += [(node, placement) for placement in here or (EVERYWHERE if mine else EXTERNAL,)]
