"""Refuses requests to the demo by foreign host names: a page whose name leads here is another origin's."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


def own_hosts(port: int, further: Collection[str] = ()) -> frozenset[str]:
    """Return what `Host` may be: the loopback's names with the port, and further ones, also as given."""
    named = [name.lower() for name in further]
    return frozenset([*named, *(f"{name}:{port}" for name in (*LOOPBACK, *named))])


@dataclass(frozen=True, slots=True)
class OwnHosts:
    """An ASGI application that passes on only requests to one of its hosts."""

    app: ASGIApp
    hosts: frozenset[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or serve one WebSocket."""
        if scope["type"] not in {"http", "websocket"} or self._is_own(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            text = "The demo has another host name: open it at 127.0.0.1, or start it with --host-name.\n"
            await PlainTextResponse(text, 421, {"cache-control": "no-store"})(scope, receive, send)

    def _is_own(self, scope: Scope) -> bool:
        given = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
        return len(given) == 1 and given[0] in self.hosts
