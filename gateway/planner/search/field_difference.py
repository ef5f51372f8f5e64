"""The difference of a field and what remains of it: the part that is fetched."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.supergraph import Field, Group, Selections


def with_groups(field: Field, groups: Iterable[Group]) -> Field:
    """Return the field with other selections below it."""
    return field.with_children(Selections(tuple(groups)))


def without(field: Field, remaining: Field) -> Field:
    """Return a field without the parts that remain for other paths."""
    if field.children is None or remaining.children is None:
        raise AssertionError("a leaf is resolved or remains as a whole")
    groups = []
    for group in field.children.groups:
        for concrete in sorted(group.types):
            rest = {_identity(each): each for each in remaining.children.of(concrete)}
            kept = []
            for each in group.fields:
                out = rest.get(_identity(each))
                if out is None:
                    kept.append(each)
                elif each.children is not None and each.leaves > out.leaves:
                    kept.append(without(each, out))
            groups.append(Group(frozenset({concrete}), tuple(kept)))
    return with_groups(field, groups)


def _identity(field: Field) -> tuple[str | None, str, str]:
    return field.response, field.name, field.arguments
