"""Limits on documents, on the fields that validation compares, and on the values of variables.

`measures.py` measures each fragment once, and computes from that what it adds wherever it is spread. Only
once the number of fields is known to be bounded does `MergedFields` look at selections with fragments in
place, as validation and planning do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
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
from gateway.settings.limits import DocumentLimits

DOCUMENT_TOO_DEEP: Final = "DOCUMENT_TOO_DEEP"


def check_document(document: DocumentNode, limits: DocumentLimits) -> Measures:
    """Refuse a document that exceeds a limit, or whose fragments form a cycle; return its measures.

    Raises:
        InvalidDocument: A limit is exceeded (the code names it), or fragments form a cycle.
    """
    fragments = sum(isinstance(definition, FragmentDefinitionNode) for definition in document.definitions)
    _at_most(limits.fragments, fragments, "fragments", "TOO_MANY_FRAGMENTS")
    measures = measure(document)
    if measures.cycle is not None:
        message = f"Cannot spread fragment '{measures.cycle}' within itself."
        raise InvalidDocument([{"message": message}], "GRAPHQL_VALIDATION_FAILED")
    for limit, measured, what, code in _LIMITS:
        _at_most(limit(limits), measured(measures), what, code)
    merged = most_merged(document, measures)
    _at_most(limits.merged_fields, merged, "fields with one response name", "TOO_MANY_MERGED_FIELDS")
    return measures


_LIMITS: Final[tuple[tuple[Callable[[DocumentLimits], int], Callable[[Measures], int], str, str], ...]] = (
    (
        lambda limits: limits.fragment_depth,
        lambda measures: measures.fragment_depth,
        "fragments in a row",
        "FRAGMENTS_TOO_DEEP",
    ),
    (lambda limits: limits.depth, lambda measures: measures.depth, "levels", DOCUMENT_TOO_DEEP),
    (lambda limits: limits.fields, lambda measures: measures.fields, "fields", "TOO_MANY_FIELDS"),
    (
        lambda limits: limits.root_fields,
        lambda measures: measures.root_fields,
        "root fields",
        "TOO_MANY_ROOT_FIELDS",
    ),
    (lambda limits: limits.aliases, lambda measures: measures.aliases, "aliases", "TOO_MANY_ALIASES"),
    (
        lambda limits: limits.directives,
        lambda measures: measures.directives,
        "directives",
        "TOO_MANY_DIRECTIVES",
    ),
    (
        lambda limits: limits.conditions,
        lambda measures: measures.conditions,
        "variables in @skip, @include, @defer and @stream",
        "TOO_MANY_CONDITIONS",
    ),
    (
        lambda limits: limits.literal_values,
        lambda measures: measures.literal_values,
        "literal values",
        "TOO_MANY_LITERALS",
    ),
    (
        lambda limits: limits.value_depth,
        lambda measures: measures.value_depth,
        "levels of lists and objects in a value or type",
        "VALUES_TOO_DEEP",
    ),
    (
        lambda limits: limits.operations,
        lambda measures: measures.operations,
        "operations",
        "TOO_MANY_OPERATIONS",
    ),
    (lambda limits: limits.variables, lambda measures: measures.variables, "variables", "TOO_MANY_VARIABLES"),
)


def _at_most(limit: int, count: int, what: str, code: str) -> None:
    if count > limit:
        message = f"The document has more than {limit} {what}, with fragments in place."
        raise InvalidDocument([{"message": message}], code)


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
        for fields in by_name.values():
            most = max(most, len(fields))
            if below := [field.selection_set for field in fields if field.selection_set]:
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
