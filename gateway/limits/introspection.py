"""Refuses introspection where it is switched off."""

from __future__ import annotations

from typing import Final

from graphql import DocumentNode, FieldNode, visit
from graphql.language import BREAK, VisitorAction
from graphql.language.visitor import Visitor

from gateway.errors import InvalidDocument

INTROSPECTION_FIELDS: Final = frozenset({"__schema", "__type"})


def check_introspection(document: DocumentNode) -> None:
    """Refuse a document that selects `__schema` or `__type` anywhere.

    Raises:
        InvalidDocument: Introspection is switched off.
    """
    search = _Search()
    visit(document, search)
    if search.found:
        message = "Introspection is switched off: the schema is published elsewhere."
        raise InvalidDocument([{"message": message}], "INTROSPECTION_DISABLED")


class _Search(Visitor):
    """Looks for introspection fields."""

    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_field(self, node: FieldNode, *_: object) -> VisitorAction:
        """Stop at the first one."""
        if node.name.value in INTROSPECTION_FIELDS:
            self.found = True
            return BREAK
        return None
