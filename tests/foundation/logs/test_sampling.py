"""The first lines of a kind are logged; the others are counted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from foundation.logs.sampling import MAX_KEYS, Sampler


class Later:
    """Keeps what is to be called later, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def sampler(self, first: int = 3) -> Sampler:
        """A sampler with this clock."""
        return Sampler(
            first, 60.0, lambda: self.now, lambda seconds, call: self.waiting.append((seconds, call))
        )


def admitted(sampler: Sampler, number: int, method: str = "warning", **event: Any) -> int:
    """How many of a number of equal lines are logged."""
    count = 0
    for _ in range(number):
        try:
            sampler(None, method, {"event": "gone", **event})
            count += 1
        except structlog.DropEvent:
            pass
    return count


def test_the_first_lines_of_a_period_are_logged() -> None:
    """After it, as many again; the number of those left out is logged when the period ends."""
    later = Later()
    sampler = later.sampler()
    assert admitted(sampler, 10, service="club") == 3
    ((seconds, flush),) = later.waiting
    assert seconds == 60.0
    later.now += 60
    with capture_logs() as logged:
        flush()
    assert logged == [
        {"event": "lines_left_out", "of": "gone", "at": "club", "lines": 7, "log_level": "warning"}
    ]
    assert admitted(sampler, 10, service="club") == 3


def test_the_next_line_ends_a_period_as_well() -> None:
    """The count is not lost where a timer is late."""
    later = Later()
    sampler = later.sampler()
    admitted(sampler, 4)
    later.now += 61
    with capture_logs() as logged:
        assert admitted(sampler, 1) == 1
    assert [each["lines"] for each in logged] == [1]


def test_kinds_do_not_crowd_each_other_out() -> None:
    """Another event, another service or another id has lines of its own."""
    sampler = Later().sampler()
    assert admitted(sampler, 9, service="club") == 3
    assert admitted(sampler, 9, service="rewards") == 3
    assert admitted(sampler, 9, service="club", id="f00") == 3
    assert admitted(sampler, 9, fault="f01") == 3


def test_one_event_is_bounded_whatever_its_ids() -> None:
    """A flood of faults, each with an id of its own, fills no disk."""
    sampler = Later().sampler()
    assert sum(admitted(sampler, 1, "error", id=str(number)) for number in range(1_000)) == 30


@pytest.mark.parametrize("method", ["info", "debug"])
def test_information_is_not_sampled(method: str) -> None:
    """It is not what floods, and its lines are different things that happened."""
    assert admitted(Later().sampler(), 100, method) == 100


def test_memory_is_bounded() -> None:
    """Ever other events count as one kind in the end."""
    sampler = Later().sampler()
    for number in range(3 * MAX_KEYS):
        try:
            sampler(None, "warning", {"event": str(number)})
        except structlog.DropEvent:
            continue
    assert len(sampler._counts) <= MAX_KEYS + 31


def test_lines_of_libraries_are_sampled_by_their_text_before_values() -> None:
    """The same message with other values is the same; another one is not."""
    sampler = Later().sampler()

    def record(text: str, value: int, level: int = logging.WARNING) -> logging.LogRecord:
        return logging.LogRecord("lib", level, "f.py", 1, text, (value,), None)

    assert sum(sampler.filter(record("slow: %d", number)) for number in range(10)) == 3
    assert sampler.filter(record("other: %d", 1))
    assert all(sampler.filter(record("info: %d", number, logging.INFO)) for number in range(10))
