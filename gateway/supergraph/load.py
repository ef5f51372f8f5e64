"""Loads a supergraph: SDL with join directives becomes an immutable model, or is refused with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    parse,
    print_ast,
)
from graphql.language import NamedTypeNode

from gateway.errors import SupergraphError
from gateway.supergraph.directives import Links, applied, is_applied, read_links
from gateway.supergraph.field_sets import FieldSets
from gateway.supergraph.model import Key, Subgraph, SubgraphField, SubgraphType, Supergraph
from gateway.supergraph.public import public_schema

UNDERSTOOD = frozenset({"link", "core", "join", "inaccessible", "tag", "context"})
"""Of these, arguments from a context are refused where a query needs them."""


def load_supergraph(sdl: str) -> Supergraph:
    """Read a supergraph.

    Args:
        sdl: The composed schema, as a composition tool wrote it.

    Raises:
        SupergraphError: It is broken; the message says what and where.
    """
    try:
        document = parse(sdl)
        links = read_links(document)
        _refuse_unknown(links)
        schema = build_ast_schema(document)
        public = public_schema(document, links)
    except GraphQLError as error:
        raise SupergraphError(f"The supergraph is not a valid schema: {error}") from error
    except TypeError as error:
        raise SupergraphError(f"The supergraph is not a valid schema: {error}") from error
    if schema.query_type is None:
        raise SupergraphError("The supergraph has no query type.")
    subgraphs = _Loading(document, links, schema).subgraphs()
    return Supergraph(
        subgraphs=subgraphs,
        schema=schema,
        public=public,
        query=schema.query_type.name,
        mutation=schema.mutation_type.name if schema.mutation_type else None,
    )


def _refuse_unknown(links: Links) -> None:
    """A feature marked as needed for security or execution must be understood, says the link spec."""
    for spec, purpose in links.purposes.items():
        if spec not in UNDERSTOOD:
            raise SupergraphError(
                f"The supergraph needs the feature {spec} for {purpose.lower()}, which is not supported yet."
            )


@dataclass(frozen=True, slots=True)
class _Graph:
    """A value of `join__Graph`: its enum name, and what it stands for."""

    value: str
    name: str
    url: str


class _Loading:
    """Reads the join directives of one document."""

    def __init__(self, document: DocumentNode, links: Links, schema: GraphQLSchema) -> None:
        self._links = links
        self._schema = schema
        self._field_sets = FieldSets(schema)
        self._graphs = _graphs(document, links)
        self._definitions = [
            definition
            for definition in document.definitions
            if isinstance(definition, TypeDefinitionNode) and not links.is_machinery(definition.name.value)
        ]
        self._places = {definition.name.value: self._placed(definition) for definition in self._definitions}

    def subgraphs(self) -> dict[str, Subgraph]:
        """Every subgraph with the types that it knows, by name."""
        return {
            graph.name: Subgraph(graph.name, graph.url, self._types(graph)) for graph in self._graphs.values()
        }

    def _placed(self, definition: TypeDefinitionNode) -> dict[str, list[dict[str, Any]]]:
        """The applications of `@join__type` by graph value."""
        places: dict[str, list[dict[str, Any]]] = {}
        for arguments in applied(definition, self._links.directive("join", "type")):
            value = str(arguments.get("graph"))
            if value not in self._graphs:
                raise SupergraphError(f"{definition.name.value}: unknown graph {value} in @join__type.")
            places.setdefault(value, []).append(arguments)
        if not places:
            # Join v0.1 does not mark value types: every subgraph may have them.
            return {value: [{}] for value in self._graphs}
        return places

    def _types(self, graph: _Graph) -> dict[str, SubgraphType]:
        return {
            definition.name.value: self._type(definition, graph)
            for definition in self._definitions
            if graph.value in self._places[definition.name.value]
        }

    def _type(self, definition: TypeDefinitionNode, graph: _Graph) -> SubgraphType:
        name = definition.name.value
        places = self._places[name][graph.value]
        return SubgraphType(
            name=name,
            concrete=frozenset(self._concrete(definition, graph)),
            fields=dict(self._fields(definition, graph)),
            keys=tuple(
                Key(
                    text=str(place["key"]),
                    fields=self._field_sets.read(str(place["key"]), name),
                    resolvable=place.get("resolvable", True) is not False,
                )
                for place in places
                if place.get("key") is not None
            ),
            interface_object=any(place.get("isInterfaceObject") is True for place in places),
        )

    def _concrete(self, definition: TypeDefinitionNode, graph: _Graph) -> Iterator[str]:
        name = definition.name.value
        match definition:
            case ObjectTypeDefinitionNode():
                yield name
            case InterfaceTypeDefinitionNode():
                for other in self._definitions:
                    if isinstance(other, ObjectTypeDefinitionNode) and self._implements(other, name, graph):
                        yield other.name.value
            case UnionTypeDefinitionNode():
                yield from self._members(definition, graph)
            case _:
                return

    def _implements(self, definition: ObjectTypeDefinitionNode, interface: str, graph: _Graph) -> bool:
        if graph.value not in self._places[definition.name.value]:
            return False
        directive = self._links.directive("join", "implements")
        if is_applied(definition, directive):
            return any(
                each.get("graph") == graph.value and each.get("interface") == interface
                for each in applied(definition, directive)
            )
        return any(each.name.value == interface for each in definition.interfaces or ())

    def _members(self, definition: UnionTypeDefinitionNode, graph: _Graph) -> Iterator[str]:
        directive = self._links.directive("join", "unionMember")
        if is_applied(definition, directive):
            for each in applied(definition, directive):
                if each.get("graph") == graph.value:
                    yield str(each["member"])
            return
        # Before join v0.3 the members were not marked: all that the subgraph knows.
        for member in definition.types or ():
            if graph.value in self._places.get(member.name.value, {}):
                yield member.name.value

    def _fields(self, definition: TypeDefinitionNode, graph: _Graph) -> Iterator[tuple[str, SubgraphField]]:
        if not isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            return
        owners = [each.get("graph") for each in applied(definition, self._links.directive("join", "owner"))]
        for node in definition.fields or ():
            placements = list(applied(node, self._links.directive("join", "field")))
            for unknown in (each["graph"] for each in placements if each.get("graph") is not None):
                if unknown not in self._graphs:
                    raise SupergraphError(
                        f"{definition.name.value}.{node.name.value}: unknown graph {unknown} in @join__field."
                    )
            for placement in self._placements(placements, owners, graph):
                yield node.name.value, self._field(definition, node, placement)

    @staticmethod
    def _placements(
        written: list[dict[str, Any]], owners: list[object], graph: _Graph
    ) -> Iterator[dict[str, Any]]:
        """How a field stands in a subgraph; nothing if it does not."""
        here = [each for each in written if each.get("graph") == graph.value]
        if owners:
            # Join v0.1: the owner has what is not marked; others may know it by keys and provides.
            elsewhere = any(each.get("graph") is not None for each in written)
            mine = graph.value in owners and not elsewhere
            yield from here or ([{}] if mine else [{"external": True}])
        elif here or written:
            yield from here
        else:
            yield {}

    def _field(
        self, definition: TypeDefinitionNode, node: FieldDefinitionNode, placement: Mapping[str, Any]
    ) -> SubgraphField:
        owner = definition.name.value
        shape = placement.get("type") or print_ast(node.type)
        named = str(shape).strip("[]!")
        requires, provides = placement.get("requires"), placement.get("provides")
        return SubgraphField(
            name=node.name.value,
            type=named,
            shape=str(shape),
            # A field moved elsewhere is still readable where it is part of a key, as external ones are.
            external=placement.get("external") is True or _moved_away(placement),
            requires=self._field_sets.read(str(requires), owner) if requires else None,
            provides=self._field_sets.read(str(provides), self._named(named, node).name)
            if provides
            else None,
            refused=_refusal(placement),
        )

    def _named(self, name: str, node: FieldDefinitionNode) -> GraphQLNamedType:
        named = self._schema.get_type(name) or self._schema.get_type(_named_type(node.type))
        if named is None:
            raise SupergraphError(f"{node.name.value}: unknown type {name} in @join__field.")
        return named


def _moved_away(placement: Mapping[str, Any]) -> bool:
    return placement.get("usedOverridden") is True and placement.get("overrideLabel") is None


def _refusal(placement: Mapping[str, Any]) -> str | None:
    if placement.get("contextArguments"):
        return "it takes arguments from a @context, which is not supported yet"
    if placement.get("override") is not None and placement.get("overrideLabel") is not None:
        return "it is overridden progressively, and labels are never active yet"
    return None


def _named_type(node: TypeNode) -> str:
    while not isinstance(node, NamedTypeNode):
        node = node.type  # type: ignore[attr-defined]  # lists and non-null types wrap another
    return node.name.value


def _graphs(document: DocumentNode, links: Links) -> dict[str, _Graph]:
    name = links.directive("join", "Graph")
    for definition in document.definitions:
        if isinstance(definition, EnumTypeDefinitionNode) and definition.name.value == name:
            return {graph.value: graph for graph in _graph_values(definition, links)}
    raise SupergraphError(f"There is no enum {name}: this is not a supergraph of Apollo Federation.")


def _graph_values(definition: EnumTypeDefinitionNode, links: Links) -> Iterator[_Graph]:
    for value in definition.values or ():
        described = next(applied(value, links.directive("join", "graph")), None)
        if described is None:
            raise SupergraphError(f"{definition.name.value}.{value.name.value}: @join__graph is missing.")
        yield _Graph(value.name.value, str(described.get("name")), str(described.get("url") or ""))
