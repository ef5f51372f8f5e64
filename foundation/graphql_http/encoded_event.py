"""An event of a subscription that is encoded already, so that many clients get it without further work."""

from __future__ import annotations

from msgspec import Struct


class EncodedEvent(Struct, frozen=True, gc=False):
    """A whole GraphQL response without errors, encoded as a client asked for it.

    Attributes:
        content: The response as JSON, with the position in its `extensions` if there is one.
        position: From where the subscription can be continued; None if it cannot.
    """

    content: bytes
    position: str | None = None
