"""Policies: checks of each request after it is prepared and before it is planned.

Checks that do not depend on the sender (limits, validity) run once, when the document is prepared. A policy
decides by who sends the document, or how often.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import msgspec
from msgspec import Struct

from gateway.pipeline.identification import ClientIdentity
from gateway.pipeline.limits import (
    introspection_refused,
    introspection_too_large,
    unusual_introspection_refused,
)
from gateway.pipeline.preparation.prepared import Check, PreparedDocument, PreparedRequest
from gateway.pipeline.stages import HttpRequest
from gateway.settings.client_class import IntrospectionPermission


class PolicyInput(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The input of a policy.

    Attributes:
        request: The request as it arrived.
        client: The client that its headers claim.
        session: The session from authentication; None if none is required.
        prepared: The document and variables.
    """

    request: HttpRequest
    client: ClientIdentity
    session: object
    prepared: PreparedRequest


class Policy(Protocol):
    """Refuses requests."""

    def check(self, policy_input: PolicyInput) -> Awaitable[None] | None:
        """Return None to let a request pass; or what must be awaited first.

        Raises:
            RequestError: The request is refused; awaiting the result may raise it as well.
        """
        ...


@runtime_checkable
class SelectivePolicy(Policy, Protocol):
    """A policy for some documents only: requests with others do without it."""

    def concerns(self, document: PreparedDocument) -> bool:
        """Return whether requests with a document are checked; asked once, when it is prepared."""
        ...


def checks_of(policies: Iterable[Policy], document: PreparedDocument) -> tuple[Check, ...]:
    """Return what policies check of each request with a document."""
    return tuple(
        policy.check
        for policy in policies
        if not isinstance(policy, SelectivePolicy) or policy.concerns(document)
    )


class IntrospectionPolicy(Struct, frozen=True):
    """Refuses introspection to classes of clients that may not introspect, and limits it for the others.

    Attributes:
        allowed: Whether classes of clients without a setting of their own may introspect.
        most_bytes: The most bytes of a response, as estimated from the schema.
    """

    allowed: IntrospectionPermission
    most_bytes: int

    def concerns(self, document: PreparedDocument) -> bool:
        """Return whether a document selects `__schema` or `__type`."""
        return document.introspection is not None

    def check(self, policy_input: PolicyInput) -> None:
        """Refuse a document that selects `__schema` or `__type`, unless the client may introspect.

        Raises:
            InvalidDocument: The client may not introspect, or the response would be too large.
        """
        introspection = policy_input.prepared.document.introspection
        if introspection is None:
            return
        permission = policy_input.client.client_class.introspection
        if permission is None:
            permission = self.allowed
        if permission is False:
            raise introspection_refused()
        if introspection.is_usual:
            return
        if permission == "known":
            raise unusual_introspection_refused()
        if introspection.response_bytes > self.most_bytes:
            raise introspection_too_large(self.most_bytes)


@dataclass(slots=True)
class Batch:
    """What the requests of a batch have in common.

    Attributes:
        cost: The estimated cost of those that were let through so far, in points.
    """

    cost: int = 0


class BatchEntry:
    """A request that came in a batch.

    Attributes:
        batch: The batch.
        is_cancellable: Whether the request may be cancelled; it must not if it makes a change.
    """

    __slots__ = ()

    batch: Batch
    is_cancellable: bool


class SharedCosts(Struct, frozen=True):
    """Offered by a feature whose requests may be entries of a batch: the costs of these count together."""
