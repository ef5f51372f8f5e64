"""Answers introspection from the public schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values
from graphql.language.ast import QUERY_DOCUMENT_KEYS

IN_PARTS: Final = frozenset({"defer", "stream"})
"""The directives that do nothing here: the answer is known at once."""


def introspection_document(
    document: DocumentNode, operation: OperationDefinitionNode, fields: Sequence[FieldNode]
) -> DocumentNode | None:
    """Return a document with the introspection fields of an operation; None if it has none.

    It is a copy without locations: through these, nodes refer to all tokens of their document.

    Args:
        document: The document, whose fragments the fields may use.
        operation: The operation, whose variables the fields may use.
        fields: `__schema` and `__type` at the root of the operation.
    """
    if not fields:
        return None
    introspection = OperationDefinitionNode(
        operation=OperationType.QUERY,
        variable_definitions=operation.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(fields)),
    )
    fragments = _spread_below(fields, document)
    return DocumentNode(definitions=tuple(map(_copied, (introspection, *fragments))))


def _spread_below(fields: Sequence[FieldNode], document: DocumentNode) -> tuple[FragmentDefinitionNode, ...]:
    """Return the fragments that are spread below some fields, in the document's order."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    spread: set[str] = set()
    pending: list[Any] = [field.selection_set for field in fields]
    while pending:
        selection_set = pending.pop()
        for node in () if selection_set is None else selection_set.selections:
            name = node.name.value if isinstance(node, FragmentSpreadNode) else None
            if name is None:
                pending.append(node.selection_set)
            elif name not in spread:
                spread.add(name)
                pending.append(fragments[name].selection_set)
    return tuple(fragment for name, fragment in fragments.items() if name in spread)


def _copied(node: Any) -> Any:
    """Copy a node, or some nodes, without locations, `@defer` and `@stream`."""
    if isinstance(node, tuple):
        return tuple(_copied(item) for item in node if not _is_for_parts(item))
    if isinstance(node, NameNode):  # half of all nodes
        return NameNode(value=node.value)
    keys = QUERY_DOCUMENT_KEYS.get(node.kind, ())
    parts = {key: _copied(part) for key in keys if (part := getattr(node, key))}
    return replace(node, loc=None, **parts)


def _is_for_parts(node: object) -> bool:
    return isinstance(node, DirectiveNode) and node.name.value in IN_PARTS


def introspect(public: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Answer introspection.

    Its types are concrete and its resolvers return at once, so each selection is read once, however many
    values it is read of. graphql-core's executor, which the tests compare, takes several times as long.

    Args:
        public: The public schema.
        document: The document of `introspection_document`, which has passed validation.
        variables: The client's variables, coerced.
    """
    (operation,) = (
        definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)
    )
    coerced = get_variable_values(public, operation.variable_definitions or (), dict(variables))
    if not isinstance(coerced, VariableValues) or public.query_type is None:
        raise AssertionError("the variables of a valid document have been coerced before")
    fragments = {
        definition.name.value: FragmentDetails(definition)
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    root = FieldDetails(FieldNode(name=NameNode(value="query"), selection_set=operation.selection_set), None)
    introspected = _Introspected(public, operation, fragments, coerced)
    return introspected.values(introspected.selection(public.query_type, [root]), None)


class _Field(NamedTuple):
    """A selected field of a type of introspection.

    Attributes:
        key: Its response key.
        resolve: Returns its value, of what the field is selected on.
        arguments: Its arguments, coerced.
        names: Returns the name of an enum's value; None for other types.
        below: What is selected below; None for a leaf.
        is_list: Whether it is a list.
    """

    key: str
    resolve: Callable[..., Any]
    arguments: dict[str, Any]
    names: Callable[[Any], Any] | None
    below: _Selection | None
    is_list: bool

    @property
    def is_plain(self) -> bool:
        """Whether it is a leaf whose value is taken as its resolver returns it, without arguments."""
        return self.below is None and self.names is None and not self.arguments


class _Selection(NamedTuple):
    """What is selected of a type of introspection.

    Attributes:
        keys: The response keys in their order.
        leaves: The keys and resolvers of plain fields, which most are.
        others: The other fields.
    """

    keys: dict[str, Any]
    leaves: list[tuple[str, Callable[..., Any]]]
    others: list[_Field]


@dataclass(slots=True)
class _Introspected:
    """Reads the selections of one document, and the values that they select.

    It stands for the resolvers' `info` as well, of which they read the schema.
    """

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    variables: VariableValues
    _selections: dict[tuple[object, ...], _Selection] = field(default_factory=dict)
    _of_types: dict[tuple[int, str], dict[str, Any]] = field(default_factory=dict)

    def selection(self, of_type: GraphQLObjectType, details: list[FieldDetails]) -> _Selection:
        """Return what is selected below some fields of a type.

        What a fragment selects is read once, however many paths lead to it.
        """
        key = (of_type.name, *(id(detail.node) for detail in details))
        known = self._selections.get(key)
        if known is None:
            collected = collect_subfields(
                self.schema, self.fragments, self.variables, self.operation, of_type, details
            )
            grouped = collected.grouped_field_set.items()
            fields = [self._field(of_type, name, below) for name, below in grouped]
            known = self._selections[key] = _Selection(
                dict.fromkeys(collected.grouped_field_set),
                [(one.key, one.resolve) for one in fields if one.is_plain],
                [one for one in fields if not one.is_plain],
            )
        return known

    def _field(self, of_type: GraphQLObjectType, key: str, details: list[FieldDetails]) -> _Field:
        node = details[0].node
        if node.name.value == "__typename":
            return _Field(key, lambda *_: of_type.name, {}, None, None, is_list=False)
        definition = self.schema.get_field(of_type, node.name.value)
        if definition is None or definition.resolve is None:
            raise AssertionError(f"{of_type.name}.{node.name.value} is a field of introspection")
        named = get_named_type(definition.type)
        below = self.selection(named, details) if isinstance(named, GraphQLObjectType) else None
        return _Field(
            key,
            definition.resolve,
            get_argument_values(definition, node, self.variables),
            named.coerce_output_value if isinstance(named, GraphQLEnumType) else None,
            below,
            is_list_type(get_nullable_type(definition.type)),
        )

    def values(self, selection: _Selection, source: Any) -> dict[str, Any]:
        """Return the selected fields of a value by response key."""
        answer = selection.keys.copy()
        for key, resolve in selection.leaves:
            answer[key] = resolve(source, self)
        for key, resolve, arguments, names, below, is_list in selection.others:
            value = resolve(source, self, **arguments)
            if value is None:
                pass
            elif below is not None:
                of = self._of_type if isinstance(value, GraphQLType) else self.values
                value = [self.values(below, item) for item in value] if is_list else of(below, value)
            elif names is not None:
                value = [names(item) for item in value] if is_list else names(value)
            answer[key] = value
        return answer

    def _of_type(self, selection: _Selection, of_type: GraphQLType) -> dict[str, Any]:
        """Return the selected fields of a type, which are read once: many fields have equal types."""
        key = id(selection), str(of_type)
        answer = self._of_types.get(key)
        if answer is None:
            answer = self._of_types[key] = self.values(selection, of_type)
        return answer
