"""Reads a new document: parses, checks and validates it, and keeps what requests need to know of it."""

from __future__ import annotations

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType

from gateway.errors import InvalidDocument
from gateway.pipeline.access.operation_rules import DocumentAccess
from gateway.pipeline.access.operations import OperationAccess
from gateway.pipeline.cache_control import cache_policy
from gateway.pipeline.limits import IntrospectionSizes, check_document
from gateway.pipeline.preparation.limits import PreparationLimits, check_points
from gateway.pipeline.preparation.plan_cache import DocumentPlans
from gateway.pipeline.preparation.prepared import PreparedDocument, digest
from gateway.pipeline.preparation.syntax import error_entry, select_operation, variables_of
from gateway.pipeline.preparation.tokens import DocumentTokens
from gateway.pipeline.preparation.validation import validate_document
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
        self, query: str, tokens: DocumentTokens, operation_name: str | None
    ) -> tuple[PreparedDocument, DocumentNode]:
        """Read a document, and choose its operation; also return the parsed document.

        Args:
            query: The document.
            tokens: Its tokens.
            operation_name: The name of the operation; None if there is only one.

        Raises:
            RequestError: The document is not valid, or beyond a limit, or there is no such operation.
        """
        document = self._validated(tokens)
        operation = select_operation(document, operation_name)
        name = operation.name.value if operation.name is not None else None
        access = self._touched(document, operation)
        key = digest(tokens.text, name)
        caching = cache_policy(self._supergraph, document, operation)
        prepared = PreparedDocument(
            text=query,
            name=name,
            key=key,
            token_digest=digest(tokens.text),
            conditions=condition_variables(document, operation),
            tokens=tokens.count,
            variables=Variables(self._supergraph.public, variables_of(operation)),
            variable_names=frozenset(
                definition.variable.name.value for definition in operation.variable_definitions or ()
            ),
            is_query=operation.operation is OperationType.QUERY,
            is_subscription=operation.operation is OperationType.SUBSCRIPTION,
            plans=DocumentPlans(self._limits.caches.plans_per_document),
            introspection=self._sizes.introspection_of(document, operation, key),
            cache_policy=caching if access is None or caching is None else access.caching(caching),
            access=access,
            deferring=deferring_directives(document, operation) if self._is_incremental else None,
        )
        return prepared, document

    def _validated(self, tokens: DocumentTokens) -> DocumentNode:
        try:
            document = tokens.parse(self._limits.document.tokens)
        except GraphQLError as error:
            raise InvalidDocument([error_entry(error)], "GRAPHQL_PARSE_FAILED") from error
        measures = check_document(document, self._limits.document)
        check_points(measures.planned, tokens.count, self._limits.document.points)
        hidden = not self._limits.suggestions
        errors = validate_document(
            self._supergraph.public, document, tokens.text, MAX_ERRORS, hide_suggestions=hidden
        )
        if errors:
            raise InvalidDocument([error_entry(error) for error in errors], "GRAPHQL_VALIDATION_FAILED")
        return document

    def _touched(self, document: DocumentNode, operation: OperationDefinitionNode) -> DocumentAccess | None:
        """Return the rules of access that the operation touches, or None."""
        if self._access is None:
            return None
        return self._access.document(normalize(self._supergraph, document, operation, {}))
