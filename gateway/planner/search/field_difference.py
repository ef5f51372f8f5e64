"""Parts of a field: what remains of it when some of what is wanted below is taken away."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.supergraph import Field, Group, Selections


def with_groups(field: Field, groups: Iterable[Group]) -> Field:
    """The same field with other selections below it."""
    return field.with_children(Selections(tuple(groups)))


def without(field: Field, remaining: Field) -> Field:
    """A field without the parts that are left for other ways."""
    if field.children is None or remaining.children is None:
        raise AssertionError("a leaf is covered or left as a whole")
    groups = []
    for group in field.children.groups:
        for concrete in sorted(group.types):
            rest = {
                (each.response, each.name, each.arguments): each for each in remaining.children.of(concrete)
            }
            kept = []
            for each in group.fields:
                out = rest.get((each.response, each.name, each.arguments))
                if out is None:
                    kept.append(each)
                elif each.children is not None and _has_more(each, out):
                    kept.append(without(each, out))
            groups.append(Group(frozenset({concrete}), tuple(kept)))
    return with_groups(field, groups)


def _has_more(field: Field, remaining: Field) -> bool:
    return field.leaves > remaining.leaves
