"""A document and a request that are ready to be planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from graphql import DocumentNode, OperationDefinitionNode, parse

from gateway.access.operation_rules import DocumentAccess
from gateway.access.requirements import NOTHING, Requirement
from gateway.cache_control import CachePolicy
from gateway.demand import OperationCost
from gateway.documents import TrustedDocuments
from gateway.limits import DocumentIntrospection
from gateway.pipeline.preparation.operation_selection import select_operation
from gateway.pipeline.preparation.plan_cache import Conditions, DocumentPlans, Variant
from gateway.pipeline.preparation.sizes import document_bytes
from jit.codegen import Variables


@dataclass(frozen=True, slots=True, eq=False)
class PreparedDocument:
    """A valid document with the operation chosen from it.

    It keeps the text and not what was parsed from it, which is ten times as large and only planning needs.

    Attributes:
        text: The whole document.
        name: The name of the chosen operation, if it has one.
        key: Identifies the document without ignored characters and the operation. Documents with one key
            share their plans.
        tokens: The digest of the document without ignored characters, whatever its operation.
        conditions: The variables of @skip and @include.
        variables: Coerces the operation's variables.
        variable_names: The names of these variables.
        is_query: Whether the operation is a query, which GET allows.
        introspection: What is introspected; None if `__schema` and `__type` are selected nowhere.
        cache_policy: For how long the answer to a GET may be cached; None for not at all.
        access: What a client must have to see all of it; None if everybody may.
        plans: The plans that are known.
    """

    text: str
    name: str | None
    key: bytes
    tokens: bytes
    conditions: frozenset[str]
    variables: Variables
    variable_names: frozenset[str]
    is_query: bool
    plans: DocumentPlans
    introspection: DocumentIntrospection | None = None
    cache_policy: CachePolicy | None = None
    access: DocumentAccess | None = None

    def parsed(self) -> tuple[DocumentNode, OperationDefinitionNode]:
        """Parse the document again, without locations; return it with the chosen operation."""
        document = parse(self.text, no_location=True)
        return document, select_operation(document, self.name)

    @property
    def document(self) -> DocumentNode:
        """The whole document, parsed anew."""
        return self.parsed()[0]

    @property
    def operation(self) -> OperationDefinitionNode:
        """The chosen operation, parsed anew."""
        return self.parsed()[1]

    @property
    def size(self) -> int:
        """The bytes of the document and its plans, as measured."""
        return document_bytes(self.text, len(self.variable_names)) + self.plans.size


class PreparedRequest(msgspec.Struct, eq=False, gc=False):
    """A request that is ready to be planned and fetched.

    Attributes:
        document: The document and operation.
        conditions: The values of its conditions, which select the plan.
        variables: The client's variables, checked but not coerced: subgraphs coerce them.
        cost: What it may cost, in points; 1 if costs are not worked out.
        cost_fault: What is wrong with its slicing arguments; None if nothing is.
        trusted: The set of trusted documents in which the document was found by its id; None if it was sent.
        unmet: The rules of access that do not hold for the client.
    """

    document: PreparedDocument
    conditions: Conditions
    variables: Mapping[str, Any]
    cost: int = 1
    cost_fault: str | None = None
    trusted: TrustedDocuments | None = None
    unmet: Requirement = NOTHING

    @property
    def operation_cost(self) -> OperationCost | None:
        """How its cost is worked out; None if it is not."""
        return self.document.plans.cost(self.conditions)

    @property
    def variant(self) -> Variant:
        """What its plan is made for."""
        return (self.conditions, self.unmet) if self.unmet else self.conditions

    @property
    def key(self) -> tuple[bytes, Variant]:
        """Identifies what is planned."""
        return self.document.key, self.variant
