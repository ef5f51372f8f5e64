"""Chooses the validation rules that can find anything in a document.

Each rule visits the whole document, although most documents have no directives, and many no variables.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from graphql import validation as rules

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
