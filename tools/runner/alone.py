"""Run one test alone: `python tools/runner/alone.py NODEID [the arguments of the run in which it failed]`.

The exit code is 0 if the test passed; a test that is skipped this time has not.
"""

import sys
from typing import Final

import pytest

ALONE: Final = ("-n0", "-k", "", "-m", "")
"""What overrides arguments that choose tests or workers."""


class OneTest:
    """A plugin that runs one test, whatever the arguments choose, and knows whether it passed."""

    def __init__(self, nodeid: str) -> None:
        self._nodeid = nodeid
        self.passed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Replace the chosen tests."""
        config.args = [self._nodeid]
        config.option.lf = config.option.failedfirst = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note that the test itself passed."""
        if report.when == "call" and report.nodeid == self._nodeid:
            self.passed = report.passed


def main() -> int:
    """Run the test, in the working directory."""
    nodeid, *arguments = sys.argv[1:]
    del sys.path[0]  # this folder, whose modules are none of the test's business
    plugin = OneTest(nodeid)
    code = pytest.main([*arguments, *ALONE], plugins=[plugin])
    return int(code) or int(not plugin.passed)


if __name__ == "__main__":
    sys.exit(main())
