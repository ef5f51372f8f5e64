"""Relay's compiler, GraphQL Code Generator and GraphQL Inspector accept the API schema, with parts.

Their settings are those of docs/frontend.md, as they are on the page.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.support import page_snippets
from tests.support.processes.running_furlong import PATIENCE_SECONDS, ROOT

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
    page_snippets.write(tmp_path)
    (tmp_path / "src").mkdir()
    documents = SLIP.split("\n")[:2]
    source = "".join(f"graphql`{document}`;\n" for document in documents)
    (tmp_path / "src" / "slip.js").write_text(f"import {{ graphql }} from 'relay-runtime';\n{source}")
    shutil.copy(ROOT / f"schema.{schema}.graphql", tmp_path / "schema.api.graphql")
    compiler = ROOT / "tests/node/node_modules/relay-compiler/cli.js"
    ended = run(tmp_path, "node", compiler, "relay.config.json")
    assert (ended.returncode == 0) is is_accepted, ended.stdout + ended.stderr
    written = list((tmp_path / "src").rglob("slipQuery.graphql.js"))
    assert bool(written) is is_accepted


def test_graphql_code_generator(processes: None, tmp_path: Path) -> None:
    """It writes the types of a document with parts."""
    page_snippets.write(tmp_path, modules="web")
    shutil.copy(SCHEMA, tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "slip.graphql").write_text(SLIP)
    ended = run(tmp_path, "node_modules/.bin/graphql-codegen", "--config", "codegen.json", "--silent")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "SlipQueryQuery" in (tmp_path / "src" / "graph.ts").read_text()


def test_graphql_inspector(processes: None, tmp_path: Path) -> None:
    """It finds nothing wrong with a document with parts, and names the change that would break it."""
    page_snippets.write(tmp_path)
    (tmp_path / "slip.graphql").write_text(SLIP)
    ended = run(ROOT / "tests" / "node", "node", "inspect-document.mjs", SCHEMA, tmp_path / "slip.graphql")
    assert (ended.returncode, ended.stdout) == (0, "[]"), ended.stderr
    sdl = SCHEMA.read_text()
    changed = re.sub(r"(type RewardOption [^}]*?)\n {2}title: String!", r"\1", sdl)
    assert changed != sdl
    (tmp_path / "changed.graphql").write_text(changed)
    ended = run(tmp_path, "node", "compare.mjs", SCHEMA, "changed.graphql")
    assert ended.stdout == "Field 'title' was removed from object type 'RewardOption'\n", ended.stderr
