"""Access control of operations: the interface for the pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Final

from gateway.access.operation_rules import DocumentAccess, FieldRules, document_access
from gateway.access.requirements import Requirement
from gateway.access.restriction import hidden_paths, restrict
from gateway.access.rules import AccessRules
from gateway.errors import Unauthorized
from gateway.planner import Operation
from gateway.supergraph import Supergraph

MAX_PATHS: Final = 50
"""How many fields a refusal names at most."""


@dataclass(frozen=True, slots=True)
class OperationAccess:
    """Decides which parts of an operation are planned.

    Attributes:
        fields: The requirements of fields.
        rejects: Whether to refuse an operation as a whole if its client may not see one of its fields.
    """

    fields: FieldRules
    rejects: bool = False

    @classmethod
    def of(cls, supergraph: Supergraph, *, rejects: bool = False) -> OperationAccess:
        """Build the access control of a supergraph's operations."""
        return cls(FieldRules(AccessRules.of(supergraph)), rejects)

    def document(self, operation: Operation) -> DocumentAccess | None:
        """Return the rules that an operation may touch; None if everybody may see all of it."""
        return document_access(self.fields, operation)

    def restrict(self, operation: Operation, unmet: Requirement) -> Operation:
        """Return an operation without the parts that its client may not see.

        Args:
            operation: The operation in normal form.
            unmet: The rules that do not hold for the client.

        Raises:
            Unauthorized: The client may not see all of its fields, and such operations are refused.
        """
        restricted = restrict(self.fields, unmet, operation)
        if self.rejects:
            paths = list(islice(dict.fromkeys(hidden_paths(restricted)), MAX_PATHS))
            if paths:
                raise Unauthorized(paths)
        return restricted
