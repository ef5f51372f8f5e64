"""A pytest plugin that runs failed tests once more, alone, when all others have ended.

A test that then passes is unstable. It is listed with its first failure, and does not fail the run: mend it
at its cause in the next change. Three or more unstable tests fail the run, as does a test that fails twice. A
run that was cut short, or failed by more than tests, has no second chance.
"""

import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from tools.runner.unstable_names import keep, kept_names

MAX_FAILED: Final = 20
"""More failed tests than that have one cause, which running them again does not find."""
MAX_UNSTABLE: Final = 2
ALONE: Final = Path(__file__).with_name("alone.py")
CRASHED: Final = "???"
"""The phase in which pytest-xdist reports a test that ended its worker."""


@dataclass(slots=True)
class FailedTest:
    """A test that failed, with the reports of its failures: of its call, its setup or its teardown."""

    nodeid: str
    reports: list[pytest.TestReport] = field(default_factory=list)

    @property
    def may_try_again(self) -> bool:
        """Whether it ended by itself: a test that ends its worker is never called unstable."""
        return all(str(report.when) != CRASHED for report in self.reports)


class SecondChance:
    """The plugin, for the process that reports."""

    def __init__(self) -> None:
        self._environment = dict(os.environ)  # that tests have not changed yet
        self._unstable: list[FailedTest] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Give a second chance after a loop that ran to its end: -x and an interruption raise instead."""
        result = yield
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and not session.config.getoption("usepdb"):
            self._try_again(session, reporter)
        return result

    def _try_again(self, session: pytest.Session, reporter: Any) -> None:
        failed = failed_tests(reporter.stats)
        if not failed or len(failed) > MAX_FAILED:
            return
        reporter.write_line("")
        for test in failed:
            if test.may_try_again and passes_alone(session.config, test.nodeid, self._environment):
                self._unstable.append(test)
                reporter.write_line(f"passes alone: {test.nodeid}")
            else:
                reporter.write_line(f"fails again: {test.nodeid}")
        if len(self._unstable) <= MAX_UNSTABLE:
            forgive(session, reporter.stats, self._unstable)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """List the unstable tests, each with its first failure."""
        if not self._unstable:
            return
        terminalreporter.section("UNSTABLE", red=True, bold=True)
        for test in self._unstable:
            terminalreporter.line(f"UNSTABLE {test.nodeid}")
            terminalreporter.line(test.reports[0].longreprtext)
        for line in keep([test.nodeid for test in self._unstable], kept_names()):
            terminalreporter.line(line)
        if len(self._unstable) > MAX_UNSTABLE:
            terminalreporter.line(
                f"{len(self._unstable)} unstable tests fail the run: {MAX_UNSTABLE} may be."
            )


def failed_tests(stats: dict[str, list[Any]]) -> list[FailedTest]:
    """Return the tests that failed, in order; none if something other than a test failed."""
    found: dict[str, FailedTest] = {}
    for report in [*stats.get("failed", ()), *stats.get("error", ())]:
        if not isinstance(report, pytest.TestReport):
            return []
        found.setdefault(report.nodeid, FailedTest(report.nodeid)).reports.append(report)
    return list(found.values())


def forgive(session: pytest.Session, stats: dict[str, list[Any]], unstable: list[FailedTest]) -> None:
    """Count unstable tests as such, and no longer as failed."""
    forgiven = [report for test in unstable for report in test.reports]
    for outcome in ("failed", "error"):
        left = [report for report in stats.pop(outcome, ()) if report not in forgiven]
        if left:
            stats[outcome] = left
    if unstable:
        stats["unstable"] = [test.reports[0] for test in unstable]
    session.testsfailed -= len(forgiven)


def passes_alone(config: pytest.Config, nodeid: str, environment: Mapping[str, str]) -> bool:
    """Return whether a test passes in a process of its own, with this run's options and nothing beside it."""
    command = [sys.executable, str(ALONE), nodeid, *map(str, config.invocation_params.args)]
    ended = subprocess.run(
        [*command, f"--rootdir={config.rootpath}"],
        cwd=config.rootpath,
        env=environment,
        capture_output=True,
        check=False,
    )
    return ended.returncode == 0
