"""Each benchmark works: its smallest form runs to its end by the command with which people start it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

import bench
from tests.support.repository_files import ROOT

BENCH: Final = Path(bench.__file__).parent
LIMIT_SECONDS: Final = 600.0
"""Far beyond what any needs: one that stands still ends by itself after a minute."""


def benchmarks() -> list[str]:
    """Return the names of what `make bench` can run: modules and packages of `bench` that are programs."""
    modules = [path.stem for path in BENCH.glob("*.py") if "__main__" in path.read_text(encoding="utf-8")]
    return sorted([*modules, *(path.parent.name for path in BENCH.glob("*/__main__.py"))])


def test_benchmarks_are_found() -> None:
    """Both kinds are: modules, and packages."""
    assert {"betslip", "consumer"} < set(benchmarks())


@pytest.mark.usefixtures(
    "processes", "mariadb_installed", "kafka_installed", "valkey_installed", "wrk_installed"
)
@pytest.mark.slow("some start the servers and programs of an installation, as their measurements need")
@pytest.mark.parametrize("name", benchmarks())
def test_a_benchmark_runs_in_its_smallest_form(name: str, tmp_path: Path) -> None:
    """It ends, and writes results: figures, and ratios unless all peers must be installed."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("FURLONG_", "MAKE"))}
    command = ["make", "bench", f"BENCH={name}", f"ARGS=--smallest --results={tmp_path}"]
    ended = subprocess.run(
        command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    assert ended.returncode == 0, f"{ended.stdout[-2000:]}\n{ended.stderr[-4000:]}"
    results = [json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.glob("*.json")]
    assert results
    for written in results:
        assert written["figures"]
        assert written["ratios"] or written.get("left_out") or name == "counts"
