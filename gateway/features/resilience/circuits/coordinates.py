"""Determines what a fetch asks its subgraph for: root fields or entity types."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from gateway.plan import Entities, Fetch, RootFields


def coordinates(fetch: Fetch) -> frozenset[str]:
    """Return the coordinates of the root fields, such as `Query.user`, or the names of the entity types."""
    if not isinstance(fetch.returns, RootFields):
        return frozenset().union(*map(entity_types, fetch.returns))
    document = parse(fetch.document, no_location=True)
    return frozenset(
        f"{operation.operation.value.capitalize()}.{name}"
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
        for name in _names(document, operation.selection_set)
    )


def entity_types(entities: Entities) -> frozenset[str]:
    """Return the names of the types of a list of entities."""
    return frozenset(entities.sent_as.get(concrete, concrete) for concrete in entities.representations)


def _names(document: DocumentNode, selections: SelectionSetNode) -> Iterator[str]:
    """Yield the names of fields, including those in fragments; a name may occur several times."""
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            if not selection.name.value.startswith("__"):
                yield selection.name.value
        elif isinstance(selection, FragmentSpreadNode):
            for each in document.definitions:
                if isinstance(each, FragmentDefinitionNode) and each.name.value == selection.name.value:
                    yield from _names(document, each.selection_set)
        else:
            yield from _names(document, selection.selection_set)  # type: ignore[attr-defined]
