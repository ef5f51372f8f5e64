"""ASGI applications behind real sockets, for clients that are not Python."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gateway.http.server import ClientLimits, Server, configured

PATIENCE_SECONDS = 180.0


@contextmanager
def served(app: Any, limits: ClientLimits | None = None) -> Iterator[str]:
    """Serve an application by the gateway's server on a free loopback port until the end of the block.

    Yields:
        Its address, without a slash at the end.
    """
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = Server(configured(app, limits or ClientLimits()))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not server.started:
                assert thread.is_alive(), "the server ended before it was ready"
                assert time.monotonic() < deadline, "the server was not ready in time"
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive(), "the server does not end"
