"""Reads directives of a supergraph's SDL: their arguments, and the names that `@link` gives them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from graphql import ConstDirectiveNode, DocumentNode, SchemaDefinitionNode, value_from_ast_untyped
from graphql.language import Node


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
    """Whether a directive is applied to a definition."""
    return next(applied(node, name), None) is not None


@dataclass(frozen=True, slots=True)
class Links:
    """What the `@link` (or `@core`) directives of a supergraph say about names.

    Attributes:
        prefixes: The prefix of each linked specification, as `join`.
        renamed: By specification and plain name, the name it was imported under.
        purposes: By specification, what `for:` says it is there for.
    """

    prefixes: dict[str, str] = field(default_factory=dict)
    renamed: dict[tuple[str, str], str] = field(default_factory=dict)
    purposes: dict[str, str] = field(default_factory=dict)

    def directive(self, spec: str, name: str | None = None) -> str:
        """How a specification's directive is written in this document, without the `@`.

        Args:
            spec: The specification's own name, as `join`.
            name: The directive, or None for the one that is called as its specification.
        """
        imported = self.renamed.get((spec, name or spec))
        if imported is not None:
            return imported
        prefix = self.prefixes.get(spec, spec)
        return prefix if name is None or name == spec else f"{prefix}__{name}"

    def is_machinery(self, name: str) -> bool:
        """Whether a type or directive belongs to a linked specification, not to the public schema."""
        if name in self.renamed.values():
            return True
        prefix = name.split("__", 1)[0]
        return prefix in self.prefixes.values()


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
    spec = parts[-2] if len(parts) > 1 and parts[-1].startswith("v") else parts[-1]
    links.prefixes[spec] = str(link.get("as") or spec)
    if link.get("for"):
        links.purposes[spec] = str(link["for"])
    for entry in link.get("import") or ():
        name, alias = (entry, entry) if isinstance(entry, str) else (entry["name"], entry.get("as"))
        links.renamed[spec, str(name).lstrip("@")] = str(alias or name).lstrip("@")
