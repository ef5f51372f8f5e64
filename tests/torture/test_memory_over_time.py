"""A member under load for a long time: its memory does not grow with what it has applied."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.support.long_form import only_in_long_form

pytestmark = [only_in_long_form, pytest.mark.usefixtures("kafka_installed", "mariadb_installed")]


def _resident_mebibytes(pid: int) -> float:
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


async def test_memory_stays_flat(harness: Any) -> None:
    """Ten minutes; the first part warms up one-time allocations."""
    member = harness.start()
    await harness.stream(120, 500)
    await harness.reckoning()
    warm = _resident_mebibytes(member.process.pid)
    await harness.stream(600, 500)
    await harness.reckoning()
    await asyncio.sleep(1)
    assert _resident_mebibytes(member.process.pid) - warm < 16
