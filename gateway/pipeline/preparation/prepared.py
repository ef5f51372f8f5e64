"""Documents and requests that are ready to be planned."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from hashlib import blake2b
from typing import Any, TypeAlias

import msgspec
from graphql import DocumentNode, OperationDefinitionNode, parse
from msgspec import Struct

from gateway.pipeline.access.operation_rules import DocumentAccess
from gateway.pipeline.access.requirements import NOTHING, Requirement
from gateway.pipeline.cache_control import CachePolicy
from gateway.pipeline.limits import DocumentIntrospection
from gateway.pipeline.preparation.costs import OperationCost
from gateway.pipeline.preparation.plan_cache import Conditions, DocumentPlans, Variant
from gateway.pipeline.preparation.sizes import document_bytes
from gateway.pipeline.preparation.syntax import select_operation
from gateway.plan import OperationKind
from gateway.planner import INCREMENTALLY, DeferringDirectives
from jit.codegen import Variables

Check: TypeAlias = Callable[[Any], Awaitable[None] | None]
"""Checks a request by its `PolicyInput`: see `gateway.pipeline.policies.Policy.check`."""


def digest(text: str, operation_name: str | None = None) -> bytes:
    """Return a key of 32 bytes that identifies a document's text and the name of an operation."""
    hasher = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32)
    if operation_name is not None:
        hasher.update(b"\0" + operation_name.encode("utf-8", "surrogatepass"))
    return hasher.digest()


class PreparedDocument(Struct, frozen=True, eq=False):
    """A valid document with the operation chosen from it.

    It keeps the text rather than the syntax tree, which is ten times as large and needed only for planning.

    Attributes:
        text: The whole document.
        name: The name of the chosen operation, if any.
        key: Identifies the document, without ignored characters, and the operation. Documents with the same
            key share their plans.
        token_digest: The digest of the document without ignored characters, whatever its operation.
        conditions: The variables of @skip and @include.
        tokens: The number of its tokens.
        variables: Coerces the operation's variables.
        variable_names: The names of these variables.
        is_query: Whether the operation is a query, which GET allows.
        is_subscription: Whether it is a subscription.
        introspection: The selected introspection; None if `__schema` and `__type` are not selected.
        cache_policy: How long the response to a GET may be cached; None if it may not.
        access: What a client needs in order to see all of it; None if every client may.
        deferring: Its `@defer` and `@stream` directives; None if none can apply.
        plans: The known plans.
        checks: What policies check of each request with it.
    """

    text: str
    name: str | None
    key: bytes
    token_digest: bytes
    conditions: frozenset[str]
    tokens: int
    variables: Variables
    variable_names: frozenset[str]
    is_query: bool
    plans: DocumentPlans
    introspection: DocumentIntrospection | None = None
    cache_policy: CachePolicy | None = None
    access: DocumentAccess | None = None
    is_subscription: bool = False
    deferring: DeferringDirectives | None = None
    checks: tuple[Check, ...] = ()

    @property
    def kind(self) -> OperationKind:
        """The kind of the operation."""
        if self.is_query:
            return "query"
        return "subscription" if self.is_subscription else "mutation"

    def parsed(self) -> tuple[DocumentNode, OperationDefinitionNode]:
        """Parse the document, without locations; return it with the chosen operation."""
        document = parse(self.text, no_location=True)
        return document, select_operation(document, self.name)

    @property
    def document(self) -> DocumentNode:
        """The whole document, parsed on each access."""
        return self.parsed()[0]

    @property
    def operation(self) -> OperationDefinitionNode:
        """The chosen operation, parsed on each access."""
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
        variables: The client's variables, checked but not coerced: coercion is left to the subgraphs.
        cost: The estimated cost in points; 1 if costs are not estimated.
        cost_fault: What is wrong with its slicing arguments, if anything.
        found_in: The set of documents in which the id was found; None if the client sent the document.
        unmet: The rules of access that do not hold for the client.
        labels: The labels of overrides that are on for the customer; None if they are drawn for the request.
        position: Where a subscription is to continue; None to begin.
    """

    document: PreparedDocument
    conditions: Conditions
    variables: Mapping[str, Any]
    cost: int = 1
    cost_fault: str | None = None
    found_in: object = None
    unmet: Requirement = NOTHING
    labels: frozenset[str] | None = None
    position: str | None = None

    @property
    def operation_cost(self) -> OperationCost | None:
        """The cost function of the operation; None if costs are not estimated."""
        return self.document.plans.cost(self.conditions)

    @property
    def variant(self) -> Variant:
        """The part of the key that its plan depends on."""
        return (self.conditions, self.unmet) if self.unmet else self.conditions

    @property
    def plan_conditions(self) -> Conditions:
        """The conditions that its plan is made for."""
        return self.conditions

    @property
    def key(self) -> tuple[bytes, Variant, frozenset[str] | None]:
        """The key of the plan."""
        return self.document.key, self.variant, self.labels


class IncrementalRequest(PreparedRequest, eq=False, gc=False):
    """A prepared request whose response is sent in parts: it has a plan of its own."""

    @property
    def plan_conditions(self) -> Conditions:
        """The conditions that its plan is made for."""
        return (*self.conditions, INCREMENTALLY)

    @property
    def variant(self) -> Variant:
        """The part of the key that its plan depends on."""
        return (self.plan_conditions, self.unmet) if self.unmet else self.plan_conditions


def in_parts(prepared: PreparedRequest) -> IncrementalRequest | None:
    """Return the request with a response in parts; None if nothing is deferred or streamed in it."""
    deferring = prepared.document.deferring
    if deferring is None or not deferring.apply(dict(prepared.conditions)):
        return None
    return IncrementalRequest(**msgspec.structs.asdict(prepared))
