"""Parses, validates and plans documents, and caches the results.

All of it is synchronous. `gateway.pipeline.cold_planning` runs it in a thread for new documents, once for all
requests with the same document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    parse,
    strip_ignored_characters,
    validate,
)
from graphql.execution.values import VariableValues

from gateway.cache_control import CachePolicy, cache_policy
from gateway.demand import CostRules, OperationCost
from gateway.documents import TrustedDocuments
from gateway.errors import InvalidDocument, RequestError
from gateway.limits import (
    DocumentIntrospection,
    DocumentLimits,
    IntrospectionSizes,
    check_document,
    check_variables,
)
from gateway.lru_cache import LruCache
from gateway.pipeline.graphql_request import require_query
from gateway.pipeline.labels import Labels
from gateway.pipeline.operation_cache import OperationCache, bounded_nesting, check_mutation_fields
from gateway.pipeline.operation_selection import select_operation
from gateway.pipeline.plan_cache import PlanCache, PlanKey, PlannedOperation
from gateway.planner import Budget, condition_variables, plan
from gateway.supergraph import Supergraph
from graphql_http import GraphQLRequest
from jit.codegen import Variables

MAX_ERRORS = 5


@dataclass(frozen=True, slots=True, eq=False)
class PreparedDocument:
    """A valid document with the operation chosen from it.

    Attributes:
        document: The whole document.
        operation: The chosen operation.
        conditions: The variables of @skip and @include.
        tokens: The document without ignored characters, and the operation's name. Documents with equal
            tokens share their plans, but not the locations that errors report.
        variables: Coerces the operation's variables.
        is_query: Whether the operation is a query, which GET allows.
        introspection: What is introspected; None if `__schema` and `__type` are selected nowhere.
        cache_policy: For how long the answer to a GET may be cached; None for not at all.
    """

    document: DocumentNode
    operation: OperationDefinitionNode
    conditions: frozenset[str]
    tokens: tuple[str, str | None]
    variables: Variables
    is_query: bool
    introspection: DocumentIntrospection | None = None
    cache_policy: CachePolicy | None = None


@dataclass(slots=True, eq=False)
class PreparedRequest:
    """A request that is ready to be planned and fetched.

    Attributes:
        document: The document and operation.
        key: The key of the plan in the cache.
        variables: The client's variables, checked but not coerced: subgraphs coerce them.
        planned: The plan; None until it is planned, and if labels of overrides select it for each request.
        cost: What it may cost, in points; 1 if costs are not worked out.
        cost_fault: What is wrong with its slicing arguments; None if nothing is.
        operation_cost: How its cost is worked out; None if it is not.
        trusted: The set of trusted documents in which the document was found by its id; None if it was sent.
    """

    document: PreparedDocument
    key: PlanKey
    variables: Mapping[str, Any]
    planned: PlannedOperation | None = None
    cost: int = 1
    cost_fault: str | None = None
    operation_cost: OperationCost | None = None
    trusted: TrustedDocuments | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on documents, and the sizes of the caches.

    Attributes:
        mutation_fields: The most root fields of a mutation; 0 for any number.
        shape: What a document may have, measured before it is validated.
        suggestions: Whether errors suggest names of the schema.
    """

    document_chars: int = 8 * 1024
    document_tokens: int = 1_000
    mutation_fields: int = 0
    shape: DocumentLimits = field(default_factory=DocumentLimits)
    suggestions: bool = True
    cache: int = 512
    budget: Budget = field(default_factory=Budget)


