"""The interface of a source of text that changes while the gateway serves."""

from __future__ import annotations

from typing import Protocol

from gateway.errors import GatewayError


class SourceError(GatewayError):
    """A source cannot be read; the message says why, and holds no secret."""


class Source(Protocol):
    """A text that may change.

    Attributes:
        name: What operators call it: the path, or the URL without what may be secret in it.
    """

    @property
    def name(self) -> str:
        """What operators call it."""
        ...

    async def read(self, *, anew: bool = False) -> str | None:
        """Return the text, or None if it is the one that was returned last.

        Args:
            anew: Whether the text is returned even if nothing shows that it has changed.

        Raises:
            SourceError: It cannot be read, or it is too long or not UTF-8.
        """
        ...


def decoded(content: bytes) -> str:
    """Return the text of some content.

    Raises:
        SourceError: It is not UTF-8.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError("not UTF-8") from error
