"""Parses the text of a supergraph, keeping nothing but its syntax tree."""

from __future__ import annotations

from graphql import DocumentNode, Lexer, Source, Token, parse
from graphql.language.parser import Parser


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
