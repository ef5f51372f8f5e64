"""What `@defer` and `@stream` postpone in one operation: deferred fragments, and lists sent in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    SelectionNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)
from msgspec import Struct

Delivery: TypeAlias = frozenset[int]
"""The numbers of the deferred fragments with which a field is delivered; none for the initial response."""

INITIALLY: Delivery = frozenset()

Usage: TypeAlias = int | None
"""The number of the innermost deferred fragment around a selection; None outside of all."""


class DeferredFragment(Struct, frozen=True, eq=False):
    """A fragment with `@defer`, at one position of an operation.

    Attributes:
        label: The client's label.
        parent: The number of the deferred fragment around it; None if there is none.
        path: The response names that lead to its objects.
    """

    label: str | None
    parent: Usage
    path: tuple[str, ...]


class Streaming(Struct, frozen=True):
    """The `@stream` of a list.

    Attributes:
        label: The client's label.
        initial_count: How many items are sent first, or the name of the variable that says so.
    """

    label: str | None
    initial_count: int | str


@dataclass(slots=True)
class Deferrals:
    """Collects the deferred fragments of one operation.

    Attributes:
        applies: Returns whether a directive's condition holds.
        fragments: The fragments found so far; their numbers are their indexes.
    """

    applies: Callable[[DirectiveNode], bool]
    fragments: list[DeferredFragment] = field(default_factory=list)
    _numbers: dict[tuple[int, Usage, tuple[str, ...]], int] = field(default_factory=dict)

    def enter(
        self,
        node: InlineFragmentNode | FragmentSpreadNode,
        parent: Usage,
        path: tuple[str, ...],
    ) -> Usage:
        """Return the innermost deferred fragment around the selections of a fragment.

        Args:
            node: The fragment or its spread.
            parent: The innermost deferred fragment around the node.
            path: The response names that lead to the objects.
        """
        directive = self._active(node, "defer")
        if directive is None:
            return parent
        key = (id(node), parent, path)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.fragments)
            self.fragments.append(DeferredFragment(_label(directive), parent, path))
        return number

    def streaming(self, node: FieldNode, usages: Iterable[Usage]) -> Streaming | None:
        """Return the `@stream` of a field, or None.

        If a deferred fragment around the field selects more of the same list, the list is sent as a whole:
        the specification allows it, and its items would otherwise be sent at different times.
        """
        directive = self._active(node, "stream")
        if directive is None or len(set(usages)) > 1:
            return None
        return Streaming(_label(directive), _initial_count(directive))

    def delivery(self, usages: Iterable[Usage]) -> Delivery:
        """Return when a field is delivered that is selected within these fragments."""
        numbers = set(usages)
        if None in numbers:
            return INITIALLY
        chosen = {number for number in numbers if number is not None}
        return frozenset(number for number in chosen if chosen.isdisjoint(self._around(number)))

    def _around(self, number: int) -> Iterable[int]:
        """Yield the deferred fragments around a fragment, innermost first."""
        parent = self.fragments[number].parent
        while parent is not None:
            yield parent
            parent = self.fragments[parent].parent

    def _active(self, node: SelectionNode, name: str) -> DirectiveNode | None:
        for directive in node.directives or ():
            if directive.name.value == name:
                return directive if self.applies(directive) else None
        return None


def _argument(directive: DirectiveNode, name: str) -> ValueNode | None:
    return next(
        (argument.value for argument in directive.arguments or () if argument.name.value == name), None
    )


def _label(directive: DirectiveNode) -> str | None:
    value = _argument(directive, "label")
    return value.value if isinstance(value, StringValueNode) else None


def _initial_count(directive: DirectiveNode) -> int | str:
    match _argument(directive, "initialCount"):
        case IntValueNode(value=value):
            return int(value)
        case VariableNode(name=name):
            return name.value
        case _:
            return 0
