"""The benchmark of cold gateways compares them correctly."""

import subprocess
import sys

import pytest

from bench.cold import Cold, summary
from bench.harness.cores import resident_bytes

pytestmark = pytest.mark.usefixtures("processes")


def test_medians_of_the_rounds_are_compared() -> None:
    """Ratios are above 1 where ours is faster or smaller."""
    ours = [Cold(1.0, 70.0, 16.0, 1.0), Cold(9.0, 70.0, 15.0, 1.0), Cold(1.0, 75.0, 20.0, 1.5)]
    peer = [Cold(2.0, 140.0, 8.0, 4.0)]
    figures, ratios = summary({"ours": ours, "peer": peer})
    assert figures["ours"] == {
        "start_seconds": 1.0,
        "idle_megabytes": 70.0,
        "first_ms": 16.0,
        "again_ms": 1.0,
    }
    assert ratios == {
        "start_seconds_ours_vs_peer": 2.0,
        "idle_megabytes_ours_vs_peer": 2.0,
        "first_ms_ours_vs_peer": 0.5,
        "again_ms_ours_vs_peer": 4.0,
    }


def test_resident_memory_is_that_of_a_session() -> None:
    """Only the session's own processes count."""
    program = [sys.executable, "-c", "held = bytearray(b'x' * 40_000_000); print(1, flush=True); input()"]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"1\n"
        measured = resident_bytes(other.pid)
        other.communicate(b"\n")
    assert 40e6 < measured < 140e6
    assert resident_bytes(other.pid) == 0
