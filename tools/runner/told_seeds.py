"""A pytest plugin that tells with which seeds tests ran: a module has its own as `SEED`."""

from typing import Any, Final

import pytest

PROPERTY: Final = "seed"
"""The property of a test by which a fixture tells a seed."""


class ToldSeeds:
    """The plugin, which collects the seeds of all workers."""

    def __init__(self) -> None:
        self._seeds: dict[str, int] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Let the reports of a test say its seed, and show it where the test fails."""
        seed = getattr(getattr(item, "module", None), "SEED", None)
        if isinstance(seed, int):
            item.user_properties.append((PROPERTY, seed))
            item.add_report_section("setup", PROPERTY, f"FURLONG_TORTURE_SEED={seed} plays it again")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the seed of a test's file."""
        for name, seed in report.user_properties:
            if name == PROPERTY and isinstance(seed, int):
                self._seeds[report.nodeid.partition("::")[0]] = seed

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the seeds, and how one is played again."""
        if self._seeds:
            terminalreporter.write_line("Seeds, of which FURLONG_TORTURE_SEED=… plays one again:")
        for path, seed in sorted(self._seeds.items()):
            terminalreporter.write_line(f"  {seed:>6} {path}")
