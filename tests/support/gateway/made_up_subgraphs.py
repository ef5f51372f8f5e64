"""Subgraphs of any supergraph, in memory, that make up what they are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLWrappingType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    parse,
)

from gateway.transport import MemoryTransport, SubgraphOperation

LEAVES: Mapping[str, object] = {"Int": 1, "Float": 1.5, "Boolean": True}


@dataclass(slots=True)
class MadeUpSubgraphs:
    """All subgraphs of a supergraph.

    Attributes:
        items: The items of every list.
        schema: All types of the supergraph, which are known once it is loaded.
    """

    items: int = 1
    schema: GraphQLSchema = field(init=False)

    def transport(self) -> MemoryTransport:
        """Return the transport of one of them."""
        return MemoryTransport(self.prepare)

    def prepare(self, document: str, _operation_name: str | None) -> SubgraphOperation:
        """Parse an operation."""
        operation = next(
            definition
            for definition in parse(document).definitions
            if isinstance(definition, OperationDefinitionNode)
        )
        root = self.schema.get_root_type(operation.operation)
        assert root is not None

        async def call(
            variables: Mapping[str, Any], _headers: Mapping[str, str], _session: object
        ) -> dict[str, Any]:
            return {"data": self.made_up(operation.selection_set, root.name, variables)}

        return call

    def made_up(
        self, selections: SelectionSetNode, concrete: str, variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return an object of a type."""
        made: dict[str, Any] = {}
        for node in selections.selections:
            if isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                if condition is None or self._applies(concrete, condition.name.value):
                    _merge(made, self.made_up(node.selection_set, concrete, variables))
            elif isinstance(node, FieldNode):
                key = (node.alias or node.name).value
                _merge(made, {key: self._field(node, concrete, variables)})
        return made

    def _applies(self, concrete: str, condition: str) -> bool:
        known, wanted = self.schema.type_map[concrete], self.schema.type_map[condition]
        return known is wanted or (
            is_abstract_type(wanted)
            and isinstance(known, GraphQLObjectType)
            and self.schema.is_sub_type(wanted, known)
        )

    def _field(self, node: FieldNode, concrete: str, variables: Mapping[str, Any]) -> Any:
        name = node.name.value
        if name == "__typename":
            return concrete
        if name == "_entities" and node.selection_set is not None:
            given: Sequence[Any] = variables[node.arguments[0].value.name.value]  # type: ignore[index, union-attr]
            return [self.made_up(node.selection_set, variable["__typename"], variables) for variable in given]
        owner = self.schema.type_map[concrete]
        assert isinstance(owner, GraphQLObjectType | GraphQLInterfaceType)
        return self._value(owner.fields[name].type, node, variables)

    def _value(self, output: GraphQLOutputType, node: FieldNode, variables: Mapping[str, Any]) -> Any:
        if is_list_type(output):
            return [self._value(output.of_type, node, variables)] * self.items
        if isinstance(output, GraphQLWrappingType):
            return self._value(output.of_type, node, variables)
        named: GraphQLNamedType = get_named_type(output)
        if isinstance(named, GraphQLEnumType):
            return next(iter(named.values))
        if is_leaf_type(named) or node.selection_set is None:
            return LEAVES.get(named.name, "x")
        concrete = self.schema.get_possible_types(named)[0].name if is_abstract_type(named) else named.name
        return self.made_up(node.selection_set, concrete, variables)


def _merge(made: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Put fields together that are selected several times."""
    for key, value in more.items():
        known = made.get(key)
        if isinstance(known, list) and isinstance(value, list):
            for one, other in zip(known, value, strict=True):
                if isinstance(one, dict):
                    _merge(one, other)
        elif isinstance(known, dict) and isinstance(value, dict):
            _merge(known, value)
        else:
            made[key] = value
