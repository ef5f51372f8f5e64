"""Tells whether a document introspects the schema."""

from __future__ import annotations

from typing import Final

from graphql import DocumentNode, FieldNode, visit
from graphql.language import BREAK, VisitorAction
from graphql.language.visitor import Visitor

from gateway.errors import InvalidDocument

INTROSPECTION_FIELDS: Final = frozenset({"__schema", "__type"})


def introspects(document: DocumentNode) -> bool:
    """Return whether a document selects `__schema` or `__type` anywhere."""
    search = _Search()
    visit(document, search)
    return search.found


def introspection_refused() -> InvalidDocument:
    """Return the refusal of a client that may not introspect."""
    message = "Introspection is switched off: the schema is published elsewhere."
    return InvalidDocument([{"message": message}], "INTROSPECTION_DISABLED")


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
