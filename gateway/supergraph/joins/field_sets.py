"""Field sets: the selections written in keys, `@requires` and `@provides`."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    parse,
)

from gateway.errors import SupergraphError
from gateway.supergraph.normalizer import Normalizer
from gateway.supergraph.selections import Selections, possible_types
from gateway.supergraph.typed import typed


class FieldSets:
    """Parses field sets over the full schema, each text once, so that equal ones are the same object."""

    def __init__(self, schema: GraphQLSchema, interface_objects: Mapping[str, frozenset[str]]) -> None:
        self._schema = schema
        self._interface_objects = interface_objects
        self._read: dict[tuple[str, str], Selections] = {}

    def read(self, text: str, owner: str) -> Selections:
        """Return the field set in normal form.

        Args:
            text: The field set as written in the directive.
            owner: The type that it selects from.

        Raises:
            SupergraphError: It does not parse, or selects something that does not exist.
        """
        known = self._read.get((text, owner))
        if known is None:
            known = self._read[text, owner] = self._normalized(text, owner)
        return known

    def _normalized(self, text: str, owner: str) -> Selections:
        named = self._schema.get_type(owner)
        if named is None:
            raise SupergraphError(f'The field set "{text}" is on an unknown type {owner}.')
        try:
            definition = parse(
                text if text.lstrip().startswith("{") else f"{{{text}}}", no_location=True
            ).definitions[0]
        except GraphQLError as error:
            raise SupergraphError(
                f'{owner}: the field set "{text}" does not parse: {error.message}'
            ) from error
        if not isinstance(definition, OperationDefinitionNode):
            raise SupergraphError(f'{owner}: "{text}" is not a field set.')
        self._check(text, named, definition.selection_set)
        plain = Normalizer(self._schema).normalize(
            possible_types(self._schema, named), [definition.selection_set]
        )
        return typed(plain, self._interface_objects, self._schema)

    def _check(self, text: str, owner: GraphQLNamedType, selection_set: SelectionSetNode) -> None:
        for selection in selection_set.selections:
            match selection:
                case InlineFragmentNode():
                    condition = selection.type_condition
                    named = owner if condition is None else self._schema.get_type(condition.name.value)
                    if named is None:
                        raise SupergraphError(f'{owner.name}: unknown type in the field set "{text}".')
                    self._check(text, named, selection.selection_set)
                case FieldNode():
                    self._check_field(text, owner, selection)
                case FragmentSpreadNode():
                    raise SupergraphError(f'{owner.name}: a fragment spread in the field set "{text}".')

    def _check_field(self, text: str, owner: GraphQLNamedType, node: FieldNode) -> None:
        name = node.name.value
        if name == "__typename":
            return
        fields = owner.fields if isinstance(owner, GraphQLObjectType | GraphQLInterfaceType) else {}
        if name not in fields:
            raise SupergraphError(f'{owner.name} has no field {name}, which the field set "{text}" selects.')
        if node.selection_set is not None:
            self._check(text, get_named_type(fields[name].type), node.selection_set)
