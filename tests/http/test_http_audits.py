"""Every audit of the npm package graphql-http passes without a warning: for the gateway and each subgraph."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from foundation.storage.settings import DatabaseSettings
from furlong.serve.subgraphs import create_subgraph, subgraph_parts
from gateway import GatewaySettings, create_gateway
from subgraphs.block_list import SUBGRAPHS
from subgraphs.kit.graphql.callers import DEVELOPMENT
from subgraphs.kit.settings import SessionSettings
from tests.http.served import PATIENCE_SECONDS, served

ROOT = Path(__file__).resolve().parents[2]
AUDITS = 61
SESSIONS = SessionSettings(secret=SecretStr("x" * 32), issuer="furlong", audience="furlong")


@contextmanager
def server(name: str, folder: Path) -> Iterator[str]:
    """The gateway, or a subgraph by its name, each with the part of the product that it serves."""
    if name == "gateway":
        settings = GatewaySettings(introspection=True)  # some audits ask for the schema
        app: Starlette = create_gateway((ROOT / "schema.graphql").read_text(), settings=settings)
    else:
        database = DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}")
        app = create_subgraph(name, subgraph_parts(database, sessions=SESSIONS)).http_app(DEVELOPMENT)
    with served(app) as url:
        yield f"{url}/graphql"


@pytest.mark.parametrize("name", ["gateway", *SUBGRAPHS])
def test_all_audits_of_graphql_over_http_pass(name: str, tmp_path: Path) -> None:
    """Each of the 61 audits is ok: none fails, warns, or notices."""
    with server(name, tmp_path) as url:
        ended = subprocess.run(
            ["node", "audit.mjs", url],
            cwd=ROOT / "tests" / "node",
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    assert ended.returncode == 0, ended.stderr
    results = json.loads(ended.stdout)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len({result["id"] for result in results}) == AUDITS
