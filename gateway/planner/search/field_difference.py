"""The difference between a field and what remains of it: the part that is fetched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.planner.budget import Work
from gateway.supergraph import Field, Group, Selections


def with_groups(field: Field, groups: Iterable[Group]) -> Field:
    """Return the field with other selections below it."""
    return field.with_children(Selections(tuple(groups)))


@dataclass(slots=True)
class Differences:
    """Computes differences, each once: otherwise fields that types share would be visited for each type.

    Attributes:
        work: The budget that is left.
    """

    work: Work
    _differences: dict[tuple[Field, Field], Field] = field(default_factory=dict)

    def without(self, whole: Field, remaining: Field) -> Field:
        """Return a field without the parts that remain for other paths.

        Raises:
            BudgetExceeded: The budget is spent.
        """
        made = self._differences.get((whole, remaining))
        if made is None:
            made = self._differences[whole, remaining] = self._difference(whole, remaining)
        return made

    def _difference(self, whole: Field, remaining: Field) -> Field:
        if whole.children is None or remaining.children is None:
            raise AssertionError("a leaf is resolved or remains as a whole")
        left = {concrete: group.fields for group in remaining.children.groups for concrete in group.types}
        groups = []
        for group in whole.children.groups:
            self.work.visit(len(group.types) * len(group.fields))
            for concrete in sorted(group.types):
                rest = {_identity(wanted): wanted for wanted in left.get(concrete, ())}
                kept = []
                for wanted in group.fields:
                    out = rest.get(_identity(wanted))
                    if out is None:
                        kept.append(wanted)
                    elif wanted.children is not None and wanted.leaves > out.leaves:
                        kept.append(self.without(wanted, out))
                groups.append(Group(frozenset({concrete}), tuple(kept)))
        return with_groups(whole, groups)


def _identity(field: Field) -> tuple[str | None, str, str]:
    return field.response, field.name, field.arguments
