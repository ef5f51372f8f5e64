"""Loads a supergraph: SDL with join directives becomes an immutable model, or is refused with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    DefinitionNode,
    DocumentNode,
    GraphQLError,
    InterfaceTypeDefinitionNode,
    Lexer,
    NamedTypeNode,
    NameNode,
    ObjectTypeDefinitionNode,
    Source,
    Token,
    build_ast_schema,
    parse,
    validate_schema,
)
from graphql.language.parser import Parser

from foundation.garbage_collection import collection_paused
from gateway.errors import SupergraphError
from gateway.supergraph.annotations.access_and_cost import read_annotations
from gateway.supergraph.annotations.cache_hints import read_cache_hints
from gateway.supergraph.annotations.cache_tags import read_cache_tags
from gateway.supergraph.directives import Links, read_links, with_repeatable_directives
from gateway.supergraph.joins.subgraph_schemas import Joins
from gateway.supergraph.model import Subgraph, Supergraph
from gateway.supergraph.public import public_schema


def load_supergraph(sdl: str, *, incremental: bool = False) -> Supergraph:
    """Read a supergraph.

    Args:
        sdl: The composed schema as written by a composition tool.
        incremental: Whether clients may use `@defer` and `@stream`.

    Raises:
        SupergraphError: The supergraph is invalid; the message says what is wrong, and where.
    """
    with collection_paused():
        try:
            return _load(sdl, located=False, incremental=incremental)
        except (SupergraphError, RecursionError):
            return _load(sdl, located=True, incremental=incremental)


def _load(sdl: str, *, located: bool, incremental: bool) -> Supergraph:
    """Load a supergraph; locations take half of its memory, and only errors need them."""
    try:
        document = with_repeatable_directives(with_inherited_interfaces(parsed(sdl, located=located)))
        links = read_links(document)
        _refuse_unknown(links)
        schema = build_ast_schema(document)
        public = public_schema(document, links, incremental=incremental)
    except GraphQLError as error:
        raise SupergraphError(f"The supergraph is not a valid schema: {error}") from error
    except TypeError as error:
        raise SupergraphError(f"The supergraph is not a valid schema: {error}") from error
    if schema.query_type is None or public.query_type is None:
        raise SupergraphError("The supergraph has no query type, or it is inaccessible.")
    if errors := validate_schema(public):
        raise SupergraphError(f"The public schema is not valid: {errors[0]}")
    joins = Joins(document, links, schema)
    subgraphs = joins.subgraphs()
    return Supergraph(
        subgraphs=subgraphs,
        schema=schema,
        public=public,
        query=schema.query_type.name,
        mutation=public.mutation_type.name if public.mutation_type else None,
        subscription=public.subscription_type.name if public.subscription_type else None,
        interface_objects=joins.interface_objects,
        labels=frozenset(_labels(subgraphs.values())),
        annotations=read_annotations(document, links),
        cache_hints=read_cache_hints(document, links),
        cache_tags=read_cache_tags(document, links),
    )


def _labels(subgraphs: Iterable[Subgraph]) -> Iterator[str]:
    for subgraph in subgraphs:
        for known in subgraph.types.values():
            yield from (field.label for field in known.fields.values() if field.label is not None)


def _refuse_unknown(links: Links) -> None:
    """Refuse what is unknown and needed for security or execution, as the link specification demands."""
    for url, purpose in links.unsupported.items():
        raise SupergraphError(
            f"The supergraph needs the specification {url} for {purpose.lower()}, which is not supported yet."
        )


def with_inherited_interfaces(document: DocumentNode) -> DocumentNode:
    """Add the interfaces that a supergraph leaves out.

    If only an interface object implements another interface, composition declares that on the interface but
    not on its implementations, although GraphQL requires both.
    """
    above = {
        definition.name.value: [name.name.value for name in definition.interfaces or ()]
        for definition in document.definitions
        if isinstance(definition, InterfaceTypeDefinitionNode)
    }
    if not any(above.values()):
        return document
    return DocumentNode(
        definitions=tuple(_completed(definition, above) for definition in document.definitions),
        loc=document.loc,
    )


def _completed(node: DefinitionNode, above: Mapping[str, Sequence[str]]) -> DefinitionNode:
    if not isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        return node
    names = [interface.name.value for interface in node.interfaces or ()]
    inherited = list(names)
    for name in inherited:
        inherited += [interface for interface in above.get(name, ()) if interface not in inherited]
    added = [NamedTypeNode(name=NameNode(value=name)) for name in inherited[len(names) :]]
    if not added or node.name.value in inherited:
        return node
    parts: dict[str, Any] = {key: getattr(node, key, None) for key in node.keys}
    parts |= {"loc": node.loc, "interfaces": (*(node.interfaces or ()), *added)}
    return type(node)(**parts)


def parsed(sdl: str, *, located: bool) -> DocumentNode:
    """Parse a supergraph.

    Args:
        sdl: The text.
        located: Whether nodes have locations, for errors; that takes twice the memory.

    Raises:
        GraphQLError: The text is not valid.
        RecursionError: It is nested too deeply; if `located`, that is a GraphQLError.
    """
    source = Source(sdl, "supergraph")
    if located:
        return parse(source)
    lexer = Lexer(source)
    document = Parser(source, no_location=True, lexer=lexer).parse_document()
    _unlink(lexer)
    return document


def _unlink(lexer: Lexer) -> None:
    """Let all tokens be freed at once: they refer to their neighbours in cycles."""
    token: Token | None = lexer.token
    while token is not None:
        before = token.prev
        token.prev = token.next = None
        token = before
