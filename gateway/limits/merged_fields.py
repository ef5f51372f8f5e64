"""Counts the fields of one response name in one selection, all of which validation compares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from graphql import FieldNode, FragmentDefinitionNode, SelectionSetNode

from gateway.limits.measures import selections_of


def most_merged(
    selections: Iterable[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> int:
    """Return the most fields with one response name in a merged selection.

    A field is visited wherever it is spread, so the number of fields must be bounded before, and there must
    be no cycle of fragments.

    Args:
        selections: Those of operations, and of fragments that nobody spreads.
        fragments: All fragments, by name.
    """
    most = 0
    pending: list[list[SelectionSetNode]] = [[each] for each in selections]
    while pending:
        by_name: defaultdict[str, list[FieldNode]] = defaultdict(list)
        for field in selections_of(pending.pop(), fragments):
            by_name[(field.alias or field.name).value].append(field)
        for fields in by_name.values():
            most = max(most, len(fields))
            if below := [each.selection_set for each in fields if each.selection_set]:
                pending.append(below)
    return most
