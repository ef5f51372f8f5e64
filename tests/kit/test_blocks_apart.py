"""Each block can be deleted: all others are migrated, composed, served and consumed without it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from subgraphs.block_list import SUBGRAPHS
from tests.support.processes.running_furlong import PATIENCE_SECONDS

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = (
    *("gateway", "foundation", "jit", "subgraphs", "consumers", "providers", "cells"),
    *("furlong", "backoffice", "analytics", "simulator"),
)
PROGRAM: Final = """
import asyncio
from prometheus_client import CollectorRegistry
import furlong.settings
from consumers.consumer_list import CREATORS
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.cli.main import app
from furlong.databases import upgrade_databases
from furlong.serve.subgraphs import create_subgraph, subgraph_parts
from subgraphs.block_list import SUBGRAPHS

async def main():
    settings = DatabaseSettings()
    await upgrade_databases(settings)
    parts = subgraph_parts(settings)
    for name in SUBGRAPHS:
        subgraph = create_subgraph(name, parts)
        assert await subgraph.ready()
        answer = await subgraph.execute("{ __typename }", {}, None, {})
        assert answer == {"data": {"__typename": "Query"}}
        await subgraph.close()
        consumer = CREATORS[name](settings, StreamSettings(), CollectorRegistry(), SystemClock())
        assert consumer.app.topics
        await consumer.close()
        print(name)

asyncio.run(main())
"""


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("name", SUBGRAPHS)
def test_the_others_work_without_each_block(name: str, tmp_path: Path) -> None:
    """Its folders and its line are deleted; no other block, list or command imports them."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.rmtree(tmp_path / "subgraphs" / name)
    shutil.rmtree(tmp_path / "consumers" / name)
    listed = tmp_path / "subgraphs/block_list.py"
    line = re.compile(rf'    Block\(\n        "{name}",\n.*?\n    \),\n', re.DOTALL)
    text, count = line.subn("", listed.read_text())
    assert count == 1
    listed.write_text(text)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FURLONG_")} | {
        "PYTHONPATH": str(tmp_path),
        "FURLONG_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'data'}",
        "FURLONG_JWT_SECRET": "a secret of the tests, long enough for HS256",
        "FURLONG_JWT_ISSUER": "tests",
        "FURLONG_JWT_AUDIENCE": "furlong",
    }
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    others = "".join(f"{other}\n" for other in SUBGRAPHS if other != name)
    assert (ended.returncode, ended.stdout) == (0, others), ended.stderr
