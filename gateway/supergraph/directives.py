"""Reads directives of a supergraph's SDL: their arguments, and the names that `@link` gives them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveLocation,
    DocumentNode,
    SchemaDefinitionNode,
    value_from_ast_untyped,
)
from graphql.language import Node
from msgspec import Struct, field

EXECUTABLE = frozenset(
    location.name
    for location in (
        DirectiveLocation.QUERY,
        DirectiveLocation.MUTATION,
        DirectiveLocation.SUBSCRIPTION,
        DirectiveLocation.FIELD,
        DirectiveLocation.FRAGMENT_DEFINITION,
        DirectiveLocation.FRAGMENT_SPREAD,
        DirectiveLocation.INLINE_FRAGMENT,
        DirectiveLocation.VARIABLE_DEFINITION,
    )
)
"""The locations of directives that clients write."""


def applied(node: Node, name: str) -> Iterator[dict[str, Any]]:
    """The arguments of each application of a directive to a definition, in order."""
    directives: tuple[ConstDirectiveNode, ...] = getattr(node, "directives", None) or ()
    for directive in directives:
        if directive.name.value == name:
            yield {
                argument.name.value: value_from_ast_untyped(argument.value)
                for argument in directive.arguments or ()
            }


def is_applied(node: Node, name: str) -> bool:
    """Return whether a directive is applied to a definition."""
    return next(applied(node, name), None) is not None


def with_repeatable_directives(document: DocumentNode) -> DocumentNode:
    """Make directives repeatable, except for those that clients may write.

    If subgraphs apply a composed directive differently, composition may copy every application, even if the
    directive's definition does not allow that.
    """
    return DocumentNode(definitions=tuple(map(_repeatable, document.definitions)), loc=document.loc)


def _repeatable(node: DefinitionNode) -> DefinitionNode:
    if not isinstance(node, DirectiveDefinitionNode) or node.repeatable:
        return node
    if any(location.value in EXECUTABLE for location in node.locations):
        return node
    parts: dict[str, Any] = {key: getattr(node, key, None) for key in node.keys}
    return DirectiveDefinitionNode(**{**parts, "loc": node.loc, "repeatable": True})


class Links(Struct, frozen=True):
    """The names that the `@link` (or `@core`) directives of a supergraph give to specifications.

    Attributes:
        prefixes: The prefix of each linked specification, such as `join`.
        renamed: The names under which directives and types were imported, by specification and original name.
        purposes: The purposes given by `for:`, by specification.
        types: The names of imported types.
        linked: The specifications that the document links to, with their versions.
    """

    prefixes: dict[str, str] = field(default_factory=dict)
    renamed: dict[tuple[str, str], str] = field(default_factory=dict)
    purposes: dict[str, str] = field(default_factory=dict)
    types: set[str] = field(default_factory=set)
    linked: dict[str, str] = field(default_factory=dict)

    def directive(self, spec: str, name: str | None = None) -> str:
        """Return the name of a specification's directive in this document, without the `@`.

        Args:
            spec: The specification's own name, such as `join`.
            name: The directive, or None for the directive with the specification's name.
        """
        imported = self.renamed.get((spec, name or spec))
        if imported is not None:
            return imported
        prefix = self.prefixes.get(spec, spec)
        return prefix if name is None or name == spec else f"{prefix}__{name}"

    def names(self, spec: str) -> frozenset[str]:
        """Return all possible names of the directive with the specification's name, imported or not.

        Directives that hide or guard something are searched under all of them: a superfluous name only hides
        more.
        """
        return frozenset({self.directive(spec), self.prefixes.get(spec, spec)})

    def is_machinery_type(self, name: str) -> bool:
        """Return whether a type belongs to a linked specification, and not to the public schema."""
        prefix, separator, _ = name.partition("__")
        return name in self.types or (bool(separator) and prefix in self.prefixes.values())

    def is_machinery_directive(self, name: str) -> bool:
        """Return whether a directive, which may have its specification's name, belongs to a linked one."""
        return name in self.renamed.values() or name.partition("__")[0] in self.prefixes.values()


def read_links(document: DocumentNode) -> Links:
    """Collect the linked specifications of a supergraph."""
    links = Links(prefixes={"link": "link", "core": "core", "join": "join", "inaccessible": "inaccessible"})
    for definition in document.definitions:
        if not isinstance(definition, SchemaDefinitionNode):
            continue
        for link in applied(definition, "link"):
            _read_link(links, link, str(link.get("url", "")))
        for link in applied(definition, "core"):
            _read_link(links, link, str(link.get("feature", "")))
    return links


def _read_link(links: Links, link: dict[str, Any], url: str) -> None:
    parts = [part for part in urlsplit(url).path.split("/") if part]
    if not parts:
        return
    versioned = len(parts) > 1 and re.fullmatch(r"v\d+(\.\d+)*", parts[-1]) is not None
    spec = parts[-2] if versioned else parts[-1]
    links.linked[spec] = parts[-1].removeprefix("v") if versioned else ""
    links.prefixes[spec] = str(link.get("as") or spec)
    if link.get("for"):
        links.purposes[spec] = str(link["for"])
    for entry in link.get("import") or ():
        name, alias = (entry, entry) if isinstance(entry, str) else (entry["name"], entry.get("as"))
        if str(name).startswith("@"):
            links.renamed[spec, str(name).removeprefix("@")] = str(alias or name).removeprefix("@")
        else:
            links.types.add(str(alias or name))


def applications(node: Node, names: Collection[str], links: Links) -> Iterator[Mapping[str, Any]]:
    """Yield the arguments of each application of a composed directive, direct or by `@join__directive`.

    Args:
        node: The definition.
        names: The names that the directive has in the supergraph.
        links: The supergraph's links.
    """
    for name in sorted(names):
        yield from applied(node, name)
    for arguments in applied(node, links.directive("join", "directive")):
        given = arguments.get("args")
        if arguments.get("name") in names:
            yield given if isinstance(given, dict) else {}
