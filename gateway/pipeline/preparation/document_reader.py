"""Reads a new document: parses, checks and validates it, and keeps what requests need to know of it."""

from __future__ import annotations

from typing import Final, TypeAlias

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType, parse, validate
from graphql import validation as rules

from gateway.access.operation_rules import DocumentAccess
from gateway.access.operations import OperationAccess
from gateway.cache_control import cache_policy
from gateway.errors import InvalidDocument
from gateway.limits import IntrospectionSizes, check_document
from gateway.pipeline.preparation.limits import PreparationLimits
from gateway.pipeline.preparation.plan_cache import DocumentPlans
from gateway.pipeline.preparation.prepared import PreparedDocument, digest
from gateway.pipeline.preparation.syntax import error_entry, select_operation, variables_of
from gateway.planner import condition_variables, deferring_directives, normalize
from gateway.supergraph import Supergraph
from jit.codegen import Variables

MAX_ERRORS = 5
"""How many errors of a document are reported."""


class DocumentReader:
    """Reads documents by the public schema of one supergraph."""

    def __init__(
        self, supergraph: Supergraph, limits: PreparationLimits, access: OperationAccess | None
    ) -> None:
        self._supergraph = supergraph
        self._limits = limits
        self._access = access
        self._sizes = IntrospectionSizes.of(supergraph.public)
        self._is_incremental = supergraph.public.get_directive("defer") is not None

    def read(
        self, query: str, tokens: str, operation_name: str | None
    ) -> tuple[PreparedDocument, DocumentNode]:
        """Read a document, and choose its operation; also return the parsed document.

        Args:
            query: The document.
            tokens: The same without white space and comments.
            operation_name: The name of the operation; None if there is only one.

        Raises:
            RequestError: The document is not valid, or beyond a limit, or there is no such operation.
        """
        document = self._validated(query)
        operation = select_operation(document, operation_name)
        name = operation.name.value if operation.name is not None else None
        access = self._touched(document, operation)
        caching = cache_policy(self._supergraph, document, operation)
        prepared = PreparedDocument(
            text=query,
            name=name,
            key=digest(tokens, name),
            token_digest=digest(tokens),
            conditions=condition_variables(document, operation),
            variables=Variables(self._supergraph.public, variables_of(operation)),
            variable_names=frozenset(
                each.variable.name.value for each in operation.variable_definitions or ()
            ),
            is_query=operation.operation is OperationType.QUERY,
            is_subscription=operation.operation is OperationType.SUBSCRIPTION,
            plans=DocumentPlans(self._limits.plans),
            introspection=self._sizes.introspection_of(document, operation),
            cache_policy=caching if access is None or caching is None else access.caching(caching),
            access=access,
            deferring=deferring_directives(document, operation) if self._is_incremental else None,
        )
        return prepared, document

    def _validated(self, query: str) -> DocumentNode:
        try:
            document = parse(query, max_tokens=self._limits.document_tokens, allow_empty_selection_sets=False)
        except GraphQLError as error:
            raise InvalidDocument([error_entry(error)], "GRAPHQL_PARSE_FAILED") from error
        check_document(document, self._limits.shape)
        hidden = not self._limits.suggestions
        errors = validate(
            self._supergraph.public, document, rules_for(query), MAX_ERRORS, hide_suggestions=hidden
        )
        if errors:
            raise InvalidDocument([error_entry(error) for error in errors], "GRAPHQL_VALIDATION_FAILED")
        return document

    def _touched(self, document: DocumentNode, operation: OperationDefinitionNode) -> DocumentAccess | None:
        """Return the rules of access that the operation touches, or None."""
        if self._access is None:
            return None
        return self._access.document(normalize(self._supergraph, document, operation, {}))


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
