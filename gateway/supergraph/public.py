"""The public schema: the supergraph without inaccessible parts and without Federation's machinery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    parse,
)
from graphql.language import Node

from gateway.supergraph.directives import EXECUTABLE, Links, is_applied

KEPT_DIRECTIVES = frozenset({"deprecated", "specifiedBy", "oneOf"})

N = TypeVar("N", bound=Node)


INCREMENTAL_DIRECTIVES: Final = """\
"Delivers the fragment after the response to the fields around it, if `if` is true."
directive @defer(
  if: Boolean! = true
  "Identifies the fragment among the parts of the response; unique in the document."
  label: String
) on FRAGMENT_SPREAD | INLINE_FRAGMENT

"Delivers the first items of a list with the fields around it, and the others later, if `if` is true."
directive @stream(
  if: Boolean! = true
  "Identifies the list among the parts of the response; unique in the document."
  label: String
  "How many items are delivered first."
  initialCount: Int! = 0
) on FIELD
"""


def public_schema(document: DocumentNode, links: Links, *, incremental: bool = False) -> GraphQLSchema:
    """Build the schema that clients see.

    Args:
        document: The supergraph.
        links: The names of its machinery.
        incremental: Whether clients may use `@defer` and `@stream`.
    """
    public = public_document(document, links)
    if incremental:
        public = _with_incremental_directives(public)
    # The whole document is validated already; a reference to an unknown type is refused even so.
    return build_ast_schema(public, assume_valid_sdl=True)


def _with_incremental_directives(public: DocumentNode) -> DocumentNode:
    """Define `@defer` and `@stream`, in place of a subgraph's own directives of these names."""
    added = parse(INCREMENTAL_DIRECTIVES, no_location=True).definitions
    names = {definition.name.value for definition in added if isinstance(definition, DirectiveDefinitionNode)}
    kept = (
        definition
        for definition in public.definitions
        if not isinstance(definition, DirectiveDefinitionNode) or definition.name.value not in names
    )
    return DocumentNode(definitions=(*kept, *added))


def public_document(document: DocumentNode, links: Links) -> DocumentNode:
    """Return the supergraph's definitions without those that clients may not see."""
    return DocumentNode(definitions=tuple(_definitions(document, _Pruning(document, links))))


class _Pruning:
    """Decides which definitions are removed, and copies the others."""

    def __init__(self, document: DocumentNode, links: Links) -> None:
        self._links = links
        self._inaccessible = links.names("inaccessible")
        self._hidden_types = frozenset(
            definition.name.value
            for definition in document.definitions
            if isinstance(definition, TypeDefinitionNode) and self.hides(definition)
        )

    def hides(self, node: Node) -> bool:
        """Return whether a definition is inaccessible or belongs to a linked specification."""
        if isinstance(node, TypeDefinitionNode) and self._links.is_machinery_type(node.name.value):
            return True
        return any(is_applied(node, name) for name in self._inaccessible)

    def is_machinery(self, name: str) -> bool:
        """Return whether a directive belongs to a linked specification."""
        return self._links.is_machinery_directive(name)

    def hides_type(self, name: str) -> bool:
        """Return whether a type is absent from the public schema."""
        return name in self._hidden_types

    def directives(self, node: Node) -> tuple[ConstDirectiveNode, ...]:
        """Return the directives that are kept."""
        present: tuple[ConstDirectiveNode, ...] = getattr(node, "directives", None) or ()
        return tuple(directive for directive in present if directive.name.value in KEPT_DIRECTIVES)

    def kept(self, nodes: Iterable[N] | None) -> tuple[N, ...]:
        """Return the members that are kept, themselves pruned."""
        return tuple(self.pruned(node) for node in nodes or () if not self.hides(node))

    def named(self, nodes: Iterable[NamedTypeNode] | None) -> tuple[NamedTypeNode, ...]:
        """The named types that stay."""
        return tuple(node for node in nodes or () if not self.hides_type(node.name.value))

    def pruned(self, node: N) -> N:
        """A copy with only what clients may see."""
        changes: dict[str, Any] = {"directives": self.directives(node)}
        if getattr(node, "arguments", None):
            changes["arguments"] = self.kept(getattr(node, "arguments", None))
        return _replaced(node, **changes)


def _replaced(node: N, **changes: Any) -> N:
    """A copy of a node with some of its parts replaced."""
    parts = {key: getattr(node, key, None) for key in node.keys}
    return type(node)(**{**parts, "loc": node.loc, **changes})


def _definitions(document: DocumentNode, pruning: _Pruning) -> Iterator[DefinitionNode]:
    for definition in document.definitions:
        match definition:
            case SchemaDefinitionNode():
                yield _schema(definition, pruning)
            case DirectiveDefinitionNode():
                if _is_public_directive(definition, pruning):
                    yield definition
            case TypeDefinitionNode():
                if not pruning.hides(definition):
                    yield _type(definition, pruning)
            case _:
                continue


def _schema(definition: SchemaDefinitionNode, pruning: _Pruning) -> SchemaDefinitionNode:
    """Leave out inaccessible root types, such as the mutation type in a read-only contract."""
    roots = definition.operation_types or ()
    kept = tuple(root for root in roots if not pruning.hides_type(root.type.name.value))
    return _replaced(definition, directives=pruning.directives(definition), operation_types=kept)


def _is_public_directive(definition: DirectiveDefinitionNode, pruning: _Pruning) -> bool:
    """Whether a directive is public: clients may write it; type system directives do not concern them."""
    if pruning.is_machinery(definition.name.value):
        return False
    return any(location.value in EXECUTABLE for location in definition.locations)


def _type(definition: TypeDefinitionNode, pruning: _Pruning) -> TypeDefinitionNode:
    changes: dict[str, Any] = {"directives": pruning.directives(definition)}
    match definition:
        case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
            changes["interfaces"] = pruning.named(definition.interfaces)
            changes["fields"] = pruning.kept(definition.fields)
        case InputObjectTypeDefinitionNode():
            changes["fields"] = pruning.kept(definition.fields)
        case EnumTypeDefinitionNode():
            changes["values"] = pruning.kept(definition.values)
        case UnionTypeDefinitionNode():
            changes["types"] = pruning.named(definition.types)
        case _:
            pass
    return _replaced(definition, **changes)
