"""A pytest plugin that says where the time goes, and lists the tests which take long and give no reason.

The reason is that of `@pytest.mark.slow`, or of `@pytest.mark.lasting` for a test that stays in its tier.

It is a list of things to do. Nothing fails by it, because machines differ.
"""

from collections import defaultdict
from typing import Any, Final

import pytest

SLOW_SECONDS: Final = 20.0
LONG_SECONDS: Final = 300.0
"""Runs in which the tests of one folder take less do not say how long each folder takes."""
REASONS: Final = {"slow", "lasting"}


class SlowTests:
    """The plugin, for the process that reports."""

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print how long the folders took, if that is long, and the list, the slowest first."""
        folders = seconds_by_folder(terminalreporter.stats)
        if folders and folders[0][1] > LONG_SECONDS:
            terminalreporter.section("seconds by folder, of all workers")
            for folder, seconds in folders:
                terminalreporter.line(f"{seconds:6.0f} s {folder}")
        slow = without_reason(terminalreporter.stats)
        if not slow:
            return
        terminalreporter.section(f"over {SLOW_SECONDS:.0f} s without a reason")
        for report in slow:
            terminalreporter.line(f"{report.duration:6.1f} s {report.nodeid}")


def seconds_by_folder(stats: dict[str, list[Any]]) -> list[tuple[str, float]]:
    """Return how long the tests of each folder took, with what they set up, the longest first."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for report in _reports(stats):
        seconds["/".join(report.nodeid.split("::")[0].split("/")[:-1])] += report.duration
    return sorted(seconds.items(), key=lambda each: -each[1])


def without_reason(stats: dict[str, list[Any]]) -> list[pytest.TestReport]:
    """Return the calls of tests that took long and do not say why."""
    calls = [report for report in _reports(stats) if report.when == "call"]
    slow = [call for call in calls if call.duration > SLOW_SECONDS and not REASONS & set(call.keywords)]
    return sorted(slow, key=lambda call: -call.duration)


def _reports(stats: dict[str, list[Any]]) -> list[pytest.TestReport]:
    """Return what is reported of the phases of tests."""
    return [
        report for reports in stats.values() for report in reports if isinstance(report, pytest.TestReport)
    ]
