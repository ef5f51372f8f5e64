"""Runs the subgraph that Node serves over HTTP/2."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.http.node_subgraphs import FOLDER
from tests.support.gateway.listening_subgraph import PATIENCE_SECONDS


@contextmanager
def node_subgraph(*arguments: str) -> Iterator[str]:
    """Its URL, while it runs."""
    command = ["node", "http2-subgraph.mjs", *arguments]
    with subprocess.Popen(
        command, cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        assert process.stdin is not None
        process.stdin.close()
        process.wait(PATIENCE_SECONDS)
