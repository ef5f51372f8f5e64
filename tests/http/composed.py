"""Supergraphs composed at test time, so that they cannot fall behind their subgraphs."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

COMPOSE = Path(__file__).resolve().parents[2] / "web" / "compose.mjs"


def composed(folder: Path, sdls: Mapping[str, str]) -> str:
    """The supergraph of subgraphs, by the composition library of the product.

    Args:
        folder: For files on the way.
        sdls: By the subgraph's name.
    """
    files = [folder / f"{name}.graphql" for name in sdls]
    for file, sdl in zip(files, sdls.values(), strict=True):
        file.write_text(sdl)
    out = folder / "composed"
    ended = subprocess.run(["node", COMPOSE, out, *files], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return out.read_text()
