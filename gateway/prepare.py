"""From a document to a plan: parsed, validated and planned once, then remembered within bounds.

All of it is synchronous: while a new document is prepared, no other request can see it half done, so many
requests that bring the same one still prepare it once.
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
    get_variable_values,
    parse,
    validate,
)

from gateway.bounded import Bounded
from gateway.errors import InvalidDocument, RequestError
from gateway.labels import Labels
from gateway.planner import Budget, condition_variables, normalize, plan
from gateway.plans import Planned, Plans
from gateway.supergraph import Supergraph

MAX_ERRORS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A valid document with the operation chosen from it.

    Attributes:
        document: The whole document.
        operation: The chosen operation.
        conditions: The variables that decide what is selected.
    """

    document: DocumentNode
    operation: OperationDefinitionNode
    conditions: frozenset[str]

    @property
    def is_query(self) -> bool:
        """Whether it may be asked by GET."""
        return self.operation.operation is OperationType.QUERY


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may be, and how much is remembered."""

    document_chars: int = 16 * 1024
    document_tokens: int = 2_000
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
        self._documents: Bounded[tuple[str, str | None], Prepared] = Bounded(limits.cache)
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
        conditions = self._conditions(prepared, variables)
        asked = (query, operation_name, tuple(sorted(conditions.items())))
        on = self._labels.decide(self.supergraph.labels)
        known = self._plans.get(asked, on)
        if self._counted is not None:
            self._counted(known is not None)
        if known is None:
            with _bounded_nesting():
                operation = normalize(self.supergraph, prepared.document, prepared.operation, conditions)
                known = Planned(operation, plan(self.supergraph, operation, self._limits.budget, on))
            self._plans.put(asked, on, known)
        return prepared, known

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
        return Prepared(document, operation, condition_variables(document, operation))

    def _conditions(self, prepared: Prepared, variables: Mapping[str, Any]) -> dict[str, bool]:
        """Check all variables; the values of those that decide what is selected are returned."""
        definitions = prepared.operation.variable_definitions or ()
        coerced = get_variable_values(
            self.supergraph.public, definitions, dict(variables), max_errors=MAX_ERRORS
        )
        if isinstance(coerced, list):
            raise InvalidDocument([_entry(error) for error in coerced], "BAD_USER_INPUT")
        return {
            name: coerced.coerced[name] is True for name in prepared.conditions if name in coerced.coerced
        }


@contextmanager
def _bounded_nesting() -> Iterator[None]:
    """Refuse what is nested too deeply; how deep fragments lead shows only when they are followed."""
    try:
        yield
    except RecursionError:
        raise RequestError("The document is nested too deeply.", code="DOCUMENT_TOO_DEEP") from None


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
