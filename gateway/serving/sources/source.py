"""The interface of a source of text that changes while the gateway serves."""

from __future__ import annotations

from typing import Protocol

from gateway.errors import GatewayError


class SourceError(GatewayError):
    """A source cannot be read; the message says why, and contains no secret."""


class Source(Protocol):
    """A text that may change.

    Attributes:
        name: The name for operators: the path, or the URL without parts that may be secret.
    """

    @property
    def name(self) -> str:
        """What operators call it."""
        ...

    async def read(self, *, anew: bool = False) -> str | None:
        """Return the text, or None if it is the one that was returned last.

        Args:
            anew: Whether to return the text even if it seems unchanged.

        Raises:
            SourceError: It cannot be read, or it is too long or not UTF-8.
        """
        ...


def decoded(content: bytes) -> str:
    """Decode the text of a source.

    Raises:
        SourceError: The content is not UTF-8.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError("not UTF-8") from error
