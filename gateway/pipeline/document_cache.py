"""From a document to a plan: parsed, validated and planned once, then remembered within bounds.

All of it is synchronous. `gateway.cold_planning` runs it in a thread for documents that are seen for the
first time, once for all requests that bring the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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

from gateway.errors import InvalidDocument, RequestError
from gateway.lru_cache import LruCache
from gateway.pipeline.graphql_request import GraphQLRequest, only_queries
from gateway.pipeline.labels import Labels
from gateway.pipeline.plan_cache import Asked, Planned, Plans
from gateway.planner import Budget, Operation, condition_variables, normalize, plan
from gateway.supergraph import Supergraph
from jit.codegen import Variables

MAX_ERRORS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A valid document with the operation chosen from it.

    Attributes:
        document: The whole document.
        operation: The chosen operation.
        conditions: The variables that decide what is selected.
        tokens: The document without what lies between its tokens, and the operation's name. Two documents in
            which these are equal mean the same, so they share their plans; what they do not share is where
            things stand, which errors tell.
        variables: Coerces the operation's variables.
        is_query: Whether it may be asked by GET.
    """

    document: DocumentNode
    operation: OperationDefinitionNode
    conditions: frozenset[str]
    tokens: tuple[str, str | None]
    variables: Variables
    is_query: bool


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A request that has only to be carried out.

    Attributes:
        prepared: Its document and operation.
        asked: By which its plan is remembered.
        variables: The client's, checked; as they came, because subgraphs coerce for themselves.
        planned: Its plan, unless that is decided anew for each request.
    """

    prepared: Prepared
    asked: Asked
    variables: Mapping[str, Any]
    planned: Planned | None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may be, and how much is remembered.

    Attributes:
        mutation_fields: The most root fields of a mutation; 0 for any number.
    """

    document_chars: int = 16 * 1024
    document_tokens: int = 2_000
    mutation_fields: int = 0
    cache: int = 512
    budget: Budget = field(default_factory=Budget)


