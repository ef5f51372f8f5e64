"""Relay's compiler, GraphQL Code Generator and GraphQL Inspector accept the API schema, with parts."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.support.processes.running_furlong import PATIENCE_SECONDS

ROOT: Final = Path(__file__).resolve().parents[2]
SCHEMA: Final = ROOT / "schema.api.graphql"
SLIP: Final = """query slipQuery($brand: ID!) { club(brand: $brand) { ...slipOptions @defer(label: "late") } }
fragment slipOptions on Club { options @stream(initialCount: 1, label: "options") { id title } }
"""


def run(folder: Path, *command: object) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return subprocess.run(
        [str(each) for each in command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@pytest.mark.parametrize(("schema", "is_accepted"), [("api", True), ("public", False)])
def test_relays_compiler(processes: None, tmp_path: Path, schema: str, *, is_accepted: bool) -> None:
    """It compiles `@defer` and `@stream` by the API schema, and not by the supergraph."""
    (tmp_path / "src").mkdir()
    documents = SLIP.split("\n")[:2]
    source = "".join(f"graphql`{each}`;\n" for each in documents)
    (tmp_path / "src" / "slip.js").write_text(f"import {{ graphql }} from 'relay-runtime';\n{source}")
    shutil.copy(ROOT / f"schema.{schema}.graphql", tmp_path / "schema.graphql")
    settings = {"src": "./src", "schema": "./schema.graphql", "language": "javascript"}
    (tmp_path / "relay.config.json").write_text(json.dumps(settings))
    compiler = ROOT / "tests/node/node_modules/relay-compiler/cli.js"
    ended = run(tmp_path, "node", compiler, "relay.config.json")
    assert (ended.returncode == 0) is is_accepted, ended.stdout + ended.stderr
    written = list((tmp_path / "src").rglob("slipQuery.graphql.js"))
    assert bool(written) is is_accepted


def test_graphql_code_generator(processes: None, tmp_path: Path) -> None:
    """It writes the types of a document with parts."""
    (tmp_path / "slip.graphql").write_text(SLIP)
    out = tmp_path / "slip.ts"
    config = tmp_path / "codegen.json"
    generated = {str(out): {"plugins": ["typescript-operations"]}}
    documents = str(tmp_path / "slip.graphql")
    config.write_text(json.dumps({"schema": str(SCHEMA), "documents": documents, "generates": generated}))
    ended = run(ROOT / "web", "node_modules/.bin/graphql-codegen", "--config", config, "--silent")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "SlipQueryQuery" in out.read_text()


def test_graphql_inspector(processes: None, tmp_path: Path) -> None:
    """It finds nothing wrong with a document with parts, and names the change that would break it."""
    (tmp_path / "slip.graphql").write_text(SLIP)
    ended = run(ROOT / "tests" / "node", "node", "inspect-schema.mjs", SCHEMA, tmp_path / "slip.graphql")
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["invalid"] == []
    assert told["breaking"] == ["Field 'title' was removed from object type 'RewardOption'"]
