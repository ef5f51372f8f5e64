"""uvicorn's configuration, extended for our server, and how long it takes to stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import uvicorn
from msgspec import Struct

from gateway.http.draining import Draining
from gateway.http.live import LiveConnections
from gateway.http.server.protocol_factory import ProtocolFactory
from gateway.http.server.tls import ServerTls
from gateway.settings import GatewaySettings

OnLoad: TypeAlias = Callable[[Any], None]
"""Called in each worker with its application before it starts; must be picklable if there are several."""


class ServerConfig(uvicorn.Config):
    """uvicorn's configuration.

    Attributes:
        protocols: Creates the protocol of each connection.
        stop_times: How long the server takes to stop.
        tls: The TLS options; None for plain HTTP.
        on_load: Called with the application once it is loaded.
    """

    on_load: OnLoad | None = None

    def __init__(
        self,
        app: Any,
        protocols: ProtocolFactory,
        stop_times: StopTimes,
        tls: ServerTls | None = None,
        **options: Any,
    ) -> None:
        # uvicorn calls the factory as it would call a protocol's class.
        super().__init__(app, http=protocols, **options)  # type: ignore[arg-type]
        self.protocols = protocols
        self.stop_times = stop_times
        self.tls = tls

    @property
    def scheme(self) -> str:
        """The scheme of the server's URLs."""
        return "http" if self.tls is None else "https"

    def load(self) -> None:
        """Load the application."""
        super().load()
        if self.on_load is not None:
            self.on_load(self.loaded_app)

    @property
    def live(self) -> LiveConnections | None:
        """The loaded application's WebSockets and streams; None if it has none."""
        live: LiveConnections | None = getattr(self.loaded_app, "live", None)
        return live

    @property
    def draining(self) -> Draining:
        """The loaded application's draining state if it has one, else the server's."""
        return self.protocols.draining_of(self.loaded_app)


class StopTimes(Struct, frozen=True):
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
        return cls(settings.http.drain_seconds, settings.http.finish_seconds)
