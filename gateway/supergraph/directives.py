"""Reads directives of a supergraph's SDL: their arguments, and the names that `@link` gives them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveLocation,
    DocumentNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    value_from_ast_untyped,
)
from graphql.language import Node
from msgspec import Struct, field

from gateway.supergraph.specifications import COMPOSED_AS_JOIN, FEDERATION, KNOWN, Specification

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

    A specification that the gateway knows is called by its name, such as `join`; any other by its address.

    Attributes:
        prefixes: The prefix of each linked specification.
        renamed: The names under which directives and types were imported, by specification and original name.
        types: The names of imported types.
        linked: The specifications that the document links to, with their versions.
        unsupported: The addresses that are needed but not known in that version, each with its purpose.
        composed: The original names of directives, by subgraph and the name that the subgraph gives them.
    """

    prefixes: dict[str, str] = field(default_factory=dict)
    renamed: dict[tuple[str, str], str] = field(default_factory=dict)
    types: set[str] = field(default_factory=set)
    linked: dict[str, str] = field(default_factory=dict)
    unsupported: dict[str, str] = field(default_factory=dict)
    composed: dict[tuple[str, str], str] = field(default_factory=dict)

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
        """Return all possible names of the directive with the specification's name, linked or not.

        Directives that hide or guard something are searched under all of them: a superfluous name only hides
        more. Only a name that belongs to another specification is not among them.
        """
        own = {self.directive(spec), self.prefixes.get(spec, spec)} if spec in self.linked else set()
        return frozenset(own if self._is_taken(spec) else own | {spec})

    def names_anywhere(self, name: str) -> frozenset[str]:
        """Return all names of a directive that subgraphs may define at an address of their own."""
        imported = {alias for (_, original), alias in self.renamed.items() if original == name}
        return frozenset({name, self.directive(name), *imported})

    def original(self, graph: object, name: str) -> str:
        """Return the original name of a directive that a subgraph applies."""
        return self.composed.get((str(graph), name), name.removeprefix("federation__"))

    @property
    def marks_value_types(self) -> bool:
        """Whether types that several subgraphs define say which ones: in join v0.1, they do not."""
        return self.linked.get("join") != "0.1"

    def is_machinery_type(self, name: str) -> bool:
        """Return whether a type belongs to a linked specification, and not to the public schema."""
        prefix, separator, _ = name.partition("__")
        return name in self.types or (bool(separator) and prefix in self.prefixes.values())

    def is_machinery_directive(self, name: str) -> bool:
        """Return whether a directive, which may have its specification's name, belongs to a linked one."""
        return name in self.renamed.values() or name.partition("__")[0] in self.prefixes.values()

    def _is_taken(self, name: str) -> bool:
        """Return whether a specification that the gateway does not know has given a directive this name."""
        return any(prefix == name for spec, prefix in self.prefixes.items() if spec not in KNOWN) or any(
            alias == name for (spec, _), alias in self.renamed.items() if spec not in KNOWN
        )


def read_links(document: DocumentNode) -> Links:
    """Collect the linked specifications of a supergraph."""
    links = Links(prefixes={"link": "link", "core": "core", "join": "join", "inaccessible": "inaccessible"})
    schemas = [
        node for node in document.definitions if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode)
    ]
    for schema in schemas:
        for link in (*applied(schema, "link"), *applied(schema, "core")):
            _read_link(links, link)
    for schema in schemas:
        for joined in applied(schema, links.directive("join", "directive")):
            if joined.get("name") == "link" and isinstance(joined.get("args"), dict):
                _read_subgraph_link(links, joined.get("graphs") or (), joined["args"])
    return links


def _read_link(links: Links, link: Mapping[str, Any]) -> None:
    url = str(link.get("url") or link.get("feature") or "")
    specification = Specification.at(url)
    if specification is None:
        return
    spec = specification.key
    links.linked[spec] = specification.version
    links.prefixes[spec] = str(link.get("as") or specification.name)
    if link.get("for") and not specification.is_supported:
        links.unsupported[url] = str(link["for"])
    for name, alias in _imports(link):
        if name.startswith("@"):
            links.renamed[spec, name.removeprefix("@")] = alias.removeprefix("@")
        else:
            links.types.add(alias)


def _read_subgraph_link(links: Links, graphs: Iterable[object], link: Mapping[str, Any]) -> None:
    """Read a link that composition copied from subgraphs: their own names for Federation's directives."""
    specification = Specification.at(str(link.get("url") or ""))
    if specification is None or specification.identity != FEDERATION:
        return
    for graph in graphs:
        for name, alias in _imports(link):
            links.composed[str(graph), alias.removeprefix("@")] = name.removeprefix("@")
        if link.get("as"):
            for name in COMPOSED_AS_JOIN:
                links.composed[str(graph), f"{link['as']}__{name}"] = name


def _imports(link: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a link imports, by its original name and by that in the document."""
    for entry in link.get("import") or ():
        name, alias = (entry, None) if isinstance(entry, str) else (entry["name"], entry.get("as"))
        yield str(name), str(alias or name)


def applications(node: Node, names: Collection[str], links: Links) -> Iterator[Mapping[str, Any]]:
    """Yield the arguments of each application of a composed directive, direct or by `@join__directive`.

    Args:
        node: The definition.
        names: The names that the directive has in the supergraph, and its original name.
        links: The supergraph's links.
    """
    for name in sorted(names):
        yield from applied(node, name)
    for arguments in applied(node, links.directive("join", "directive")):
        given = arguments.get("args")
        name = str(arguments.get("name"))
        graphs = arguments.get("graphs") or (None,)
        if name in names or any(links.original(graph, name) in names for graph in graphs):
            yield given if isinstance(given, dict) else {}
