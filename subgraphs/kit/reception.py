"""Receives visits: who is asking, in what language, and when."""

from collections.abc import Mapping
from dataclasses import dataclass

from subgraphs.kit.clock import Clock
from subgraphs.kit.context import Visit
from subgraphs.kit.sessions import SessionVerifier

AUTHORIZATION, ACCEPT_LANGUAGE = READ = ("authorization", "accept-language")
"""The headers that a visit is made of."""


@dataclass(frozen=True, slots=True)
class Reception:
    """Makes visits of a request's headers.

    A gateway in this process does so once for all its subgraphs, and hands the visit to them beside the
    headers that it was made of. A subgraph that is asked over HTTP does it itself.
    """

    verifier: SessionVerifier
    clock: Clock

    def known(self, headers: Mapping[str, str]) -> Visit | None:
        """The visit of somebody whose token was verified before, or who has none; or None: ask `receive`."""
        authorization = headers.get(AUTHORIZATION)
        viewer = self.verifier.known(authorization)
        if viewer is None and authorization is not None:
            return None
        return Visit(viewer, headers.get(ACCEPT_LANGUAGE), self.clock.now())

    async def receive(self, headers: Mapping[str, str]) -> Visit:
        """The visit of anybody; the viewer is None for an anonymous one.

        Raises:
            Unauthenticated: there is a token, but it does not hold.
        """
        viewer = await self.verifier.verify(headers.get(AUTHORIZATION))
        return Visit(viewer, headers.get(ACCEPT_LANGUAGE), self.clock.now())
