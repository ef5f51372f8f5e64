"""A process that serves never looks for garbage among all that it started with."""

import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest
from typer.testing import CliRunner

from foundation import garbage_collection
from foundation.garbage_collection import COLLECT_AFTER
from furlong.cli.main import app
from furlong.cli.processes import backoffice, subgraph, workers

SETTINGS = {
    "FURLONG_CDN_URLS": '["http://127.0.0.1:9/"]',
    "FURLONG_BACKOFFICE_KEY": "a key of the tests, long enough for it",
    "FURLONG_JWT_SECRET": "a secret of the tests, long enough for HS256",
    "FURLONG_JWT_ISSUER": "tests",
    "FURLONG_JWT_AUDIENCE": "furlong",
    "FURLONG_SUBGRAPH_CALLERS": "unsigned",
}
DEMO = """
import asyncio, gc, os, signal
from contextlib import asynccontextmanager
from furlong.cli.processes.demo import _until_stopped

@asynccontextmanager
async def demo():
    asyncio.get_running_loop().call_later(0.1, os.kill, os.getpid(), signal.SIGTERM)
    yield "ready"

gc.disable()
asyncio.run(_until_stopped(demo()))
print(gc.isenabled(), gc.get_threshold(), gc.get_freeze_count() > 10_000)
"""


@pytest.mark.usefixtures("processes")
def test_the_demo_keeps_what_it_started_with_from_the_collector() -> None:
    """It does not collect first: that would take a part of its start."""
    said = subprocess.run([sys.executable, "-c", DEMO], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["ready", f"True {COLLECT_AFTER} True"]


@pytest.mark.parametrize(
    "command",
    [
        ("subgraph", "club", "serve"),
        ("backoffice", "serve"),
        *(("worker", each) for each in ("weeks", "intents", "outbox", "feeds", "purges", "fulfilment")),
    ],
    ids=" ".join,
)
def test_other_processes_do_so_before_they_serve(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The last thing before the first request."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)

    (tmp_path / "club.sqlite").touch()  # what begins without data is told so before
    monkeypatch.setenv("FURLONG_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}")

    class Frozen(Exception):
        pass

    def freeze(**_: Any) -> None:
        raise Frozen

    monkeypatch.setattr(garbage_collection, "freeze_long_lived_objects", freeze)
    monkeypatch.setattr(workers, "open_fulfilment", lambda *_: AsyncMock())  # it would wait for its database
    for module in (subgraph, backoffice, workers):
        monkeypatch.setattr(module, "check_databases", lambda *_, **__: None)
    listening = () if command[0] == "worker" else ("--listen", "127.0.0.1:0")
    ended = CliRunner().invoke(app, [*command, *listening])
    assert isinstance(ended.exception, Frozen), ended.output
