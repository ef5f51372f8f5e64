"""Starts the requests of a connection, on the fast path or through ASGI, and finishes their replies."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.http.graph_versions import ServedGraph
from gateway.http.headers import RawHeaders
from gateway.http.server.exchange import Exchange
from gateway.http.server.heads import ResponseHeads, target

INTERNAL_ERROR: Final = b"Internal Server Error"


class AnsweringProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a fast path past ASGI.

    Attributes:
        response_heads: The heads of replies.
        fast_path: The application's fast path, if it has one.
    """

    response_heads: ResponseHeads
    fast_path: ServedGraph | None
    _common: dict[str, Any]
    _active: Exchange | None = None
    _unstarted: Exchange | None = None
    cycle: Exchange

    def _scope(self) -> Any:
        """Return the ASGI scope of the request whose head was parsed last."""
        return {
            **self._common,
            "http_version": self.parser.get_http_version(),
            "method": self.parser.get_method().decode("ascii"),
            **target(self.url, self.root_path),
            "headers": self.headers,
            "state": self.app_state.copy(),
        }

    def _admit(self, exchange: Exchange, fast_path: ServedGraph, headers: RawHeaders, body: bytes) -> None:
        """Start a complete request on the fast path; it is admitted at once."""
        self._unstarted = None
        exchange.more_body = False
        exchange.admitted = fast_path.admission.enter()
        exchange.task = self.loop.create_task(self._respond(exchange, fast_path, headers, body))
        self.tasks.add(exchange.task)

    async def _respond(
        self, exchange: Exchange, fast_path: ServedGraph, headers: RawHeaders, body: bytes
    ) -> None:
        version = fast_path.enter()
        try:
            reply = await version.endpoint.respond(exchange, headers, body)
            if exchange.flow.write_paused:
                if exchange.admitted:  # a client that does not read occupies nobody else's place
                    exchange.admitted = False
                    fast_path.admission.leave()
                await exchange.writable()
            if not exchange.disconnected:
                if reply[0]:
                    exchange.write(*reply)
                self.on_response_complete()
        except BaseException as error:  # noqa: BLE001 - as uvicorn does for ASGI applications
            self._fail(exchange, error)
        finally:
            self.tasks.discard(exchange.task)
            fast_path.leave(version)
            if exchange.admitted:
                fast_path.admission.leave()

    def _fail(self, exchange: Exchange, error: BaseException) -> None:
        """Reply with an internal error; usually the server is stopping."""
        self.logger.error("A request on the fast path was not answered", exc_info=error)
        if exchange.response_started:
            self.transport.close()
        elif not exchange.disconnected:
            exchange.keep_alive = False
            exchange.write(HTTPStatus.INTERNAL_SERVER_ERROR, b"text/plain; charset=utf-8", INTERNAL_ERROR)
            self.on_response_complete()

    def _start_by_asgi(self, exchange: Exchange) -> None:
        """Start the request whose head was parsed last, through ASGI."""
        exchange.prepare_asgi(self, self._scope())
        self._start(exchange)

    def _start(self, exchange: Exchange) -> None:
        self._active, self._unstarted = exchange, None
        exchange.task = self.loop.create_task(self._run_asgi(exchange))
        self.tasks.add(exchange.task)

    async def _run_asgi(self, exchange: Exchange) -> None:
        scope: Any = exchange.scope
        try:
            await exchange.run_asgi(self._app_for(exchange))
        finally:
            self.tasks.discard(exchange.task)
            # The scope refers to the exchange; break the cycle, so that both are freed at once.
            scope.pop("extensions", None)

    def _app_for(self, _exchange: Exchange) -> Any:
        return self.app
