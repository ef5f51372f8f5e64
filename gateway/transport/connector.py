"""Opens connections to one subgraph, over TLS if its URL is an https URL."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Final, TypeVar

from aiohappyeyeballs import start_connection

from foundation.reloaded_context import ReloadedContext
from gateway.transport.address import Address
from gateway.transport.limits import HttpLimits

TRUST_SECONDS: Final = 10.0
"""How long certificates are used before their files are checked again."""

P = TypeVar("P", bound=asyncio.Protocol)


class Connector:
    """Opens connections on one event loop.

    Args:
        address: The subgraph's address.
        limits: The subgraph's limits.
        trust: The TLS context, with certificates; None without TLS.
        loop: The running event loop.
    """

    __slots__ = ("_address", "_limits", "_loop", "_trust", "_trusted_until")

    def __init__(
        self,
        address: Address,
        limits: HttpLimits,
        trust: ReloadedContext | None,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._address = address
        self._limits = limits
        self._trust = trust
        self._trusted_until = loop.time() + TRUST_SECONDS
        self._loop = loop

    async def connected(self, protocol: Callable[[], P]) -> P:
        """Open a connection, and return its protocol.

        Raises:
            OSError: The connection failed or timed out, or the certificate is not trusted.
            ValueError: The host name is invalid.
        """
        address, limits = self._address, self._limits
        async with asyncio.timeout(limits.connect_seconds):
            addresses = await self._loop.getaddrinfo(address.host, address.port, type=1)
            sock = await start_connection(
                addresses, happy_eyeballs_delay=limits.connect_seconds / 3, loop=self._loop
            )
        trust = self._current_trust()
        _, connection = await self._loop.create_connection(
            protocol,
            sock=sock,
            ssl=trust,
            server_hostname=None if trust is None else limits.tls.server_name or address.host,
            ssl_handshake_timeout=None if trust is None else limits.total_seconds,
        )
        return connection

    def _current_trust(self) -> ssl.SSLContext | None:
        """Return the context for a new connection, from files that were checked at most a few seconds ago."""
        if self._trust is None:
            return None
        now = self._loop.time()
        if now >= self._trusted_until:
            self._trusted_until = now + TRUST_SECONDS
            self._trust.refresh()
        return self._trust.current
