"""A pytest plugin that lists the tests which take long and give no reason.

The reason is that of `@pytest.mark.slow`, or of `@pytest.mark.lasting` for a test that stays in its tier.

It is a list of things to do. Nothing fails by it, because machines differ.
"""

from typing import Any, Final

import pytest

SLOW_SECONDS: Final = 20.0
REASONS: Final = {"slow", "lasting"}


class SlowTests:
    """The plugin, for the process that reports."""

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the list, the slowest first."""
        slow = without_reason(terminalreporter.stats)
        if not slow:
            return
        terminalreporter.section(f"over {SLOW_SECONDS:.0f} s without a reason")
        for report in slow:
            terminalreporter.line(f"{report.duration:6.1f} s {report.nodeid}")


def without_reason(stats: dict[str, list[Any]]) -> list[pytest.TestReport]:
    """Return the calls of tests that took long and do not say why."""
    calls = [
        report
        for reports in stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
    ]
    slow = [call for call in calls if call.duration > SLOW_SECONDS and not REASONS & set(call.keywords)]
    return sorted(slow, key=lambda call: -call.duration)
