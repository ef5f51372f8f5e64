"""Who may introspect the schema, and how much of it at once."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients.client_class import IntrospectionPermission
from gateway.limits import (
    introspection_refused,
    introspection_too_large,
    unusual_introspection_refused,
)
from gateway.pipeline.policies.policy import PolicyInput


@dataclass(frozen=True, slots=True)
class IntrospectionPolicy:
    """Refuses introspection to classes of clients that may not introspect, and too much of it to the others.

    Attributes:
        allowed: What a class of clients may that says nothing about it.
        most_bytes: The longest response, as estimated from the schema.
    """

    allowed: IntrospectionPermission
    most_bytes: int

    def check(self, asked: PolicyInput) -> None:
        """Refuse a document that selects `__schema` or `__type`, unless the client may.

        Raises:
            InvalidDocument: It may not, or not this query.
        """
        found = asked.prepared.document.introspection
        if found is None:
            return
        permission = asked.client.client_class.introspection
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
