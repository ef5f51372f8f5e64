"""The verified tokens that a process remembers, by their header."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from foundation.tokens.keys import KeySource
from foundation.tokens.revocations import Mark

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RememberedToken(Generic[T]):
    """A verified token: valid until it expires, a key of its issuer is dropped, or a mark is revoked.

    Attributes:
        session: What the caller made of the token.
        expires: When it expires, in seconds since the epoch.
        keys: The keys of its issuer; None if the token was introspected.
        generation: The generation of the keys when it was verified.
        marks: What it can be revoked by.
    """

    session: T
    expires: float
    keys: KeySource | None
    generation: int
    marks: tuple[Mark, ...] = ()


class RememberedTokens(Generic[T]):
    """Remembers tokens; the oldest are forgotten first.

    Attributes:
        by_header: The tokens; for looking them up only.
    """

    def __init__(self, most: int) -> None:
        self.by_header: dict[str | None, RememberedToken[T]] = {}
        self._most = most
        self._holders: dict[Mark, set[str | None]] = {}

    def put(self, header: str, token: RememberedToken[T]) -> None:
        """Remember a token."""
        self.forget(header)
        while len(self.by_header) >= self._most:
            self.forget(next(iter(self.by_header)))  # the oldest
        self.by_header[header] = token
        for mark in token.marks:
            self._holders.setdefault(mark, set()).add(header)

    def forget(self, header: str | None) -> None:
        """Forget the token of a header."""
        token = self.by_header.pop(header, None)
        for mark in () if token is None else token.marks:
            holders = self._holders[mark]
            holders.discard(header)
            if not holders:
                del self._holders[mark]

    def forget_marked(self, marks: Iterable[Mark]) -> None:
        """Forget all tokens that have one of the marks."""
        for mark in marks:
            for header in tuple(self._holders.get(mark, ())):
                self.forget(header)

    def forget_all(self) -> None:
        """Forget all tokens."""
        self.by_header.clear()
        self._holders.clear()
