"""Measures documents, whatever limits they break, next to the limits that they are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    is_non_null_type,
    parse,
    type_from_ast,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values
from msgspec import Struct

from gateway.caching.lru_cache import LruCache
from gateway.errors import RequestError
from gateway.features.cost.settings import CostSettings
from gateway.pipeline.costs import CostRules, OperationCost, operation_cost
from gateway.pipeline.limits import measure, most_merged
from gateway.pipeline.preparation.limits import FIELD_POINTS
from gateway.pipeline.preparation.plan_cache import Conditions
from gateway.planner import condition_variables, normalize
from gateway.settings import GatewaySettings
from gateway.settings.limits import DocumentLimits, counted_limits
from gateway.settings.section import Section
from gateway.supergraph import Supergraph

MAX_ERRORS: Final = 5
MAX_FIELDS: Final = 10_000
"""In documents with more fields, fragments are not expanded, and nothing is validated."""
DOCUMENTS_KEPT: Final = 1_000
"""Results are cached, because logs repeat the same documents."""
NO_OPERATION: Final = "The document has no operation."


class Limit(Struct, frozen=True):
    """One of the limits.

    Attributes:
        what: What is counted, in words.
        setting: The field of the section.
        section: The section of the settings.
    """

    what: str
    setting: str
    section: type[Section] = DocumentLimits

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return self.section.variable(self.setting)

    def value(self, settings: GatewaySettings) -> int:
        """Return the limit; 0 for none."""
        section = settings.limits if self.section is DocumentLimits else settings.of(CostSettings)
        limit: int = getattr(section, self.setting)
        return limit


COST: Final = "limit"

LIMITS: Final = (
    Limit("cost", COST, CostSettings),
    *(Limit(counted.short or counted.what, name) for name, counted in counted_limits().items()),
)
"""All limits on the shape of a document, and on the cost of a request."""


class OperationFigures(Struct, frozen=True):
    """The costs of one operation.

    Attributes:
        name: The operation's name, if any.
        cost: Its estimated cost.
        mutation_fields: Its mutation fields; 0 for a query.
        fault: What is wrong with its slicing arguments, if anything; None if variables are missing.
        missing: The required variables without a value; lists that depend on them count with the default
            length.
    """

    name: str | None
    cost: int
    mutation_fields: int
    fault: str | None
    missing: tuple[str, ...]


@dataclass(slots=True)
class Document:
    """The figures of a document, as far as it could be measured.

    Attributes:
        figures: The figures by the setting that limits them, without the costs of operations.
        operations: Its operations.
        errors: Why it cannot be executed.
    """

    figures: dict[str, int]
    operations: list[OperationFigures] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def copy(self) -> Document:
        """Return a copy that can be changed."""
        return Document(dict(self.figures), list(self.operations), list(self.errors))

    def broken(self, settings: GatewaySettings) -> list[Limit]:
        """Return the limits that the document exceeds."""
        figures = self.with_costs()
        return [limit for limit in LIMITS if 0 < limit.value(settings) < figures.get(limit.setting, 0)]

    def is_refused(self, settings: GatewaySettings) -> bool:
        """Return whether the gateway would refuse the document for a limit or for slicing arguments."""
        return bool(self.broken(settings)) or any(
            operation.fault is not None for operation in self.operations
        )

    def with_costs(self) -> dict[str, int]:
        """Return all figures, including those of the costliest operation."""
        if not self.operations:
            return self.figures
        return {
            **self.figures,
            COST: max(operation.cost for operation in self.operations),
            "mutation_fields": max(operation.mutation_fields for operation in self.operations),
        }


class _Measured(NamedTuple):
    """A document that was measured.

    Attributes:
        figures: Its figures and errors, without operations.
        document: The document; None if it is not valid.
    """

    figures: Document
    document: DocumentNode | None


class DocumentReader:
    """Measures documents for one supergraph."""

    def __init__(self, supergraph: Supergraph, list_size: int) -> None:
        """Read the rules of costs.

        Args:
            supergraph: The supergraph.
            list_size: The assumed length of a list of unknown length.
        """
        self._supergraph = supergraph
        self._rules = CostRules(supergraph.public, supergraph.annotations, list_size)
        self._measured: LruCache[str, _Measured] = LruCache(DOCUMENTS_KEPT)
        self._costs: LruCache[tuple[str, str | None, Conditions], tuple[OperationCost, int]] = LruCache(
            DOCUMENTS_KEPT
        )

    def read(
        self, text: str, operation_name: str | None = None, variables: Mapping[str, Any] | None = None
    ) -> Document:
        """Measure a document.

        Args:
            text: The document.
            operation_name: The operation to count; None for all.
            variables: The values of variables; all others count as missing.
        """
        known = self._measured.get(text)
        if known is None:
            known = self._measure(text)
            self._measured.put(text, known)
        counted = known.figures.copy()
        if known.document is None:
            return counted
        operations = [
            definition
            for definition in known.document.definitions
            if isinstance(definition, OperationDefinitionNode)
            and (
                operation_name is None
                or (definition.name is not None and definition.name.value == operation_name)
            )
        ]
        if not operations:
            counted.errors.append(f"There is no operation {operation_name}.")
        for operation in operations:
            try:
                counted.operations.append(self._count(text, known.document, operation, variables or {}))
            except (RequestError, GraphQLError) as error:
                counted.errors.append(error.message)
        return counted

    def _measure(self, text: str) -> _Measured:
        """Measure the document itself, and validate it."""
        counted = Document({"chars": len(text)})
        try:
            document = parse(text, allow_empty_selection_sets=False)
            return _Measured(counted, document if self._is_valid(document, counted) else None)
        except GraphQLError as error:
            counted.errors.append(_located(error))
        except RecursionError:
            counted.errors.append("The document is nested too deeply.")
        return _Measured(counted, None)

    def _is_valid(self, document: DocumentNode, counted: Document) -> bool:
        """Add the figures and the errors of a document."""
        if not any(isinstance(definition, OperationDefinitionNode) for definition in document.definitions):
            counted.errors.append(NO_OPERATION)
            return False
        measures = measure(document)
        counted.figures |= {
            "tokens": document.token_count or 0,
            "directives": measures.directives,
            "operations": measures.operations,
            "variables": measures.variables,
            "value_depth": measures.value_depth,
            "fragments": sum(
                isinstance(definition, FragmentDefinitionNode) for definition in document.definitions
            ),
            "conditions": measures.conditions,
            "literal_values": measures.literal_values,
        }
        if measures.cycle is not None:
            counted.errors.append(f"Cannot spread fragment '{measures.cycle}' within itself.")
            return False
        counted.figures |= {
            "points": (document.token_count or 0) + FIELD_POINTS * measures.planned,
            "depth": measures.depth,
            "fields": measures.fields,
            # Merged fields are only counted in small documents: fragments multiply them.
            "merged_fields": (
                most_merged(document, measures) if measures.fields <= MAX_FIELDS else measures.fields
            ),
            "root_fields": measures.root_fields,
            "aliases": measures.aliases,
            "fragment_depth": measures.fragment_depth,
        }
        if measures.fields > MAX_FIELDS:
            counted.errors.append(f"The document has more than {MAX_FIELDS} fields, with fragments in place.")
            return False
        errors = validate(self._supergraph.public, document, max_errors=MAX_ERRORS)
        counted.errors += [_located(error) for error in errors]
        return not errors

    def _count(
        self,
        text: str,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> OperationFigures:
        """Return the figures of an operation."""
        given, missing = self._coerced(operation, variables)
        conditions = tuple(
            (name, given.coerced[name] is True)
            for name in sorted(condition_variables(document, operation))
            if name in given.coerced
        )
        key = (text, operation.name.value if operation.name else None, conditions)
        known = self._costs.get(key)
        if known is None:
            known = self._cost(document, operation, dict(conditions))
            self._costs.put(key, known)
        cost, mutation_fields = known
        estimate = cost.estimate(given)
        return OperationFigures(
            name=key[1],
            cost=estimate.cost,
            mutation_fields=mutation_fields,
            fault=None if missing else estimate.fault,
            missing=missing,
        )

    def _cost(
        self, document: DocumentNode, operation: OperationDefinitionNode, conditions: Mapping[str, bool]
    ) -> tuple[OperationCost, int]:
        """Return an operation's cost and the number of its mutation fields, for values of its conditions."""
        made = normalize(self._supergraph, document, operation, conditions)
        cost = operation_cost(self._rules, made.kind, made.root, made.wanted, made.introspected)
        return cost, made.mutation_fields()

    def _coerced(
        self, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> tuple[VariableValues, tuple[str, ...]]:
        """Return the values of variables, and the names of the required ones that have none."""
        missing = tuple(
            definition.variable.name.value
            for definition in operation.variable_definitions or ()
            if definition.variable.name.value not in variables
            and definition.default_value is None
            and is_non_null_type(type_from_ast(self._supergraph.public, definition.type))
        )
        known = [
            definition
            for definition in operation.variable_definitions or ()
            if definition.variable.name.value not in missing
        ]
        given = get_variable_values(self._supergraph.public, known, dict(variables), MAX_ERRORS)
        if isinstance(given, list):
            raise GraphQLError("; ".join(error.message for error in given))
        return given, missing


def _located(error: GraphQLError) -> str:
    line = f"line {error.locations[0].line}: " if error.locations else ""
    return f"{line}{error.message}"
