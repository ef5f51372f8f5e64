"""Caches documents with their plans: each is read once, and planned once for each set of conditions.

All of it is synchronous: for new documents `gateway.pipeline.cold_planning` runs it in a thread,
once for all requests with the same document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode
from graphql.execution.values import VariableValues
from msgspec.structs import replace

from foundation.graphql_http import GraphQLRequest
from gateway.caching import Refusals, WeightedCache
from gateway.caching.lru_cache import LruCache
from gateway.errors import InvalidDocument, RequestError
from gateway.pipeline.access.operations import OperationAccess
from gateway.pipeline.access.requirements import NOTHING, Requirement
from gateway.pipeline.limits import check_variables
from gateway.pipeline.preparation.costs import CostOf, OperationCost
from gateway.pipeline.preparation.document_reader import MAX_ERRORS, DocumentReader
from gateway.pipeline.preparation.limits import PreparationLimits, check_mutation_fields, check_points
from gateway.pipeline.preparation.plan_cache import NO_LABELS, Conditions, LabelsOn, PlannedOperation
from gateway.pipeline.preparation.prepared import Check, PreparedDocument, PreparedRequest, digest
from gateway.pipeline.preparation.sizes import ALIAS_BYTES, plan_bytes
from gateway.pipeline.preparation.syntax import bounded_nesting, error_entry, select_operation
from gateway.pipeline.preparation.tokens import DocumentTokens
from gateway.pipeline.stages import require_query
from gateway.planner import Operation, normalize
from gateway.projection import introspection_document
from gateway.supergraph import Supergraph

INTROSPECTIONS: Final = 64
"""How many documents that only introspect are recognized whatever the names of their operations."""

ChecksOf: TypeAlias = Callable[[PreparedDocument], tuple[Check, ...]]
"""Returns what policies check of each request with a document."""


class Preparer:
    """Prepares the documents of one supergraph.

    Attributes:
        supergraph: The supergraph that operations are planned for.
        documents: Valid documents with their plans, by their keys.
        aliases: The keys of documents, by the texts that clients send and by their tokens.
        refusals: The errors of documents that are not valid, by their tokens.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        limits: PreparationLimits,
        counted: Callable[[bool], None] | None = None,
        labels_on: LabelsOn | None = None,
        cost_of: CostOf | None = None,
        *,
        access: OperationAccess | None = None,
        checks_of: ChecksOf | None = None,
    ) -> None:
        self.supergraph = supergraph
        self._limits = limits
        self._counted = counted
        self._labels_on = labels_on
        self._reader = DocumentReader(supergraph, limits, access)
        self._cost_of = cost_of
        self._access = access
        self._checks_of = checks_of
        self.documents: WeightedCache[bytes, PreparedDocument] = WeightedCache(
            limits.caches.plan_cache_bytes, limits.caches.pinned_plan_bytes
        )
        # Aliases are small compared with their documents.
        self.aliases: WeightedCache[bytes, bytes] = WeightedCache(
            limits.caches.plan_cache_bytes // 16, limits.caches.pinned_plan_bytes // 16
        )
        self.refusals = Refusals(limits.caches.refusal_cache_bytes)
        self._introspections: LruCache[bytes, bytes] = LruCache(INTROSPECTIONS)
        self._latest: _LatestDocument | None = None

    def prepare(self, query: str, operation_name: str | None, *, pinned: bool = False) -> PreparedDocument:
        """Parse and validate a document and choose its operation.

        Args:
            query: The document.
            operation_name: The name of the operation; None if there is only one.
            pinned: Whether the document is trusted, and is not evicted as long as pinned documents have room.

        Raises:
            RequestError: The document is too long or not valid, or there is no such operation.
        """
        alias = digest(query, operation_name)
        document = self._known(alias) or self._prepare_new(query, operation_name)
        if pinned:
            self.aliases.pin(alias, document.key, ALIAS_BYTES)
            self.documents.pin(document.key, document, document.size)
        elif alias not in self.aliases:
            self.aliases.put(alias, document.key, ALIAS_BYTES)
        return document

    def cached_document(self, query: str, operation_name: str | None) -> PreparedDocument | None:
        """Return a document from the cache, or None."""
        return self._known(digest(query, operation_name))

    def know_as(self, aliases: Mapping[bytes, bytes]) -> None:
        """Copy another preparer's aliases for the documents that are known here.

        Keys and texts are the same in all versions of a graph, so clients' texts need not be read again.
        """
        for alias, key in aliases.items():
            if key in self.documents and alias not in self.aliases:
                self.aliases.put(alias, key, ALIAS_BYTES)

    def _known(self, alias: bytes) -> PreparedDocument | None:
        key = self.aliases.get(alias)
        return None if key is None else self.documents.get(key)

    def _prepare_new(self, query: str, operation_name: str | None) -> PreparedDocument:
        """Prepare a document unless one with the same tokens is known, whatever its white space and comments.

        Raises:
            RequestError: The document, or an earlier one with the same tokens, is refused.
        """
        if len(query) > self._limits.document.chars:
            message = f"The document is longer than {self._limits.document.chars} characters."
            raise RequestError(message, code="DOCUMENT_TOO_LARGE", status=413)
        try:
            tokens = DocumentTokens(query)
        except GraphQLError as error:
            raise InvalidDocument([error_entry(error)], "GRAPHQL_PARSE_FAILED") from error
        alias = digest(tokens.text, operation_name)
        self.refusals.check(alias)
        document = self._known(alias)
        if document is None:
            document, parsed = self._read(query, tokens, operation_name, alias)
            if self._checks_of is not None:
                document = replace(document, checks=self._checks_of(document))
            # The same operation may be requested with and without its name.
            document = self.documents.get(document.key) or document
            if parsed is not None:
                self._latest = _LatestDocument(document.key, parsed)
            if self._cost_of is not None and not document.conditions:
                with suppress(RequestError):  # the document remembers it
                    self.estimate(document, ())
            self.documents.put(document.key, document, document.size)
            self.aliases.put(alias, document.key, ALIAS_BYTES)
        return document

    def _read(
        self, query: str, tokens: DocumentTokens, operation_name: str | None, alias: bytes
    ) -> tuple[PreparedDocument, DocumentNode | None]:
        """Read a document; also return the parsed one, unless it only introspects what another one does.

        Tools send the same introspection under names of their own. All but the name is shared, plans too.

        Raises:
            RequestError: The document is refused, which is remembered.
        """
        name, selected = tokens.named_query()
        if name is not None and operation_name in (None, name):
            same = self.documents.get(self._introspections.get(digest(selected)) or b"")
            if same is not None:
                text = digest(tokens.text)
                return replace(
                    same, text=query, name=name, key=digest(tokens.text, name), token_digest=text
                ), None
        try:
            with bounded_nesting():
                document, parsed = self._reader.read(query, tokens, operation_name)
        except RequestError as error:
            self.refusals.remember(alias, error)
            raise
        if name is not None and document.introspection is not None and document.introspection.is_all:
            self._introspections.put(digest(selected), document.key)
        return document, parsed

    def plan(
        self, query: str, operation_name: str | None, variables: Mapping[str, Any]
    ) -> tuple[PreparedDocument, PlannedOperation]:
        """Return the document and the plan of an operation for the values of its variables.

        Raises:
            RequestError: The document or its variables are not valid, or it cannot be planned.
        """
        prepared = self.prepare(query, operation_name)
        return prepared, self.planned_for(prepared, self.conditions(prepared, variables))

    def prepare_request(self, graphql_request: GraphQLRequest) -> PreparedRequest:
        """Prepare a request: everything that an equal request can reuse, except for its plan.

        Raises:
            RequestError: The document or its variables are not valid, or GET does not allow the operation.
        """
        prepared = self.prepare(graphql_request.query, graphql_request.operation_name)
        conditions = self.conditions(prepared, graphql_request.variables)
        self.estimate(prepared, conditions)
        return self._request(prepared, graphql_request, prepared.plans.cost(conditions))

    def request(self, prepared: PreparedDocument, graphql_request: GraphQLRequest) -> PreparedRequest | None:
        """Prepare a request whose document is prepared; None if `estimate` must come first.

        Raises:
            RequestError: The variables are not valid, or GET does not allow the operation.
        """
        if self._cost_of is None:
            return self._request(prepared, graphql_request, None)
        cost = prepared.plans.cost(self.conditions(prepared, graphql_request.variables))
        return None if cost is None else self._request(prepared, graphql_request, cost)

    def estimate(self, prepared: PreparedDocument, conditions: Conditions) -> OperationCost | None:
        """Derive the cost function of an operation, and keep it with the document; None without costs.

        Raises:
            RequestError: The operation is too large.
        """
        known = prepared.plans.cost(conditions)
        if known is None and self._cost_of is not None:
            prepared.plans.check_refused(conditions)
            try:
                made = self._normalized(prepared, conditions)[2]
                known = self._cost_of(made.kind, made.root, made.wanted, made.introspected)
            except RequestError as error:
                prepared.plans.refuse(conditions, error)
                raise
            prepared.plans.put_cost(conditions, known)
            self.measure(prepared)
        return known

    def conditions(self, prepared: PreparedDocument, variables: Mapping[str, Any]) -> Conditions:
        """Check all variables; return the values of the conditions.

        Raises:
            RequestError: The variables are not valid.
        """
        return _conditions(prepared, self._coerced(prepared, variables))

    def _request(
        self, prepared: PreparedDocument, graphql_request: GraphQLRequest, cost: OperationCost | None
    ) -> PreparedRequest:
        require_query(graphql_request, is_query=prepared.is_query or prepared.is_subscription)
        given = self._coerced(prepared, graphql_request.variables)
        conditions = _conditions(prepared, given)
        if cost is None:
            return PreparedRequest(prepared, conditions, graphql_request.variables)
        with bounded_nesting():
            return PreparedRequest(prepared, conditions, graphql_request.variables, *cost.estimate(given))

    def cached_plan(self, request: PreparedRequest) -> PlannedOperation | None:
        """Return the plan of a prepared request if it is known, else None.

        Raises:
            RequestError: An earlier attempt has shown that it cannot be planned.
        """
        plans, variant = request.document.plans, request.variant
        on = request.labels
        if on is None:
            on = NO_LABELS if self._labels_on is None else self._labels_on()
        planned = plans.get(variant, on)
        if planned is None:
            plans.check_refused(variant)
            return None
        planned.uses += 1
        if self._counted is not None:
            self._counted(True)
        return planned

    def plan_request(self, request: PreparedRequest) -> PlannedOperation:
        """Plan a prepared request.

        Raises:
            RequestError: It cannot be planned.
        """
        return self.planned_for(request.document, request.plan_conditions, request.labels, request.unmet)

    def measure(self, prepared: PreparedDocument) -> None:
        """Update the size of a document in the cache after its plans have changed or been compiled."""
        self.documents.resize(prepared.key, prepared.size)

    def planned_for(
        self,
        prepared: PreparedDocument,
        conditions: Conditions,
        on: frozenset[str] | None = None,
        unmet: Requirement = NOTHING,
    ) -> PlannedOperation:
        """Plan an operation for given values of its conditions, ahead of requests.

        Args:
            prepared: The operation.
            conditions: The values of its conditions.
            on: The labels of overrides that are on; decided as for a request by default.
            unmet: The rules of access that do not hold for the client.

        Raises:
            RequestError: It cannot be planned.
        """
        plans = prepared.plans
        if on is None:
            on = NO_LABELS if self._labels_on is None else self._labels_on()
        variant = (conditions, unmet) if unmet else conditions
        known = plans.get(variant, on)
        if self._counted is not None:
            self._counted(known is not None)
        if known is None:
            plans.check_refused(variant)
            try:
                known = self._planned(prepared, conditions, on, unmet)
            except RequestError as error:
                if not self.supergraph.labels:
                    plans.refuse(variant, error)
                raise
            plans.put(variant, on, known)
        return known

    def _planned(
        self, prepared: PreparedDocument, conditions: Conditions, on: frozenset[str], unmet: Requirement
    ) -> PlannedOperation:
        document, chosen, operation = self._normalized(prepared, conditions)
        with bounded_nesting():
            check_mutation_fields(operation, self._limits.document.mutation_fields)
            if unmet and self._access is not None:
                operation = self._access.restrict(operation, unmet)
            from gateway.planner.planner import plan  # noqa: PLC0415 - a process that starts needs no planner

            made = plan(self.supergraph, operation, self._limits.budget, on)
            introspection = introspection_document(document, chosen, operation.introspection)
        self._latest = None
        return PlannedOperation(made, introspection, plan_bytes(made))

    def _normalized(
        self, prepared: PreparedDocument, conditions: Conditions
    ) -> tuple[DocumentNode, OperationDefinitionNode, Operation]:
        latest = self._latest
        is_latest = latest is not None and latest.key == prepared.key
        with bounded_nesting():
            if latest is None or not is_latest:
                document, chosen = prepared.parsed()
            else:
                document, chosen = latest.parsed, select_operation(latest.parsed, prepared.name)
            known = latest.normalized.get(conditions) if is_latest and latest is not None else None
            if known is None:
                known = normalize(self.supergraph, document, chosen, dict(conditions))
                check_points(known.fetched.response_size(), prepared.tokens, self._limits.document.points)
            if is_latest and latest is not None:
                latest.normalized[conditions] = known
            return document, chosen, known

    def _coerced(self, prepared: PreparedDocument, variables: Mapping[str, Any]) -> VariableValues:
        """Check and coerce all variables."""
        check_variables(variables, self._limits.document.variable_values)
        hidden = not self._limits.suggestions
        given = prepared.variables.coerce(variables, MAX_ERRORS, hide_suggestions=hidden)
        if isinstance(given, list):
            raise InvalidDocument([error_entry(error) for error in given], "BAD_USER_INPUT")
        return given


@dataclass(slots=True)
class _LatestDocument:
    """The document that was read last, which is nearly always the next to be estimated and planned.

    Attributes:
        key: The document's key in the cache, from which it may be evicted meanwhile.
        parsed: The document with its locations.
        normalized: Its operation in normal form, by the values of its conditions.
    """

    key: bytes
    parsed: DocumentNode
    normalized: dict[Conditions, Operation] = field(default_factory=dict)


def _conditions(prepared: PreparedDocument, given: VariableValues) -> Conditions:
    """Return the values of the conditions."""
    coerced = given.coerced
    return tuple(sorted((name, coerced[name] is True) for name in prepared.conditions if name in coerced))
