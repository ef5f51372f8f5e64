"""Limits on what a client may send, and on how long it may take."""

from __future__ import annotations

from gateway.settings import GatewaySettings
from gateway.settings.http import ConnectionLimits


class ClientLimits(ConnectionLimits):
    """Limits of a connection; a client that exceeds one is disconnected.

    Attributes:
        names: The names that `Host` may have, in lower case; None if it may be anything.
    """

    names: frozenset[bytes] | None = None

    @classmethod
    def of(cls, settings: GatewaySettings, names: frozenset[bytes] | None = None) -> ClientLimits:
        """Build the limits from the settings."""
        return cls(**dict(settings.connections), names=names)
