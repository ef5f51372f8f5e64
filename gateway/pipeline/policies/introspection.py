"""Decides who may introspect the schema, and how much of it at once."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients.client_class import IntrospectionPermission
from gateway.limits import (
    introspection_refused,
    introspection_too_large,
    unusual_introspection_refused,
)
from gateway.pipeline.policies.policy import PolicyInput
from gateway.pipeline.preparation.prepared import PreparedDocument


@dataclass(frozen=True, slots=True)
class IntrospectionPolicy:
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
        found = policy_input.prepared.document.introspection
        if found is None:
            return
        permission = policy_input.client.client_class.introspection
        if permission is None:
            permission = self.allowed
        if permission is False:
            raise introspection_refused()
        if found.is_usual:
            return
        if permission == "known":
            raise unusual_introspection_refused()
        if found.response_bytes > self.most_bytes:
            raise introspection_too_large(self.most_bytes)
