"""The gateways of the demo's cells, each also on a port of its own, behind the router."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from starlette.types import ASGIApp

from foundation.storage.settings import DatabaseSettings
from furlong.demo.ready_file import DemoCell
from furlong.serve.http_server import listen, serving
from furlong.serve.own_hosts import own_names_only


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
    found = []
    for database, gateway in zip(databases, gateways, strict=False):
        cell = database.cell.own()
        assert cell is not None  # noqa: S101 - only cells have gateways of their own
        found.append(
            DemoCell(
                name=cell.name,
                partitions=cell.partitions,
                of=cell.of,
                database=database.url,
                graphql=f"{gateway}/graphql",
            )
        )
    return tuple(found)