class Preparer:
    """Prepares the documents of one supergraph.

    Attributes:
        supergraph: For which it plans.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        limits: Limits,
        counted: Callable[[bool], None] | None = None,
        labels: Labels | None = None,
    ) -> None:
        self.supergraph = supergraph
        self._limits = limits
        self._counted = counted
        self._labels = labels or Labels()
        self._documents: LruCache[tuple[str, str | None], Prepared] = LruCache(limits.cache)
        self._plans = Plans(limits.cache)

    def prepare(self, query: str, operation_name: str | None) -> Prepared:
        """Parse and validate a document and choose its operation.

        Raises:
            RequestError: The document is too long or not valid, or there is no such operation.
        """
        known = self._documents.get((query, operation_name))
        if known is None:
            with _bounded_nesting():
                known = self._prepared(query, operation_name)
            self._documents.put((query, operation_name), known)
        return known

    def plan(
        self, query: str, operation_name: str | None, variables: Mapping[str, Any]
    ) -> tuple[Prepared, Planned]:
        """The plan for a document, the values that its conditions have, and the labels that are on.

        Raises:
            RequestError: The document or its variables are not valid, or it cannot be planned.
        """
        prepared = self.prepare(query, operation_name)
        return prepared, self._plan(prepared, self._asked(prepared, variables))

    def ready(self, asked: GraphQLRequest) -> Ready:
        """All that can be done before a request is carried out, and be kept for one that is equal.

        Raises:
            RequestError: Document or variables are not valid, it cannot be planned, or not be asked by GET.
        """
        prepared = self.prepare(asked.query, asked.operation_name)
        only_queries(asked, is_query=prepared.is_query)
        wanted = self._asked(prepared, asked.variables)
        planned = None if self.supergraph.labels else self._plan(prepared, wanted)
        return Ready(prepared, wanted, asked.variables, planned)

    def remembered(self, asked: GraphQLRequest) -> Ready | None:
        """What `ready` gives, if its document was prepared and planned before; else None.

        Raises:
            RequestError: Variables are not valid, or it cannot be asked by GET.
        """
        prepared = self._documents.get((asked.query, asked.operation_name))
        if prepared is None:
            return None
        only_queries(asked, is_query=prepared.is_query)
        wanted = self._asked(prepared, asked.variables)
        if self.supergraph.labels:
            return Ready(prepared, wanted, asked.variables, None)
        planned = self._plans.get(wanted, self._labels.decide(self.supergraph.labels))
        if planned is None:
            return None
        if self._counted is not None:
            self._counted(True)
        return Ready(prepared, wanted, asked.variables, planned)

    def planned(self, ready: Ready, *, again: bool) -> Planned:
        """The plan of a request.

        Args:
            ready: The request.
            again: Whether it was ready before, so that the plan has not been counted for this one.

        Raises:
            RequestError: It cannot be planned.
        """
        if ready.planned is None:
            return self._plan(ready.prepared, ready.asked)
        if again and self._counted is not None:
            self._counted(True)
        return ready.planned

    def planned_for(self, prepared: Prepared, conditions: Mapping[str, bool]) -> Planned:
        """The plan of an operation for values of its conditions, ahead of requests.

        Raises:
            RequestError: It cannot be planned.
        """
        return self._plan(prepared, (*prepared.tokens, tuple(sorted(conditions.items()))))

    def _plan(self, prepared: Prepared, asked: Asked) -> Planned:
        on = self._labels.decide(self.supergraph.labels)
        known = self._plans.get(asked, on)
        if self._counted is not None:
            self._counted(known is not None)
        if known is None:
            conditions = dict(asked[2])
            with _bounded_nesting():
                operation = normalize(self.supergraph, prepared.document, prepared.operation, conditions)
                _few_mutations(operation, self._limits.mutation_fields)
                known = Planned(operation, plan(self.supergraph, operation, self._limits.budget, on))
            self._plans.put(asked, on, known)
        return known

    def _prepared(self, query: str, operation_name: str | None) -> Prepared:
        if len(query) > self._limits.document_chars:
            raise RequestError(
                f"The document is longer than {self._limits.document_chars} characters.",
                code="DOCUMENT_TOO_LARGE",
                status=413,
            )
        try:
            document = parse(query, max_tokens=self._limits.document_tokens, allow_empty_selection_sets=False)
        except GraphQLError as error:
            raise InvalidDocument([_entry(error)], "GRAPHQL_PARSE_FAILED") from error
        errors = validate(self.supergraph.public, document, max_errors=MAX_ERRORS)
        if errors:
            raise InvalidDocument([_entry(error) for error in errors], "GRAPHQL_VALIDATION_FAILED")
        operation = _chosen(document, operation_name)
        name = operation.name.value if operation.name is not None else None
        return Prepared(
            document,
            operation,
            condition_variables(document, operation),
            (strip_ignored_characters(query), name),
            Variables(self.supergraph.public, operation),
            operation.operation is OperationType.QUERY,
        )

    def _asked(self, prepared: Prepared, variables: Mapping[str, Any]) -> Asked:
        """Check all variables; the values of those that decide what is selected decide about the plan."""
        given = prepared.variables.coerce(variables, MAX_ERRORS, hide_suggestions=False)
        if isinstance(given, list):
            raise InvalidDocument([_entry(error) for error in given], "BAD_USER_INPUT")
        coerced = given.coerced
        conditions = [(name, coerced[name] is True) for name in prepared.conditions if name in coerced]
        return (*prepared.tokens, tuple(sorted(conditions)))


@contextmanager
def _bounded_nesting() -> Iterator[None]:
    """Refuse what is nested too deeply; how deep fragments lead shows only when they are followed."""
    try:
        yield
    except RecursionError:
        raise RequestError("The document is nested too deeply.", code="DOCUMENT_TOO_DEEP") from None


def _few_mutations(operation: Operation, most: int) -> None:
    """Refuse more mutations in one operation than are allowed, before any has had an effect."""
    if not most or operation.kind != "mutation":
        return
    number = sum(not each.name.startswith("__") for each in operation.wanted.of(operation.root))
    if number > most:
        raise RequestError(
            f"The operation has {number} mutation fields, and may have {most}: send them one by one.",
            code="TOO_MANY_MUTATIONS",
        )


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if name is None and len(operations) == 1:
        return operations[0]
    if name is None:
        message = "The document has several operations: say which by operationName."
        raise InvalidDocument([{"message": message}], "OPERATION_RESOLUTION_FAILURE")
    for operation in operations:
        if operation.name is not None and operation.name.value == name:
            return operation
    raise InvalidDocument(
        [{"message": f'The document has no operation "{name}".'}], "OPERATION_RESOLUTION_FAILURE"
    )


def _entry(error: GraphQLError) -> dict[str, Any]:
    entry: dict[str, Any] = {"message": error.message}
    if error.locations:
        entry["locations"] = [{"line": each.line, "column": each.column} for each in error.locations]
    return entry