class Preparer:
    """Prepares the documents of one supergraph.

    Attributes:
        supergraph: The supergraph that operations are planned for.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        limits: Limits,
        counted: Callable[[bool], None] | None = None,
        labels: Labels | None = None,
        cost_rules: CostRules | None = None,
    ) -> None:
        self.supergraph = supergraph
        self._limits = limits
        self._counted = counted
        self._labels = labels or Labels()
        self._sizes = IntrospectionSizes.of(supergraph.public)
        self._documents = LruCache[tuple[str, str | None], PreparedDocument](limits.cache)
        self._by_tokens = LruCache[tuple[str, str | None], PreparedDocument | RequestError](limits.cache)
        self._operations = OperationCache(supergraph, cost_rules, limits.cache)
        self._plans = PlanCache(limits.cache)
        self._refused: LruCache[PlanKey, RequestError] = LruCache(limits.cache)

    def prepare(self, query: str, operation_name: str | None) -> PreparedDocument:
        """Parse and validate a document and choose its operation.

        Raises:
            RequestError: The document is too long or not valid, or there is no such operation.
        """
        known = self._documents.get((query, operation_name))
        if known is None:
            known = self._prepare_new(query, operation_name)
            self._documents.put((query, operation_name), known)
        return known

    def _prepare_new(self, query: str, operation_name: str | None) -> PreparedDocument:
        """Prepare a document unless one with the same tokens is known: white space and comments buy nothing.

        Raises:
            RequestError: The document is refused, or one with the same tokens was.
        """
        if len(query) > self._limits.document_chars:
            message = f"The document is longer than {self._limits.document_chars} characters."
            raise RequestError(message, code="DOCUMENT_TOO_LARGE", status=413)
        try:
            key = (strip_ignored_characters(query), operation_name)
        except GraphQLError as error:
            raise InvalidDocument([_error_entry(error)], "GRAPHQL_PARSE_FAILED") from error
        known = self._by_tokens.get(key)
        if known is None:
            try:
                with bounded_nesting():
                    known = self._prepared(query, operation_name)
            except RequestError as error:
                self._by_tokens.put(key, _without_locations(error))
                raise
            self._by_tokens.put(key, known)
        if isinstance(known, RequestError):
            # An exception that is raised again keeps the frames of all times before: memory without end.
            raise known.with_traceback(None)
        return known

    def plan(
        self, query: str, operation_name: str | None, variables: Mapping[str, Any]
    ) -> tuple[PreparedDocument, PlannedOperation]:
        """Return the document and the plan of an operation for the values of its variables.

        Raises:
            RequestError: The document or its variables are not valid, or it cannot be planned.
        """
        prepared = self.prepare(query, operation_name)
        return prepared, self._plan(prepared, _plan_key(prepared, self._coerced(prepared, variables)))

    def prepare_request(self, asked: GraphQLRequest) -> PreparedRequest:
        """Prepare a request: everything that an equal request can reuse, except for its plan.

        Raises:
            RequestError: The document or its variables are not valid, or GET does not allow the operation.
        """
        prepared = self.prepare(asked.query, asked.operation_name)
        key, given = self._checked(prepared, asked)
        known = self._operations.get(prepared.document, prepared.operation, key)
        return _request(prepared, key, given, asked, known.cost)

    def cached_request(self, asked: GraphQLRequest) -> PreparedRequest | None:
        """Return what `prepare_request` would if that is known without much work, else None.

        Raises:
            RequestError: The variables are not valid, or GET does not allow the operation.
        """
        if (prepared := self._documents.get((asked.query, asked.operation_name))) is None:
            return None
        key, given = self._checked(prepared, asked)
        known = self._operations.known(key)
        return None if known is None else _request(prepared, key, given, asked, known.cost)

    def cached_plan(self, request: PreparedRequest) -> PlannedOperation | None:
        """Return the plan of a prepared request if it was planned before, else None.

        Raises:
            RequestError: It cannot be planned, as an attempt has shown.
        """
        planned = request.planned
        if planned is None:
            self._check_refused(request.key)
            planned = self._plans.get(request.key, self._labels.decide(self.supergraph.labels))
        if planned is not None:
            self._keep(request, planned)
            if self._counted is not None:
                self._counted(True)
        return planned

    def plan_request(self, request: PreparedRequest) -> PlannedOperation:
        """Plan a prepared request.

        Raises:
            RequestError: It cannot be planned.
        """
        planned = self._plan(request.document, request.key)
        self._keep(request, planned)
        return planned

    def _keep(self, request: PreparedRequest, planned: PlannedOperation) -> None:
        if not self.supergraph.labels:
            request.planned = planned

    def planned_for(self, prepared: PreparedDocument, conditions: Mapping[str, bool]) -> PlannedOperation:
        """Return the plan of an operation for values of its conditions, ahead of requests.

        Raises:
            RequestError: It cannot be planned.
        """
        return self._plan(prepared, (*prepared.tokens, tuple(sorted(conditions.items()))))

    def _plan(self, prepared: PreparedDocument, asked: PlanKey) -> PlannedOperation:
        on = self._labels.decide(self.supergraph.labels)
        known = self._plans.get(asked, on)
        if self._counted is not None:
            self._counted(known is not None)
        if known is None:
            self._check_refused(asked)
            try:
                known = self._planned(prepared, asked, on)
            except RequestError as error:
                if not self.supergraph.labels:
                    self._refused.put(asked, error)
                raise
            self._plans.put(asked, on, known)
        return known

    def _planned(self, prepared: PreparedDocument, asked: PlanKey, on: frozenset[str]) -> PlannedOperation:
        operation = self._operations.get(prepared.document, prepared.operation, asked).operation
        with bounded_nesting():
            check_mutation_fields(operation, self._limits.mutation_fields)
            return PlannedOperation(operation, plan(self.supergraph, operation, self._limits.budget, on))

    def _check_refused(self, asked: PlanKey) -> None:
        """Refuse at once what could not be planned before: looking for a plan takes the whole budget."""
        refused = self._refused.get(asked)
        if refused is not None:
            raise refused.with_traceback(None)

    def _prepared(self, query: str, operation_name: str | None) -> PreparedDocument:
        try:
            document = parse(query, max_tokens=self._limits.document_tokens, allow_empty_selection_sets=False)
        except GraphQLError as error:
            raise InvalidDocument([_error_entry(error)], "GRAPHQL_PARSE_FAILED") from error
        check_document(document, self._limits.shape)
        hidden = not self._limits.suggestions
        errors = validate(self.supergraph.public, document, max_errors=MAX_ERRORS, hide_suggestions=hidden)
        if errors:
            raise InvalidDocument([_error_entry(error) for error in errors], "GRAPHQL_VALIDATION_FAILED")
        operation = select_operation(document, operation_name)
        name = operation.name.value if operation.name is not None else None
        return PreparedDocument(
            document,
            operation,
            condition_variables(document, operation),
            (strip_ignored_characters(query), name),
            Variables(self.supergraph.public, operation),
            operation.operation is OperationType.QUERY,
            self._sizes.introspection_of(document, operation),
            cache_policy(self.supergraph, document, operation),
        )

    def _checked(self, prepared: PreparedDocument, asked: GraphQLRequest) -> tuple[PlanKey, VariableValues]:
        """Check that the request may execute the operation; return the plan's key and the variables."""
        require_query(asked, is_query=prepared.is_query)
        given = self._coerced(prepared, asked.variables)
        return _plan_key(prepared, given), given

    def _coerced(self, prepared: PreparedDocument, variables: Mapping[str, Any]) -> VariableValues:
        """Check and coerce all variables."""
        check_variables(variables, self._limits.shape.variable_values)
        hidden = not self._limits.suggestions
        given = prepared.variables.coerce(variables, MAX_ERRORS, hide_suggestions=hidden)
        if isinstance(given, list):
            raise InvalidDocument([_error_entry(error) for error in given], "BAD_USER_INPUT")
        return given


