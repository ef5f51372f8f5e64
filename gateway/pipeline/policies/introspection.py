"""Who may introspect the schema."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.limits import introspection_refused
from gateway.pipeline.policies.policy import PolicyInput


@dataclass(frozen=True, slots=True)
class IntrospectionPolicy:
    """Refuses introspection to classes of clients that may not introspect.

    Attributes:
        allowed: Whether a class of clients that says nothing about it may.
    """

    allowed: bool

    def check(self, asked: PolicyInput) -> None:
        """Refuse a document that selects `__schema` or `__type`, unless the client may.

        Raises:
            InvalidDocument: It may not.
        """
        if asked.prepared.document.introspects:
            permission = asked.client.client_class.introspection
            if not (self.allowed if permission is None else permission):
                raise introspection_refused()
