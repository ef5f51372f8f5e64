"""The internal graph of the demo, on a port of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from furlong.demo.ready_file import InternalGraph
from furlong.demo.tokens import internal_key
from furlong.serve.http_server import listen, serving
from furlong.serve.internal_graph import create_internal_graph
from furlong.serve.own_hosts import own_names_only


@asynccontextmanager
async def running_internal_graph(site: FastAPI, data: Path) -> AsyncIterator[InternalGraph]:
    """Serve the internal graph on a free port of the loopback interface while the block runs."""
    key = internal_key(data)
    app = create_internal_graph(site.state.subgraphs, key)
    with listen("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"
        async with serving(app, listener, own_names_only()):
            yield InternalGraph(graphql=url, key=key)
