"""The demo's router: sends each request to the cell of its customer, as HAProxy does in production."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cells.routing.haproxy import MISDIRECTED, WRONG_CELL
from foundation.storage.cells.cell import Cell, customer_key, partition_of
from furlong.demo.mock.overrides import claims_of
from gateway.http.client import EXTENSION

FIRST_ATTEMPT: Final = "x-furlong-demo-cell"
"""The header that names the cell to which a request is sent first, to show what happens at the wrong one."""


@dataclass(frozen=True, slots=True)
class RoutedCell:
    """A cell, and the gateway that serves it."""

    cell: Cell
    gateway: ASGIApp


class CellRouter:
    """An ASGI application that passes each request to a cell, and to another, once, if it was the wrong one.

    Tokens are only read here, and verified by the gateways. Requests without one go to the first cell.
    """

    def __init__(self, cells: Sequence[RoutedCell]) -> None:
        self._cells: Mapping[str, RoutedCell] = {one.cell.name: one for one in cells}
        self._of = cells[0].cell.of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or serve one WebSocket."""
        if scope["type"] not in {"http", "websocket"}:
            raise RuntimeError(f"the gateways have a {scope['type']} of their own")
        headers = Headers(scope=scope)
        scope = {**scope, "extensions": {EXTENSION: None}}  # so that gateways answer through `send`
        partition = self._partition(headers, QueryParams(scope["query_string"]))
        own = self._owner(partition)
        first = self._cells.get(headers.get(FIRST_ATTEMPT, ""), own)
        if scope["type"] == "websocket":
            await own.gateway(scope, receive, send)
            return
        if first is own or partition is None:
            await own.gateway(scope, receive, _Answer(send, own.cell, partition).send)
            return
        body = await Request(scope, receive).body()
        answer = _Answer(send, first.cell, partition, withheld=WRONG_CELL)
        await first.gateway(scope, _repeated(body, receive), answer.send)
        if answer.was_withheld:
            last = _Answer(send, own.cell, partition, is_again=True)
            await own.gateway(scope, _repeated(body, receive), last.send)

    def _partition(self, headers: Headers, query: QueryParams) -> int | None:
        """Return the partition of the customer whom the token names, or else the one that the URL names."""
        if authorization := headers.get("authorization"):
            claims = claims_of(authorization)
            brand, customer = claims.get("brand"), claims.get("sub")
            if isinstance(brand, str) and isinstance(customer, str):
                return partition_of(customer_key(brand, customer), self._of)
            return None
        named = query.get("partition", "")
        return int(named) if named.isascii() and named.isdigit() and int(named) < self._of else None

    def _owner(self, partition: int | None) -> RoutedCell:
        return next(one for one in self._cells.values() if one.cell.owns(partition or 0))


@dataclass(slots=True)
class _Answer:
    """Passes a gateway's response on, with headers that name the cell.

    Attributes:
        withheld: The status of a response that is not passed on.
        is_again: Whether this is the second attempt.
    """

    onward: Send
    cell: Cell
    partition: int | None
    withheld: int | None = None
    is_again: bool = False
    was_withheld: bool = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.was_withheld = message["status"] == self.withheld
            if self.is_again and message["status"] == WRONG_CELL:
                message["status"] = MISDIRECTED
            headers = MutableHeaders(scope=message)
            headers["X-Furlong-Cell"] = self.cell.name
            if self.partition is not None:
                headers["X-Furlong-Partition"] = str(self.partition)
            if self.is_again:
                headers["X-Furlong-Again"] = "1"
        if not self.was_withheld:
            await self.onward(message)


def _repeated(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` callable for a request whose body was already read."""
    unread = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return unread.pop() if unread else await receive()

    return again
