"""Limits on documents, on the fields that validation compares, and on the values of variables.

`measures.py` measures each fragment once, and computes from that what it adds wherever it is spread. Only
once the number of fields is known to be bounded does `MergedFields` look at selections with fragments in
place, as validation and planning do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from gateway.errors import InvalidDocument
from gateway.pipeline.limits.measures import Measures, measure, selections_of
from gateway.settings.limits import DocumentLimits, counted_limits


def check_document(document: DocumentNode, limits: DocumentLimits) -> Measures:
    """Refuse a document that exceeds a limit, or whose fragments form a cycle; return its measures.

    Raises:
        InvalidDocument: A limit is exceeded (the code names it), or fragments form a cycle.
    """
    fragments = sum(isinstance(definition, FragmentDefinitionNode) for definition in document.definitions)
    _at_most(limits, "fragments", fragments)
    measures = measure(document)
    if measures.cycle is not None:
        message = f"Cannot spread fragment '{measures.cycle}' within itself."
        raise InvalidDocument([{"message": message}], "GRAPHQL_VALIDATION_FAILED")
    for name in _MEASURED:
        _at_most(limits, name, getattr(measures, name))
    _at_most(limits, "merged_fields", most_merged(document, measures))
    return measures


_COUNTED: Final = counted_limits()
_MEASURED: Final = tuple(field.name for field in fields(Measures) if field.name in _COUNTED)


def _at_most(limits: DocumentLimits, name: str, count: int) -> None:
    limit: int = getattr(limits, name)
    if count > limit:
        counted = _COUNTED[name]
        message = f"The document has more than {limit} {counted.what}, with fragments in place."
        raise InvalidDocument([{"message": message}], counted.code)


def most_merged(document: DocumentNode, measures: Measures) -> int:
    """Return the most fields with one response name in a merged selection.

    A field is visited wherever it is spread, so the number of fields must already be known to be bounded, and
    fragments must not form a cycle. Fragments that are never spread are treated like operations.
    """
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    most = 0
    pending: list[list[SelectionSetNode]] = [
        [definition.selection_set]
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
        or (isinstance(definition, FragmentDefinitionNode) and definition.name.value not in measures.spread)
    ]
    while pending:
        by_name: defaultdict[str, list[FieldNode]] = defaultdict(list)
        for field in selections_of(pending.pop(), fragments):
            by_name[(field.alias or field.name).value].append(field)
        for same in by_name.values():
            most = max(most, len(same))
            if below := [field.selection_set for field in same if field.selection_set]:
                pending.append(below)
    return most


def check_variables(variables: Mapping[str, Any], most: int) -> None:
    """Refuse variables with too many values, including items of lists and fields of objects.

    Raises:
        InvalidDocument: The variables have more than `most` values.
    """
    count = 0
    pending: list[Any] = [variables]
    while pending:
        container = pending.pop()
        count += len(container)
        if count > most:
            message = f"The variables have more than {most} values, those in lists and objects included."
            raise InvalidDocument([{"message": message}], "TOO_MANY_VARIABLE_VALUES")
        below = container.values() if isinstance(container, Mapping) else container
        pending += [value for value in below if isinstance(value, dict | list)]
