"""Subgraphs of a Node process: graphql-js and @apollo/subgraph, over HTTP."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "node"
PATIENCE_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class NodeSubgraphs:
    """A running process.

    Attributes:
        process: It ends when its input does, so also when this process dies.
        urls: By subgraph.
    """

    process: subprocess.Popen[str]
    urls: Mapping[str, str]

    def give(self, world: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Give all subgraphs new data.

        Returns:
            What they were asked until then: `subgraph`, `query` and `variables` of each call.
        """
        calls: list[dict[str, Any]] = told(self.process, {"world": world})["calls"]
        return calls


def told(process: subprocess.Popen[str], command: Mapping[str, Any]) -> dict[str, Any]:
    """Send a command and read its answer."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(command) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    assert line, "the Node process ended: is tests/node installed?"
    return dict(json.loads(line))


@contextmanager
def node_subgraphs(sdls: Mapping[str, str]) -> Iterator[NodeSubgraphs]:
    """Serve subgraphs, each from its SDL, until the end of the block."""
    process = subprocess.Popen(
        ["node", "serve.mjs"], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            yield NodeSubgraphs(process, told(process, {"serve": dict(sdls)})["urls"])
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
