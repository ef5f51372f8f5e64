"""Removes `@defer` and `@stream` from documents, for servers that always send one complete response."""

from typing import Any, Final

from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    GraphQLDeferDirective,
    GraphQLError,
    GraphQLSchema,
    GraphQLStreamDirective,
    Visitor,
    VisitorAction,
    validate,
    visit,
)

INCREMENTAL: Final = (GraphQLDeferDirective, GraphQLStreamDirective)
NAMES: Final = frozenset(directive.name for directive in INCREMENTAL)


class WholeDocuments:
    """Validates documents that may contain `@defer` and `@stream`, and removes these directives.

    Args:
        schema: The schema, which does not define the directives itself.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._accepting: GraphQLSchema | None = None

    def validated(self, document: DocumentNode) -> tuple[DocumentNode, list[GraphQLError]]:
        """Return the document without these directives, and the validation errors of the given one."""
        if not _is_incremental(document):
            return document, validate(self._schema, document)
        if self._accepting is None:
            parts: dict[str, Any] = dict(self._schema.to_kwargs())
            parts["directives"] = (*parts["directives"], *INCREMENTAL)
            self._accepting = GraphQLSchema(**{**parts, "assume_valid": True})
        errors = validate(self._accepting, document)
        return (document if errors else visit(document, _Whole())), errors


class _Whole(Visitor):
    def enter_directive(self, node: DirectiveNode, *_: Any) -> VisitorAction:
        return REMOVE if node.name.value in NAMES else None


class _Search(Visitor):
    found = False

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        self.found = self.found or node.name.value in NAMES


def _is_incremental(document: DocumentNode) -> bool:
    search = _Search()
    visit(document, search)
    return search.found
