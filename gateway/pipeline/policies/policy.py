"""The interface of a policy.

Checks that do not depend on the sender (limits, validity) run once, when the document is prepared. A policy
decides by who sends the document, or how often.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import Protocol, runtime_checkable

import msgspec

from gateway.clients import ClientIdentity
from gateway.pipeline.preparation.prepared import Check, PreparedDocument, PreparedRequest
from gateway.pipeline.stages import HttpRequest


class PolicyInput(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The input of a policy.

    Attributes:
        request: The request as it arrived.
        client: The client that its headers claim.
        session: The session from authentication; None if none is required.
        prepared: The document and variables.
    """

    request: HttpRequest
    client: ClientIdentity
    session: object
    prepared: PreparedRequest


class Policy(Protocol):
    """Refuses requests."""

    def check(self, policy_input: PolicyInput) -> Awaitable[None] | None:
        """Return None to let a request pass; or what must be awaited first.

        Raises:
            RequestError: The request is refused; awaiting the result may raise it as well.
        """
        ...


@runtime_checkable
class SelectivePolicy(Policy, Protocol):
    """A policy for some documents only: requests with others do without it."""

    def concerns(self, document: PreparedDocument) -> bool:
        """Return whether requests with a document are checked; asked once, when it is prepared."""
        ...


def checks_of(policies: Iterable[Policy], document: PreparedDocument) -> tuple[Check, ...]:
    """Return what policies check of each request with a document."""
    return tuple(
        each.check for each in policies if not isinstance(each, SelectivePolicy) or each.concerns(document)
    )
