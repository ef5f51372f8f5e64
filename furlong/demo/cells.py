"""A demo whose customers are split into cells: their databases, their gateways, and the router before them.

The router sends each request to the cell of its customer, as HAProxy does in production.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cells.claim import claim, without_fence
from cells.routing.haproxy import MISDIRECTED, WRONG_CELL
from foundation.storage.cells.cell import Cell, customer_key, partition_of
from foundation.storage.errors import InvalidCell
from foundation.storage.settings import CellSettings, DatabaseSettings
from furlong.databases import upgrade_databases
from furlong.demo.embedded_broker import PARTITIONS
from furlong.demo.mock.values import claims_of
from furlong.demo.ready_file import DemoCell, database_in, databases_at
from furlong.serve.http_server import listen, own_names_only, serving
from furlong.topic_plans import KEYED_TOPICS
from gateway.http.client import EXTENSION
from subgraphs.block_list import SUBGRAPHS


def cells_of(count: int) -> tuple[Cell, ...]:
    """Return that many cells, named from `c0`, which have all partitions between them."""
    bounds = [number * PARTITIONS // count for number in range(count + 1)]
    return tuple(
        Cell(f"c{number}", first, end - 1, PARTITIONS) for number, (first, end) in enumerate(pairwise(bounds))
    )


def databases_of(data: Path, cells: Sequence[Cell], urls: Mapping[str, str]) -> list[DatabaseSettings]:
    """Return the settings of the cells' databases: at a cell's URL, or else in a data folder.

    Raises:
        InvalidCell: A URL is that of no cell.
    """
    unknown = sorted(urls.keys() - {cell.name for cell in cells})
    if unknown:
        names = ", ".join(cell.name for cell in cells)
        raise InvalidCell(f"there is no cell {unknown[0]}: there are {names}")
    return [_settings(data, cell, urls.get(cell.name)) for cell in cells]


def _settings(data: Path, cell: Cell, url: str | None) -> DatabaseSettings:
    own = CellSettings(cell=cell.name, cell_partitions=cell.partitions, cell_of=cell.of)
    settings = database_in(data / cell.name) if url is None else databases_at(url)
    return settings.model_copy(update={"cell": own})


def data_of(data: Path, count: int) -> Path:
    """Return the folder of a demo with that many cells, which shares no data with other demos."""
    return data / f"cells-{count}" if count else data


async def prepare(database: DatabaseSettings) -> None:
    """Create the databases and, for a cell, record in them which cell they belong to.

    Raises:
        CellMismatch: The folder is that of a demo with other cells.
    """
    await upgrade_databases(without_fence(database))
    if database.cell.own() is not None:
        await claim(database, SUBGRAPHS, KEYED_TOPICS)


async def prepare_all(databases: Iterable[DatabaseSettings]) -> None:
    """Create all databases, each once.

    Raises:
        CellMismatch: A folder is that of a demo with other cells.
    """
    for database in {settings.url: settings for settings in databases}.values():
        await prepare(database)


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
        self._cells: Mapping[str, RoutedCell] = {cell.cell.name: cell for cell in cells}
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
        return next(cell for cell in self._cells.values() if cell.cell.owns(partition or 0))


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


async def serve_each(gateways: Sequence[ASGIApp], stack: AsyncExitStack) -> list[str]:
    """Serve each on a free port until the stack ends, and return their addresses."""
    addresses = []
    for gateway in gateways:
        listener = stack.enter_context(listen("127.0.0.1", 0))
        addresses.append(f"http://127.0.0.1:{listener.getsockname()[1]}")
        await stack.enter_async_context(serving(gateway, listener, own_names_only()))
    return addresses


def cell_facts(databases: Sequence[DatabaseSettings], gateways: Sequence[str]) -> tuple[DemoCell, ...]:
    """Return where each cell is; nothing without cells."""
    cells = []
    for database, gateway in zip(databases, gateways, strict=False):
        cell = database.cell.own()
        assert cell is not None  # noqa: S101 - only cells have gateways of their own
        cells.append(
            DemoCell(
                name=cell.name,
                partitions=cell.partitions,
                of=cell.of,
                database=database.url,
                graphql=f"{gateway}/graphql",
            )
        )
    return tuple(cells)
