"""What a policy sees and does.

What holds for a document whoever sends it (limits, validity) is checked once, when the document is prepared.
A policy decides by who sends it, or how often.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

import msgspec

from gateway.clients import ClientIdentity
from gateway.pipeline.preparation.prepared import PreparedRequest
from gateway.pipeline.stages import HttpRequest


class PolicyInput(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What a policy may look at.

    Attributes:
        request: The request as it came.
        client: Who sends it, as far as its headers say.
        session: What authentication found; None if it is not required.
        prepared: The document and variables.
    """

    request: HttpRequest
    client: ClientIdentity
    session: object
    prepared: PreparedRequest


class Policy(Protocol):
    """Refuses requests."""

    def check(self, asked: PolicyInput) -> Awaitable[None] | None:
        """Return None to let a request pass; or what must be awaited first.

        Raises:
            RequestError: The request is refused; awaiting the result may raise it as well.
        """
        ...