def _plan_key(prepared: PreparedDocument, given: VariableValues) -> PlanKey:
    """Return the key of the plan that the values of variables select."""
    coerced = given.coerced
    conditions = [(name, coerced[name] is True) for name in prepared.conditions if name in coerced]
    return (*prepared.tokens, tuple(sorted(conditions)))


def _request(
    prepared: PreparedDocument,
    key: PlanKey,
    given: VariableValues,
    asked: GraphQLRequest,
    cost: OperationCost | None,
) -> PreparedRequest:
    """Return a prepared request with its estimated cost."""
    if cost is None:
        return PreparedRequest(prepared, key, asked.variables)
    with bounded_nesting():
        return PreparedRequest(prepared, key, asked.variables, None, *cost.estimate(given), cost)


def _without_locations(error: RequestError) -> RequestError:
    """Return what is remembered of a refusal: in a document with other white space, locations are others."""
    if not isinstance(error, InvalidDocument):
        return error
    entries = [{name: value for name, value in each.items() if name != "locations"} for each in error.entries]
    return InvalidDocument(entries, error.code)


def _error_entry(error: GraphQLError) -> dict[str, Any]:
    entry: dict[str, Any] = {"message": error.message}
    if error.locations:
        entry["locations"] = [{"line": each.line, "column": each.column} for each in error.locations]
    return entry
