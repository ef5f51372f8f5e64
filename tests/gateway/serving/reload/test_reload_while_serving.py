"""The gateway's server looks at its sources by itself, at SIGHUP at once."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx

from furlong.serve.http_server import listen, serving
from gateway.features.documents.settings import KnownDocumentSettings
from tests.gateway.serving.reload.reloading import Reloading

PATIENCE_SECONDS = 180.0


@asynccontextmanager
async def served(gateway: Reloading) -> AsyncIterator[httpx.AsyncClient]:
    """Serve a gateway by its own server, and yield a client."""
    with listen("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with serving(gateway.app, listener), httpx.AsyncClient(base_url=url) as client:
            yield client


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():  # noqa: ASYNC110 - it may become so in a thread
            await asyncio.sleep(0.005)


async def test_sighup_reloads_at_once(tmp_path: Path) -> None:
    """Though the files would be looked at only in an hour; what was refused is tried again as well."""
    gateway = Reloading(tmp_path, "FURLONG_GATEWAY_RELOAD_SECONDS=3600")
    async with served(gateway) as client:
        before = gateway.digest
        gateway.write(gateway.federation.sdl + "\n")
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: gateway.digest != before)
        assert (await client.post("/graphql", json={"query": "{ me { name } }"})).status_code == 200
        folder = tmp_path / "documents"
        gateway.write_settings(
            f"FURLONG_GATEWAY__DOCUMENTS__FOLDER={folder}\nFURLONG_GATEWAY_RELOAD_SECONDS=3600"
        )
        os.kill(os.getpid(), signal.SIGHUP)
        refused = gateway.reloader._outcomes
        await until(lambda: "no such folder" in refused.remark())
        folder.mkdir()
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: not refused.remark())
        assert gateway.app._graph.current.settings.of(KnownDocumentSettings).folder == folder


def differs(gateway: Reloading, before: object) -> bool:
    """Whether the gateway serves another supergraph than before."""
    return gateway.digest != before


async def test_files_are_looked_at_again_and_again(tmp_path: Path) -> None:
    """At an interval in seconds, which the file can change as well."""
    gateway = Reloading(tmp_path, "FURLONG_GATEWAY_RELOAD_SECONDS=0.01")
    async with served(gateway):
        for number in range(1, 4):
            before = gateway.digest
            gateway.write(gateway.federation.sdl + "\n" * number)
            await until(partial(differs, gateway, before))


async def test_the_end_of_the_server_does_not_wait_for_a_reload(tmp_path: Path) -> None:
    """A reload that has begun is left, and nothing remains that answers SIGHUP."""
    gateway = Reloading(tmp_path, "FURLONG_GATEWAY_RELOAD_SECONDS=0.01")
    async with served(gateway):
        gateway.write(gateway.federation.sdl + "\n")
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL
