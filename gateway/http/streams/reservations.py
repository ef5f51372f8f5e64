"""Reservations of event streams, each for a single connection of one client."""

from __future__ import annotations

import asyncio
import secrets
from typing import Final

from gateway.http.live import LiveConnections, LiveSession, Slot
from gateway.http.streams.merged_stream import MergedStream

TOKEN_BYTES: Final = 32


class Reservation:
    """A reserved event stream.

    Args:
        token: The token that the client presents.
        owner: The client's identity; only this client can use the reservation.
        slot: The reservation's share of the limits.
        session: The session of the client that made the reservation.
        stream: The stream of its events.

    Attributes:
        is_connected: Whether the client has connected; it can connect only once.
    """

    __slots__ = ("expiry", "is_connected", "owner", "session", "slot", "stream", "token")

    def __init__(
        self, token: str, owner: object, slot: Slot, session: LiveSession, stream: MergedStream
    ) -> None:
        self.token = token
        self.owner = owner
        self.slot = slot
        self.session = session
        self.stream = stream
        self.is_connected = False
        self.expiry: asyncio.TimerHandle | None = None


class Reservations:
    """The reservations of a process across all versions of the graph."""

    def __init__(self, connections: LiveConnections) -> None:
        self._connections = connections
        self._by_token: dict[str, Reservation] = {}

    def __len__(self) -> int:
        return len(self._by_token)

    @property
    def are_possible(self) -> bool:
        """Whether all requests of a client reach this process, which reservations require."""
        return not self._connections.shares_socket

    def make(self, owner: object, slot: Slot, session: LiveSession) -> Reservation:
        """Make a reservation, which expires after a few seconds unless the client connects."""
        stream = MergedStream(self._connections.metrics)
        made = Reservation(secrets.token_urlsafe(TOKEN_BYTES), owner, slot, session, stream)
        self._by_token[made.token] = made
        seconds = self._connections.limits.init_seconds
        made.expiry = asyncio.get_running_loop().call_later(seconds, self._expire, made)
        return made

    def find(self, token: str) -> Reservation | None:
        """Return the reservation with this token, or None."""
        return self._by_token.get(token)

    def connect(self, reservation: Reservation) -> None:
        """Record that the client has connected; the connection owns the slot from then on."""
        reservation.is_connected = True
        if reservation.expiry is not None:
            reservation.expiry.cancel()

    def forget(self, reservation: Reservation) -> None:
        """Remove a reservation whose connection has ended, which invalidates its token."""
        self._by_token.pop(reservation.token, None)

    def _expire(self, reservation: Reservation) -> None:
        self.forget(reservation)
        self._connections.release(reservation.slot)
        self._connections.run(reservation.stream.aclose())
