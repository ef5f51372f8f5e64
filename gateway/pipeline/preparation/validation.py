"""Validates documents by graphql-core's rules: only those that can find anything, and only where they may."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    ParallelVisitor,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    assert_valid_schema,
    visit,
)
from graphql import validation as rules
from graphql.language.ast import QUERY_DOCUMENT_KEYS
from graphql.language.visitor import SKIP, EnterLeaveVisitor
from graphql.pyutils import RefMap
from graphql.validation.validate import ValidationAbortedError
from graphql.validation.validation_context import VariableUsage, VariableUsageVisitor

VISITED: Final = {
    kind: tuple(key for key in keys if key not in ("alias", "description", "name"))
    for kind, keys in QUERY_DOCUMENT_KEYS.items()
}
"""What is visited of each kind of node: no rule looks at names by themselves."""


def validate_document(
    schema: GraphQLSchema, document: DocumentNode, text: str, most_errors: int, *, hide_suggestions: bool
) -> list[GraphQLError]:
    """Return the errors of a document: the same as graphql-core's `validate`.

    Args:
        schema: The schema.
        document: The document, whose fragments nest no deeper than the interpreter's stack allows.
        text: Its text.
        most_errors: After how many errors to stop.
        hide_suggestions: Whether errors name nothing of the schema that the document does not name.
    """
    assert_valid_schema(schema)
    errors: list[GraphQLError] = []

    def report(error: GraphQLError) -> None:
        if len(errors) >= most_errors:
            raise ValidationAbortedError(
                "Too many validation errors, error limit reached. Validation aborted."
            )
        errors.append(error)

    type_info = TypeInfo(schema)
    context = _Context(schema, document, type_info, report, hide_suggestions=hide_suggestions)
    judging = _Judging([rule(context) for rule in rules_for(text)])
    try:
        visit(document, TypeInfoVisitor(type_info, judging), VISITED)
    except ValidationAbortedError as error:
        errors.append(error)
    return errors


class _Context(rules.ValidationContext):
    """A context that looks for variables only where the text has any, and knows nodes by identity.

    Equality and hashes of nodes depend on everything below them.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        type_info: TypeInfo,
        report: Callable[[GraphQLError], None],
        *,
        hide_suggestions: bool,
    ) -> None:
        super().__init__(schema, document, type_info, report, hide_suggestions)
        self._variable_usages: MutableMapping[Any, list[VariableUsage]] = RefMap()  # type: ignore[assignment]
        self._recursive_variable_usages: MutableMapping[Any, list[VariableUsage]] = RefMap()  # type: ignore[assignment]
        self._fragment_spreads: MutableMapping[Any, list[FragmentSpreadNode]] = RefMap()  # type: ignore[assignment]

    def get_variable_usages(
        self, node: OperationDefinitionNode | FragmentDefinitionNode
    ) -> list[VariableUsage]:
        usages = self._variable_usages.get(node)
        if usages is None:
            fragment = node if isinstance(node, FragmentDefinitionNode) else None
            visitor = VariableUsageVisitor(self._type_info, fragment)
            reduced: Any = replace(node, selection_set=_with_variables(node.selection_set))
            visit(reduced, TypeInfoVisitor(self._type_info, visitor), VISITED)
            usages = self._variable_usages[node] = visitor.usages
        return usages


class _Judging(ParallelVisitor):
    """Visits by all rules, and asks of each kind of node only those that judge it."""

    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        known = self.enter_leave_map.get(kind)
        if known is None:
            known = self.enter_leave_map[kind] = self._of_kind(kind)
        return known

    def _of_kind(self, kind: str) -> EnterLeaveVisitor:
        of_rules = [visitor.get_enter_leave_for_kind(kind) for visitor in self.visitors]
        entering = [(number, rule.enter) for number, rule in enumerate(of_rules) if rule.enter]
        leaving = [(number, rule.leave) for number, rule in enumerate(of_rules) if rule.leave]
        skipping = self.skipping

        def enter(node: Node, *where: Any) -> None:
            for number, function in entering:
                if skipping[number] is None and function(node, *where) is SKIP:
                    skipping[number] = node

        def leave(node: Node, *where: Any) -> None:
            for number, function in leaving:
                if skipping[number] is None:
                    function(node, *where)
            for number, _ in entering:
                if skipping[number] is node:
                    skipping[number] = None

        return EnterLeaveVisitor(enter if entering else None, leave if entering or leaving else None)


def _with_variables(selection_set: SelectionSetNode) -> SelectionSetNode:
    """Return nothing but the selections in whose text there is a variable."""
    kept: list[Any] = [
        selection if below is None else replace(selection, selection_set=_with_variables(below))  # type: ignore[call-arg]
        for selection in selection_set.selections
        if selection.loc is None
        or selection.loc.source.body.find("$", selection.loc.start, selection.loc.end) >= 0
        for below in (getattr(selection, "selection_set", None),)
    ]
    return replace(selection_set, selections=tuple(kept))


Rules: TypeAlias = tuple[type[rules.ASTValidationRule], ...]

_BY_MARKS: Final[tuple[tuple[tuple[str, ...], Rules], ...]] = (
    (
        ("$",),
        (
            rules.NoUndefinedVariablesRule,
            rules.NoUnusedVariablesRule,
            rules.UniqueVariableNamesRule,
            rules.VariablesAreInputTypesRule,
            rules.VariablesInAllowedPositionRule,
        ),
    ),
    (
        ("@",),
        (
            rules.DeferStreamDirectiveLabel,
            rules.DeferStreamDirectiveOnRootField,
            rules.DeferStreamDirectiveOnValidOperationsRule,
            rules.KnownDirectivesRule,
            rules.StreamDirectiveOnListField,
            rules.UniqueDirectivesPerLocationRule,
        ),
    ),
    (
        ("...", "fragment"),
        (
            rules.FragmentsOnCompositeTypesRule,
            rules.KnownFragmentNamesRule,
            rules.NoFragmentCyclesRule,
            rules.NoUnusedFragmentsRule,
            rules.PossibleFragmentSpreadsRule,
            rules.UniqueFragmentNamesRule,
        ),
    ),
    (("subscription",), (rules.SingleFieldSubscriptionsRule,)),
    (("$", "...", "fragment"), (rules.KnownTypeNamesRule,)),
    (("__schema", "__type"), (rules.MaxIntrospectionDepthRule,)),
    (
        ("(",),
        (
            rules.KnownArgumentNamesRule,
            rules.UniqueArgumentNamesRule,
            rules.UniqueInputFieldNamesRule,
            rules.ValuesOfCorrectTypeRule,
        ),
    ),
)
"""The rules that find nothing in a text without any of these marks, wherever in the text a mark is."""


def rules_for(text: str) -> Rules:
    """Return the rules that can find anything in a document, in graphql-core's order."""
    idle = {
        rule for marks, judging in _BY_MARKS if not any(mark in text for mark in marks) for rule in judging
    }
    return tuple(rule for rule in rules.specified_rules if rule not in idle)
