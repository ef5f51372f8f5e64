"""Each feature can be deleted: the core and all other features work without its folder and its line."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Final

import pytest

from foundation.late_imports import imported
from gateway.settings.feature_list import FEATURES
from gateway.settings.feature_settings import Entry, nested_prefix
from tests.support.processes.forked_programs import run_forked
from tests.support.processes.running_furlong import PATIENCE_SECONDS

ROOT: Final = Path(__file__).resolve().parents[3]
PACKAGES: Final = ("gateway", "foundation", "jit")
"""What the gateway imports, in whole or in part."""

PROGRAM: Final = """
import sys

for name in list(sys.modules):  # a forked program has imported the whole packages
    if name.partition(".")[0] in {packages}:
        del sys.modules[name]

import asyncio
import httpx
import gateway.cli
from gateway import GatewaySettings, MemoryTransport, create_gateway
from gateway.settings.feature_list import FEATURES
from gateway.settings.feature_settings import imported

for entry in FEATURES:
    for place in filter(None, (entry.settings, entry.feature, entry.commands)):
        imported(place)

def prepare(document, operation_name):
    async def answer(variables, headers, session):
        return {"data": {"topProducts": [{"name": "Table"}]}}
    return answer

async def main():
    names = ("accounts", "inventory", "products", "reviews")
    transports = {name: MemoryTransport(prepare) for name in names}
    app = create_gateway(open("supergraph.graphql").read(), transports, GatewaySettings())
    inside = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app):
        client = httpx.AsyncClient(transport=inside, base_url="http://gateway")
        reply = await client.post("/graphql", json={"query": "{ topProducts { name } }"})
        print(gateway.__file__, reply.text)

asyncio.run(main())
"""


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("name", [feature.name for feature in FEATURES])
def test_the_gateway_works_without_each_feature(name: str, tmp_path: Path) -> None:
    """Its folder and its line are deleted; every other feature is imported, and a request is answered."""
    for package in PACKAGES:
        # With what is compiled of it, but not with what another process is just compiling.
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.pyc.*"))
    shutil.copy(ROOT / "tests/gateway/supergraphs/shop/supergraph.graphql", tmp_path)
    shutil.rmtree(tmp_path / "gateway/features" / name)
    listed = tmp_path / "gateway/settings/feature_list.py"
    line = re.compile(rf'    Entry\(\n        "{name}",\n.*?\n    \),\n', re.DOTALL)
    text, count = line.subn("", listed.read_text())
    assert count == 1
    listed.write_text(text)
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.replace("{packages}", repr(PACKAGES)))
    ended = run_forked(str(program), environment=os.environ, folder=tmp_path, timeout=PATIENCE_SECONDS)
    answer = f'{tmp_path / "gateway/__init__.py"} {{"data":{{"topProducts":[{{"name":"Table"}}]}}}}\n'
    assert (ended.returncode, ended.stdout) == (0, answer), ended.stderr


@pytest.mark.parametrize("entry", FEATURES, ids=lambda entry: entry.name)
def test_a_feature_is_found_by_one_name(entry: Entry) -> None:
    """That of its folder is that of its variables."""
    folder = f"gateway.features.{entry.name}."
    places = (entry.settings, entry.feature, *filter(None, [entry.commands]))
    assert all(place.startswith(folder) for place in places)
    settings = imported(entry.settings)
    assert settings.prefix == nested_prefix(entry.name)
    assert settings.reloaded | settings.former.keys() <= settings.model_fields.keys()
