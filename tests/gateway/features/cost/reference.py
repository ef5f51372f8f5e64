"""The cost of an operation as the rules read: fragments expanded wherever they are, nothing remembered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    parse,
    value_from_ast_untyped,
)

from gateway.supergraph import Annotations, ListSize, Supergraph

Sized = tuple[tuple[tuple[str, ...], int], ...]


@dataclass(frozen=True)
class Reference:
    """Works out costs slowly."""

    supergraph: Supergraph
    document: DocumentNode
    variables: Mapping[str, Any]
    list_size: int

    @classmethod
    def cost(
        cls, supergraph: Supergraph, query: str, variables: Mapping[str, Any], list_size: int = 10
    ) -> int:
        """The estimated cost of the only operation of a document."""
        document = parse(query)
        one = cls(supergraph, document, variables, list_size)
        operation = next(
            definition
            for definition in document.definitions
            if isinstance(definition, OperationDefinitionNode)
        )
        root = supergraph.mutation if operation.operation.value == "mutation" else supergraph.query
        assert root is not None
        return 10 * (root == supergraph.mutation) + one.selections(root, [operation.selection_set], ())

    @property
    def annotations(self) -> Annotations:
        """What the directives say."""
        return self.supergraph.annotations

    def selections(self, concrete: str, sets: Iterable[SelectionSetNode], sized: Sized) -> int:
        """The cost of what is selected of an object of a concrete type."""
        collected: dict[str, list[FieldNode]] = {}
        for each in sets:
            for node in self._collected(concrete, each):
                collected.setdefault((node.alias or node.name).value, []).append(node)
        return sum(
            self._field(concrete, nodes, sized)
            for nodes in collected.values()
            if nodes[0].name.value != "__typename"
        )

    def _collected(self, concrete: str, selection_set: SelectionSetNode) -> Iterator[FieldNode]:
        for node in selection_set.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
                continue
            fragment: Any = node if isinstance(node, InlineFragmentNode) else self._fragment(node)
            condition = fragment.type_condition
            if condition is None or concrete in self._possible(condition.name.value):
                yield from self._collected(concrete, fragment.selection_set)

    def _fragment(self, spread: Any) -> FragmentDefinitionNode:
        return next(
            definition
            for definition in self.document.definitions
            if isinstance(definition, FragmentDefinitionNode) and definition.name.value == spread.name.value
        )

    def _included(self, node: Any) -> bool:
        for directive in node.directives or ():
            value = value_from_ast_untyped(directive.arguments[0].value, dict(self.variables))
            if value is (directive.name.value == "skip"):
                return False
        return True

    def _possible(self, name: str) -> list[str]:
        named: Any = self.supergraph.public.type_map[name]
        if not is_abstract_type(named):
            return [name]
        return [each.name for each in self.supergraph.public.get_possible_types(named)]

    def _field(self, owner: str, nodes: list[FieldNode], sized: Sized) -> int:
        node = nodes[0]
        name = node.name.value
        holder: Any = self.supergraph.public.type_map[owner]
        definition: GraphQLField = holder.fields[name]
        weight = self._said(self.annotations.cost, holder, f".{name}")
        size = self._said(self.annotations.list_size, holder, f".{name}")
        given = {
            argument.name.value: value_from_ast_untyped(argument.value, dict(self.variables))
            for argument in node.arguments or ()
            if not isinstance(argument.value, VariableNode) or argument.value.name.value in self.variables
        }
        length = None if size is None else _length(size, definition, given)
        upstream = [each for path, each in sized if path == (name,)]
        below: Sized = tuple((path[1:], each) for path, each in sized if path[0] == name and len(path) > 1)
        if size is not None and length is not None:
            below = tuple((tuple(path.split(".")), length) for path in size.sized) + below
        own = length if size is not None and not size.sized else None
        number = 1
        dimensions = _dimensions(definition)
        if dimensions:
            chosen = upstream[0] if upstream else own
            number = (self.list_size if chosen is None else chosen) * self.list_size ** (dimensions - 1)
        sets = [each.selection_set for each in nodes if each.selection_set is not None]
        named = get_named_type(definition.type)
        if is_leaf_type(named):
            one = self._weight(named.name) if weight is None else weight
        else:
            one = max(
                (self._weight(concrete) if weight is None else weight)
                + self.selections(concrete, sets, below)
                for concrete in self._possible(named.name)
            )
        arguments = sum(
            self._input(
                value,
                definition.args[argument].type,
                self._said(self.annotations.cost, holder, f".{name}({argument}:)"),
            )
            for argument, value in given.items()
        )
        return arguments + number * one

    def _said(self, where: Mapping[str, Any], holder: Any, member: str) -> Any:
        at = [each.name + member for each in (holder, *holder.interfaces)]
        return next((where[each] for each in at if each in where), None)

    def _weight(self, name: str) -> int:
        leaf = is_leaf_type(self.supergraph.public.type_map[name])
        return self.annotations.cost.get(name, 0 if leaf else 1)

    def _input(self, value: Any, type_: Any, weight: int | None) -> int:
        if value is None:
            return 0
        if isinstance(value, list) and value:
            return sum(self._input(each, get_nullable_type(type_).of_type, weight) for each in value)
        named: Any = get_named_type(type_)
        if not isinstance(value, dict):
            return self._weight(named.name) if weight is None else weight
        own = self._weight(named.name) if weight is None else weight
        return own + sum(
            self._input(each, named.fields[key].type, self.annotations.cost.get(f"{named.name}.{key}"))
            for key, each in value.items()
        )


def _dimensions(definition: GraphQLField) -> int:
    return str(definition.type).count("[")


def _length(size: ListSize, definition: GraphQLField, given: Mapping[str, Any]) -> int | None:
    """The largest of the slicing arguments, by what the document writes and the defaults of the schema."""
    found: list[int] = []
    for path in size.slicing:
        name, *rest = path.split(".")
        default = definition.args[name].ast_node.default_value  # type: ignore[union-attr]
        value: Any = given.get(name) if name in given or default is None else value_from_ast_untyped(default)
        for part in rest:
            value = None if value is None else value.get(part)
        if isinstance(value, list):
            value = len(value)
        if isinstance(value, int) and value >= 0:
            found.append(max(1, value))
    return max(found) if found else size.assumed
