"""Counts the fields with the same response name in one selection, all of which validation compares."""

from __future__ import annotations

from collections import defaultdict

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from gateway.limits.measures import Measures, selections_of


def most_merged(document: DocumentNode, measures: Measures) -> int:
    """Return the most fields with one response name in a merged selection.

    A field is visited wherever it is spread, so the number of fields must already be known to be bounded, and
    fragments must not form a cycle. Fragments that are never spread are treated like operations.
    """
    fragments = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    most = 0
    pending: list[list[SelectionSetNode]] = [
        [each.selection_set]
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
        or (isinstance(each, FragmentDefinitionNode) and each.name.value not in measures.spread)
    ]
    while pending:
        by_name: defaultdict[str, list[FieldNode]] = defaultdict(list)
        for field in selections_of(pending.pop(), fragments):
            by_name[(field.alias or field.name).value].append(field)
        for fields in by_name.values():
            most = max(most, len(fields))
            if below := [each.selection_set for each in fields if each.selection_set]:
                pending.append(below)
    return most
