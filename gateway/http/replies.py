"""What features may do to the replies to clients, after the core has made them."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, Protocol

from gateway.http.client import Reply
from gateway.http.headers import RawHeaders


class ReplyStage(Protocol):
    """Sees replies on their way to the client, and may change them."""

    @property
    def header(self) -> bytes | None:
        """The request header without which a request does not concern it; None for every request."""
        ...

    @property
    def varies_by(self) -> tuple[str, ...]:
        """The request headers that its changes depend on; for caches, a reply to GET varies by them."""
        ...

    def around(
        self, answering: Coroutine[Any, Any, Reply], headers: Mapping[bytes, bytes], /
    ) -> Coroutine[Any, Any, Reply]:
        """Return the reply; await the given one first.

        A stage that changes the body of a reply with an ETag appends `-` and a name to its tag: caches then
        tell both apart, and the core recognizes both.

        Args:
            answering: Returns the reply.
            headers: The request's headers by name in lower case.
        """
        ...


class OriginPolicy(Protocol):
    """Decides which pages of other origins may read replies."""

    def allows(self, origin: bytes, /) -> bool:
        """Return whether pages of an origin may read replies."""
        ...

    def headers(self, origin: bytes | None, /) -> RawHeaders:
        """Return the headers to add to each reply, also to one that refuses a request."""
        ...

    def preflight_headers(self, origin: bytes | None, /) -> RawHeaders | None:
        """Return the headers of the reply to a preflight; None if the page may not send the request."""
        ...

    def refused_headers(self) -> RawHeaders:
        """Return the headers of the reply to a refused preflight."""
        ...
