"""Determines what a document introspects, and whether it is the query of the usual tools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from gateway.errors import InvalidDocument
from gateway.pipeline.limits.measures import selections_of

EXECUTABLE: Final = (OperationDefinitionNode, FragmentDefinitionNode)
INTROSPECTION_FIELDS: Final = frozenset({"__schema", "__type"})

_TEXTS: Final = dict.fromkeys(("name", "description", "isDeprecated", "deprecationReason", "kind"))
_INPUT: Final = {**_TEXTS, "type": "reference", "defaultValue": None}
USUAL: Final[Mapping[str, Mapping[str, str | None]]] = {
    "root": {"__schema": "schema", "__typename": None},
    "schema": {
        "description": None,
        "queryType": "reference",
        "mutationType": "reference",
        "subscriptionType": "reference",
        "types": "type",
        "directives": "directive",
    },
    "type": {
        **_TEXTS,
        "specifiedByURL": None,
        "isOneOf": None,
        "fields": "field",
        "inputFields": "input",
        "interfaces": "reference",
        "enumValues": "text",
        "possibleTypes": "reference",
    },
    "field": {**_TEXTS, "args": "input", "type": "reference"},
    "input": _INPUT,
    "text": _TEXTS,
    "directive": {**_TEXTS, "isRepeatable": None, "locations": None, "args": "input"},
    "reference": {"kind": None, "name": None, "ofType": "reference"},
}
"""The selections of the usual introspection query with all its options, by position."""


def introspects(document: DocumentNode) -> bool:
    """Return whether a document selects `__schema` or `__type` anywhere."""
    pending = [
        definition.selection_set for definition in document.definitions if isinstance(definition, EXECUTABLE)
    ]
    while pending:
        for node in pending.pop().selections:
            if isinstance(node, FieldNode) and node.name.value in INTROSPECTION_FIELDS:
                return True
            below = getattr(node, "selection_set", None)
            if below is not None:
                pending.append(below)
    return False


def is_usual_introspection(document: DocumentNode, operation: OperationDefinitionNode) -> bool:
    """Return whether an operation selects nothing but what the usual tools select to load a schema.

    The tools' queries differ in options and in how deeply they unwrap types, so the selections are compared,
    not the text: any part of the whole query is accepted, without aliases and variables.

    Args:
        document: The document, valid and without cycles of fragments.
        operation: One of its operations.
    """
    fragments = {
        definition.name.value: definition.selection_set
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    if operation.operation is not OperationType.QUERY or operation.variable_definitions:
        return False
    checked: set[tuple[str, str]] = set()
    pending: list[tuple[str, SelectionSetNode]] = [("root", operation.selection_set)]
    while pending:
        place, selections = pending.pop()
        for node in _fields(place, selections, fragments, checked):
            if node.name.value not in USUAL[place] or not _is_plain(node):
                return False
            below = USUAL[place][node.name.value]
            if below is not None and node.selection_set is not None:
                pending.append((below, node.selection_set))
    return True


def only_introspects(operation: OperationDefinitionNode, document: DocumentNode) -> bool:
    """Return whether an operation selects nothing but `__schema`, `__type` and `__typename` at its root."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    return all(
        field.name.value in INTROSPECTION_FIELDS or field.name.value == "__typename"
        for field in selections_of([operation.selection_set], fragments)
    )


def introspection_refused() -> InvalidDocument:
    """Return the error for a client that may not introspect."""
    message = "Introspection is switched off: the schema is published elsewhere."
    return InvalidDocument([{"message": message}], "INTROSPECTION_DISABLED")


def unusual_introspection_refused() -> InvalidDocument:
    """Return the error for introspection other than that of the usual tools."""
    message = "Only the introspection query of the usual tools is answered, without aliases and variables."
    return InvalidDocument([{"message": message}], "INTROSPECTION_NOT_KNOWN")


def introspection_too_large(limit: int) -> InvalidDocument:
    """Return the error for introspection whose response would be too long."""
    message = f"The response to this introspection would be longer than {limit} bytes."
    return InvalidDocument([{"message": message}], "INTROSPECTION_TOO_LARGE")


def _fields(
    place: str,
    selections: SelectionSetNode,
    fragments: Mapping[str, SelectionSetNode],
    checked: set[tuple[str, str]],
) -> Iterator[FieldNode]:
    """Yield the fields at a position; the fields of a fragment once per position."""
    pending = [selections]
    while pending:
        for node in pending.pop().selections:
            if isinstance(node, FieldNode):
                yield node
            elif not isinstance(node, FragmentSpreadNode):
                pending.append(node.selection_set)  # type: ignore[attr-defined]
            elif (node.name.value, place) not in checked:
                checked.add((node.name.value, place))
                pending.append(fragments[node.name.value])


def _is_plain(node: FieldNode) -> bool:
    """Return whether a field is selected under its own name; `includeDeprecated` may be a literal."""
    return (
        (node.alias is None or node.alias.value == node.name.value)
        and not node.directives
        and all(isinstance(argument.value, BooleanValueNode) for argument in node.arguments or ())
    )
