"""What leaves out of plans and of introspection what a client may not see."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.access.operations import OperationAccess
from gateway.access.visible_schema import VisibleSchemas


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Leaves out of plans and introspection what a client may not see; by default, that is nothing.

    Attributes:
        operations: Restricts operations; None to plan them as they are.
        visible: The schemas for introspection; None if all clients see the same.
    """

    operations: OperationAccess | None = None
    visible: VisibleSchemas | None = None
