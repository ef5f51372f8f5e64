"""Reads the directives of an operation that decide what is fetched, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)
from msgspec import Struct

from gateway.errors import CannotPlan

DEFERRING: Final = frozenset({"defer", "stream"})
CONDITIONAL: Final = DEFERRING | {"skip", "include"}

INCREMENTALLY: Final = ("@", True)
"""The condition of a plan whose response is sent in parts; no variable has this name."""


class DeferringDirectives(Struct, frozen=True):
    """The `@defer` and `@stream` directives of an operation and of its document's fragments.

    Attributes:
        always: Whether any of them applies whatever the variables are.
        variables: The variables in the conditions of the others.
    """

    always: bool
    variables: frozenset[str]

    def apply(self, conditions: Mapping[str, bool]) -> bool:
        """Return whether any of them applies for some values of the conditions."""
        return self.always or any(conditions.get(variable, True) for variable in self.variables)


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """Return a document's fragments by name."""
    return {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }


def condition_variables(document: DocumentNode, operation: OperationDefinitionNode) -> frozenset[str]:
    """Return the variables in conditions of the operation and of all fragments of the document."""
    conditions = (condition(directive) for directive in _directives(document, operation))
    return frozenset(variable for variable in conditions if isinstance(variable, str))


def deferring_directives(
    document: DocumentNode, operation: OperationDefinitionNode
) -> DeferringDirectives | None:
    """Return the directives that defer or stream; None if none can apply."""
    deferring = (
        directive for directive in _directives(document, operation) if directive.name.value in DEFERRING
    )
    conditions = {condition(directive) for directive in deferring} - {False}
    if not conditions:
        return None
    variables = frozenset(variable for variable in conditions if isinstance(variable, str))
    return DeferringDirectives(True in conditions, variables)


def included(node: SelectionNode, conditions: Mapping[str, bool]) -> bool:
    """Return whether `@skip` and `@include` leave a selection in."""
    for directive in node.directives or ():
        if directive.name.value in ("skip", "include"):
            value = condition(directive)
            holds = conditions.get(value) if isinstance(value, str) else value
            if holds is (directive.name.value == "skip"):
                return False
    return True


def applies(directive: DirectiveNode, conditions: Mapping[str, bool]) -> bool:
    """Return whether a `@defer` or `@stream` applies."""
    value = condition(directive)
    return conditions.get(value, True) if isinstance(value, str) else value


def condition(directive: DirectiveNode) -> str | bool:
    """Return the name of the variable in a directive's condition, or its literal.

    Raises:
        CannotPlan: It has none, and needs one.
    """
    for argument in directive.arguments or ():
        if argument.name.value == "if":
            match argument.value:
                case VariableNode():
                    return argument.value.name.value
                case BooleanValueNode():
                    return argument.value.value
                case _:
                    break
    if directive.name.value in DEFERRING:
        return True
    raise CannotPlan(f"@{directive.name.value} has no condition.")


def _directives(document: DocumentNode, operation: OperationDefinitionNode) -> Iterator[DirectiveNode]:
    """Yield the directives with conditions."""
    sets = [
        operation.selection_set,
        *(fragment.selection_set for fragment in fragments_of(document).values()),
    ]
    for selection_set in sets:
        yield from _within(selection_set)


def _within(selection_set: SelectionSetNode) -> Iterator[DirectiveNode]:
    for node in selection_set.selections:
        for directive in node.directives or ():
            if directive.name.value in CONDITIONAL:
                yield directive
        below = node.selection_set if isinstance(node, FieldNode | InlineFragmentNode) else None
        if below is not None:
            yield from _within(below)
