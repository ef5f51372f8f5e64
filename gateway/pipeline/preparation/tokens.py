"""Reads the tokens of a document once, for its key and for its parser, by regular expressions.

graphql-core's lexer looks at each character in Python. It still reads what these expressions do not match:
strings with escapes, block strings, numbers with fractions, and what is wrong, which its errors describe.
"""

from __future__ import annotations

import re
from typing import Final

from graphql import DocumentNode, Lexer, Source, Token, TokenKind
from graphql.error import GraphQLSyntaxError
from graphql.language.ast import FieldNode
from graphql.language.block_string import print_block_string
from graphql.language.lexer import is_punctuator_token_kind
from graphql.language.parser import Parser, nested_too_deeply_error

PLAIN: Final = re.compile(
    r"(?:[ \t\n\r,\ufeff]+|#[^\n\r\ud800-\udfff]*)*"
    r"(?:([_A-Za-z][_0-9A-Za-z]*)|([!$&():=@\[\]{}|]|\.\.\.)"
    r'|(-?(?:0|[1-9][0-9]*)(?![0-9A-Za-z_.]))|("(?!"")[^"\\\n\r\ud800-\udfff]*"))?'
)
"""What is ignored, then a token whose text says all: a name, a punctuator, an integer, or a plain string."""
NAMED_QUERY: Final = re.compile(r"query ([_A-Za-z][_0-9A-Za-z]*)")
NAME, PUNCTUATOR, STRING = 1, 2, 4
LINE_END: Final = re.compile(r"\r\n|\n|\r")

_KINDS: Final = {kind.value: kind for kind in TokenKind if is_punctuator_token_kind(kind)}
_OF_GROUP: Final = (TokenKind.EOF, TokenKind.NAME, TokenKind.EOF, TokenKind.INT, TokenKind.STRING)


class DocumentTokens:
    """The tokens of one document.

    Attributes:
        text: The document without ignored characters, the same for documents with equal tokens.
        count: How many tokens there are.
    """

    def __init__(self, query: str) -> None:
        """Read the tokens of a document.

        Raises:
            GraphQLError: A character begins no token.
        """
        self._lexer = lexer = Lexer(Source(query))
        self._first = lexer.token
        texts: list[str] = []
        before, position, follows_word, match = self._first, 0, False, PLAIN.match
        line, begin = 1, 0
        ends = [line_end.end() for line_end in LINE_END.finditer(query)]
        ends.append(len(query) + 1)
        while matched := match(query, position):
            group = matched.lastindex or 0
            position, end = matched.span(group) if group else (matched.end(), 0)
            while ends[line - 1] <= position:
                begin, line = ends[line - 1], line + 1
            if group == PUNCTUATOR:
                token = Token(_KINDS[matched[group]], position, end, line, position - begin + 1)
            elif group:
                value = query[position + 1 : end - 1] if group == STRING else matched[group]
                token = Token(_OF_GROUP[group], position, end, line, position - begin + 1, value)
            else:
                lexer.line, lexer.line_start = line, begin
                token = lexer.read_next_token(position)
            before.next, token.prev = token, before
            before = token
            if token.kind is TokenKind.EOF:
                break
            is_word = group != PUNCTUATOR
            if follows_word and (is_word or token.kind is TokenKind.SPREAD):
                texts.append(" ")
            is_block = token.kind is TokenKind.BLOCK_STRING
            text = (
                print_block_string(token.value or "", minimize=True)
                if is_block
                else query[position : token.end]
            )
            texts.append(text)
            position, follows_word = token.end, is_word
        self.text = "".join(texts)
        self.count = len(texts) - texts.count(" ")

    def named_query(self) -> tuple[str | None, str]:
        """Return the name of the query that the document begins with, and the text after it."""
        matched = NAMED_QUERY.match(self.text)
        return (None, self.text) if matched is None else (matched[1], self.text[matched.end() :])

    def parse(self, most: int) -> DocumentNode:
        """Parse the document.

        Args:
            most: The most tokens that it may have.

        Raises:
            GraphQLError: It is not a document, or has more tokens.
        """
        if self.count > most:
            message = f"Document contains more than {most} tokens. Parsing aborted."
            raise GraphQLSyntaxError(self._lexer.source, self._at(most + 1).start, message)
        self._lexer.token = self._lexer.last_token = self._first
        parser = _Parser(self._lexer, self.count)
        try:
            return parser.parse_document()
        except RecursionError:
            pass
        raise nested_too_deeply_error(parser)

    def _at(self, number: int) -> Token:
        token = self._first
        for _ in range(number):
            token = token.next or token
        return token


class _Parser(Parser):
    """Parses tokens that are all read and counted, and looks for nothing in a field that is not there."""

    def __init__(self, lexer: Lexer, count: int) -> None:
        super().__init__(lexer.source, lexer=lexer, allow_empty_selection_sets=False)
        self._token_counter = count

    def advance_lexer(self) -> None:
        lexer = self._lexer
        lexer.last_token = token = lexer.token
        lexer.token = token.next or token

    def parse_field(self) -> FieldNode:
        lexer = self._lexer
        start = lexer.token
        alias, name = None, self.parse_name()
        if lexer.token.kind is TokenKind.COLON:
            self.advance_lexer()
            alias, name = name, self.parse_name()
        kind = lexer.token.kind
        arguments = self.parse_arguments(False) if kind is TokenKind.PAREN_L else None
        directives = self.parse_directives(False) if lexer.token.kind is TokenKind.AT else None
        below = self.parse_selection_set() if lexer.token.kind is TokenKind.BRACE_L else None
        return FieldNode(
            alias=alias,
            name=name,
            arguments=arguments,
            directives=directives,
            selection_set=below,
            loc=self.loc(start),
        )
