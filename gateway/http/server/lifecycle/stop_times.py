"""How long a server takes to stop."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.settings import GatewaySettings


@dataclass(frozen=True, slots=True)
class StopTimes:
    """How long a server takes to stop.

    Attributes:
        drain_seconds: How long it still accepts connections after SIGTERM, so that load balancers notice that
            it is not ready; after SIGINT it does not wait.
        finish_seconds: How long it then waits for requests in progress.
    """

    drain_seconds: float = 0.0
    finish_seconds: float = 2.0

    @classmethod
    def of(cls, settings: GatewaySettings) -> StopTimes:
        """Return the times from the settings."""
        return cls(settings.drain_seconds, settings.finish_seconds)
