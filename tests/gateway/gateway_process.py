"""A gateway that is started by its command, as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tools.server_process import free_port

PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class StartedGateway:
    """A gateway that serves.

    Attributes:
        client: A client of it.
        pid: The number of its process.
    """

    client: httpx.AsyncClient
    pid: int


@asynccontextmanager
async def started_gateway(
    folder: Path, sdl: str, urls: Mapping[str, str], environment: Mapping[str, str]
) -> AsyncIterator[StartedGateway]:
    """Serve a supergraph by `furlong gateway serve`, and yield the gateway once it is ready."""
    supergraph, listen = folder / "supergraph.graphql", f"127.0.0.1:{free_port()}"
    supergraph.write_text(sdl)
    arguments = ("gateway", "serve", "--supergraph", str(supergraph), "--listen", listen)
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("furlong")),
            *arguments,
            stderr=log,
            stdout=log,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "FURLONG_GATEWAY_DRAIN_SECONDS": "0",
                "FURLONG_GATEWAY_SUBGRAPH_URLS": json.dumps(dict(urls)),
                **environment,
            },
        )
        try:
            async with httpx.AsyncClient(base_url=f"http://{listen}", timeout=PATIENCE_SECONDS) as client:
                await _ready(client, process)
                yield StartedGateway(client, process.pid)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _ready(client: httpx.AsyncClient, process: Process) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            assert process.returncode is None, "the gateway ended"
            try:
                if (await client.get("/ready")).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
