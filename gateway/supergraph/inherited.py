"""Adds inherited interfaces: a type also implements the interfaces of its interfaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    DefinitionNode,
    DocumentNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    NameNode,
    ObjectTypeDefinitionNode,
)


def with_inherited_interfaces(document: DocumentNode) -> DocumentNode:
    """Add the interfaces that a supergraph leaves out.

    If only an interface object implements another interface, composition declares that on the interface but
    not on its implementations, although GraphQL requires both.
    """
    above = {
        each.name.value: [name.name.value for name in each.interfaces or ()]
        for each in document.definitions
        if isinstance(each, InterfaceTypeDefinitionNode)
    }
    if not any(above.values()):
        return document
    return DocumentNode(
        definitions=tuple(_completed(each, above) for each in document.definitions), loc=document.loc
    )


def _completed(node: DefinitionNode, above: Mapping[str, Sequence[str]]) -> DefinitionNode:
    if not isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        return node
    names = [each.name.value for each in node.interfaces or ()]
    inherited = list(names)
    for name in inherited:
        inherited += [each for each in above.get(name, ()) if each not in inherited]
    added = [NamedTypeNode(name=NameNode(value=each)) for each in inherited[len(names) :]]
    if not added or node.name.value in inherited:
        return node
    parts: dict[str, Any] = {key: getattr(node, key, None) for key in node.keys}
    parts |= {"loc": node.loc, "interfaces": (*(node.interfaces or ()), *added)}
    return type(node)(**parts)
