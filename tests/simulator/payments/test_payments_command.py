"""`furlong simulator payments`, as a process that is stopped, and killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from simulator.payments.api import KEY

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def running(data: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Run the command, and yield its process and both addresses."""
    command = [sys.executable, "-m", "simulator", "payments", "--data", str(data)]
    with subprocess.Popen(
        [*command, "--port", "0", "--control", "0", "--settle", "-1"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            words = process.stdout.readline().split()
            assert KEY in process.stdout.readline()
            yield process, words[2].rstrip(","), words[-1]
        finally:
            process.kill()


@pytest.mark.usefixtures("processes")
def test_a_killed_processor_forgets_nothing(tmp_path: Path) -> None:
    """What it answered before it was killed is there afterwards; SIGTERM stops it in good order."""
    with running(tmp_path) as (process, url, _):
        made = httpx.post(
            f"{url}/v1/payouts",
            data={"amount": "5", "currency": "gbp"},
            headers={"Authorization": f"Bearer {KEY}"},
        ).json()
        process.kill()
        process.wait()
    with running(tmp_path) as (process, _, control):
        assert httpx.get(f"{control}/state").json()["payouts"] == [made]
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        assert process.stdout.read() == "stopped\n"
        assert process.wait() == 0
