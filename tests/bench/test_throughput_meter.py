"""When a throughput meter starts and stops."""

import json

import pytest

from bench.consumer.throughput import ThroughputMeter


def test_what_was_done_while_warming_up_is_not_counted() -> None:
    """A fifth of the messages is warm-up, rounded up to whole batches."""
    meter = ThroughputMeter.after_warm_up(1000)
    assert [meter.count(150) for _ in range(7)] == [False] * 6 + [True]
    assert json.loads(meter.report())["messages"] == 750


def test_a_slow_contender_is_timed_for_so_many_seconds_only() -> None:
    """A part of the messages is enough for a rate."""
    meter = ThroughputMeter(1_000_000, warm_after=10, seconds=0.0)
    assert not meter.count(10)
    assert meter.count(1)
    assert json.loads(meter.report())["messages"] == 1


def test_a_meter_that_never_became_warm_reports_nothing() -> None:
    """It has no rate to report."""
    meter = ThroughputMeter.after_warm_up(1000)
    meter.count(100)
    with pytest.raises(RuntimeError, match="not enough"):
        meter.report()
