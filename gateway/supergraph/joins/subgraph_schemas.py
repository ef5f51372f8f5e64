"""Reads the join directives of a supergraph: for every subgraph, the schema as the subgraph sees it."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    print_ast,
)
from msgspec.structs import replace

from gateway.errors import SupergraphError
from gateway.supergraph.directives import Links, applied
from gateway.supergraph.joins.field_sets import FieldSets
from gateway.supergraph.joins.placements import Composite, Graph, Placement, Placements, line, read_graphs
from gateway.supergraph.model import ContextArgument, Key, Subgraph, SubgraphField, SubgraphType
from gateway.supergraph.selections import possible_types


class Joins:
    """The join directives of one document.

    Attributes:
        interface_objects: The interfaces that are an object type somewhere, each with its concrete types.
    """

    def __init__(self, document: DocumentNode, links: Links, schema: GraphQLSchema) -> None:
        self._links = links
        self._schema = schema
        self._graphs = read_graphs(document, links)
        self._marks_all = links.marks_value_types
        self._definitions = [
            definition
            for definition in document.definitions
            if isinstance(definition, TypeDefinitionNode)
            and not links.is_machinery_type(definition.name.value)
        ]
        self._placements = Placements(self._definitions, links, self._graphs)
        self._places = self._placements.types
        self.interface_objects = {
            name: possible_types(schema, schema.type_map[name])
            for name, places in self._places.items()
            if any(place.get("isInterfaceObject") is True for placed in places.values() for place in placed)
        }
        self._field_sets = FieldSets(schema, self.interface_objects)
        self._setters = self._read_setters()

    def subgraphs(self) -> dict[str, Subgraph]:
        """Return every subgraph with the types that it knows, by name.

        Raises:
            SupergraphError: A directive names something that does not exist.
        """
        return {
            graph.name: Subgraph(graph.name, graph.url, self._types(graph)) for graph in self._graphs.values()
        }

    def _read_setters(self) -> dict[str, list[TypeDefinitionNode]]:
        """Return the types that set each context; a context belongs to one subgraph."""
        setters: dict[str, list[TypeDefinitionNode]] = {}
        for definition in self._definitions:
            for arguments in applied(definition, self._links.directive("context")):
                setters.setdefault(str(arguments.get("name")), []).append(definition)
        return setters

    def _types(self, graph: Graph) -> dict[str, SubgraphType]:
        return {
            definition.name.value: self._type(definition, graph)
            for definition in self._placements.definitions[graph.value]
        }

    def _type(self, definition: TypeDefinitionNode, graph: Graph) -> SubgraphType:
        name = definition.name.value
        places = self._places[name][graph.value]
        interface_object_of = dict(self._interface_object_of(definition, graph))
        return SubgraphType(
            name=name,
            concrete=frozenset((*self._concrete(definition, graph), *interface_object_of)),
            fields=self._marked(definition, dict(self._fields(definition, graph)), graph),
            keys=tuple(
                Key(
                    text=str(place["key"]),
                    fields=self._field_sets.read(str(place["key"]), name),
                    resolvable=place.get("resolvable", True) is not False,
                )
                for place in places
                if place.get("key") is not None
            ),
            is_interface_object=self._is_interface_object(name, graph),
            interface_object_of=interface_object_of,
        )

    def _is_interface_object(self, name: str, graph: Graph) -> bool:
        places = self._places[name].get(graph.value, ())
        return any(place.get("isInterfaceObject") is True for place in places)

    def _interface_object_of(self, definition: TypeDefinitionNode, graph: Graph) -> Iterator[tuple[str, str]]:
        """Yield the concrete types that an interface object stands for where this type is selected."""
        name = definition.name.value
        if self._is_interface_object(name, graph):
            yield from ((concrete, name) for concrete in sorted(self.interface_objects[name]))
        elif isinstance(definition, InterfaceTypeDefinitionNode):
            for other in self._placements.definitions[graph.value]:
                if (
                    isinstance(other, InterfaceTypeDefinitionNode)
                    and self._is_interface_object(other.name.value, graph)
                    and self._implements(other, name, graph)
                ):
                    members = sorted(self.interface_objects[other.name.value])
                    yield from ((member, other.name.value) for member in members)

    def _concrete(self, definition: TypeDefinitionNode, graph: Graph) -> Iterator[str]:
        name = definition.name.value
        match definition:
            case ObjectTypeDefinitionNode():
                yield name
            case InterfaceTypeDefinitionNode():
                for other in self._placements.definitions[graph.value]:
                    if isinstance(other, ObjectTypeDefinitionNode) and self._implements(other, name, graph):
                        yield other.name.value
            case UnionTypeDefinitionNode():
                yield from self._members(definition, graph)
            case _:
                return

    def _implements(self, definition: Composite, interface: str, graph: Graph) -> bool:
        if graph.value not in self._places[definition.name.value]:
            return False
        written = self._placements.joined(definition, "implements", definition.name.value)
        if written:
            return any(
                implementation.get("graph") == graph.value and implementation.get("interface") == interface
                for implementation in written
            )
        return any(named.name.value == interface for named in definition.interfaces or ())

    def _members(self, definition: UnionTypeDefinitionNode, graph: Graph) -> Iterator[str]:
        name = definition.name.value
        written = self._placements.joined(definition, "unionMember", name)
        if written:
            for membership in written:
                if membership.get("member") not in self._places:
                    raise SupergraphError(
                        f"{name}: unknown member {membership.get('member')}{line(definition)}."
                    )
                if membership.get("graph") == graph.value:
                    yield str(membership["member"])
            return
        # Before join v0.3, members were not marked: the union has all that the subgraph knows.
        for member in definition.types or ():
            if graph.value in self._places.get(member.name.value, {}):
                yield member.name.value

    def _fields(self, definition: TypeDefinitionNode, graph: Graph) -> Iterator[tuple[str, SubgraphField]]:
        name = definition.name.value
        for node, placement in self._placements.fields(definition, graph.value):
            yield node.name.value, self._field(f"{name}.{node.name.value}", node, placement, graph)

    def _marked(
        self, definition: TypeDefinitionNode, fields: dict[str, SubgraphField], graph: Graph
    ) -> dict[str, SubgraphField]:
        """Return the fields with the external marks that a composition tool dropped.

        The fields that a field requires of its own type are external there. A tool may omit the mark if all
        subgraphs have the field; then only the requirement shows that it is external.
        """
        if not isinstance(definition, Composite) or all(field.requires is None for field in fields.values()):
            return fields
        concretes = possible_types(self._schema, self._schema.type_map[definition.name.value])
        interface_object = self._is_interface_object(definition.name.value, graph)
        unmarked = {
            node.name.value
            for node in definition.fields or ()
            if not self._placements.is_marked(node, f"{definition.name.value}.{node.name.value}")
        }
        dropped = {
            needed.name
            for field in fields.values()
            if field.requires is not None
            for concrete in concretes
            for needed in field.requires.of(concrete)
            if needed.name in unmarked and (needed.children is None or interface_object)
        }
        return {
            name: replace(field, external=True) if name in dropped else field
            for name, field in fields.items()
        }

    def _contexts(self, coordinate: str, placement: Placement, graph: Graph) -> Iterator[ContextArgument]:
        """Yield the arguments that ancestors set.

        Raises:
            SupergraphError: No type sets a context, or a type that sets it does not have the selected fields.
        """
        for argument in placement.get("contextArguments") or ():
            context, text = str(argument.get("context")), str(argument.get("selection"))
            if context not in self._setters:
                raise SupergraphError(f"{coordinate}: unknown context {context}.")
            yield ContextArgument(
                name=str(argument.get("name")),
                type=str(argument.get("type")),
                context=context,
                text=text,
                selections={
                    concrete: self._field_sets.read(text, concrete)
                    for setter in self._setters[context]
                    for concrete in (
                        *self._concrete(setter, graph),
                        *dict(self._interface_object_of(setter, graph)),
                    )
                },
            )

    def _field(
        self, coordinate: str, node: FieldDefinitionNode, placement: Placement, graph: Graph
    ) -> SubgraphField:
        owner = coordinate.split(".", 1)[0]
        shape = placement.get("type") or print_ast(node.type)
        named = str(shape).strip("[]!")
        if named not in self._schema.type_map:
            raise SupergraphError(f"{coordinate}: unknown type {named} in @join__field{line(node)}.")
        requires, provides = placement.get("requires"), placement.get("provides")
        return SubgraphField(
            name=node.name.value,
            type=named,
            shape=str(shape),
            # A field that was moved elsewhere is still readable as part of a key, like external fields.
            external=placement.get("external") is True or _moved_away(placement),
            requires=self._field_sets.read(str(requires), owner) if requires else None,
            provides=self._field_sets.read(str(provides), named) if provides else None,
            label=placement.get("overrideLabel"),
            takes_over=placement.get("override") is not None,
            contexts=tuple(self._contexts(coordinate, placement, graph)),
            arguments=frozenset(argument.name.value for argument in node.arguments or ()),
            # In Federation 1, a subgraph that extends an entity marks its key as external but can resolve it.
            key_only=self._marks_all and (placement.get("external") is True or _moved_away(placement)),
        )


def _moved_away(placement: Placement) -> bool:
    return placement.get("usedOverridden") is True and placement.get("overrideLabel") is None
