"""A pytest plugin that says what a test needs, by its fixtures; `--fast` runs what needs nothing else.

`make test` runs with `--fast`, `make test-all` without.
"""

from collections import Counter
from collections.abc import Generator
from typing import Any, Final

import pytest

from tools.runner.service_markers import SERVICES
from tools.runner.slow_tests import REASONS

FAST: Final = "--fast"
END_TO_END: Final = "end_to_end"
TIERS: Final = {
    "service": "need a service",
    "browser": "need a browser",
    "process": "start programs",
    "slow": "are slow",
}
"""The tiers that `--fast` leaves out, the dearest first: a test counts as one of the first that it is in."""
OF_FIXTURES: Final = {"processes": "process", "scale": "slow"} | {
    fixture: service.marker for service in SERVICES for fixture in service.fixtures
}
"""The tiers and services of tests that ask for a fixture; the tiers of services stand with the services."""
NOT_RUN: Final = "furlong_tiers_not_run"
"""The key under which a worker process reports its counts."""


def derive_markers(item: pytest.Item) -> None:
    """Mark a test with the services and the tiers of the fixtures that it asks for, directly or not."""
    derived = {OF_FIXTURES[fixture] for fixture in OF_FIXTURES.keys() & getattr(item, "fixturenames", ())}
    names = derived | {marker.name for marker in item.iter_markers()}
    derived |= {service.tier for service in SERVICES if service.tier and service.marker in names}
    for name in sorted(derived):
        item.add_marker(name)


def tier_of(item: pytest.Item) -> str | None:
    """Return the first tier that a test is in; None if `--fast` runs it."""
    if item.get_closest_marker(END_TO_END):
        return None
    return next((tier for tier in TIERS if item.get_closest_marker(tier)), None)


class Tiers:
    """The plugin, which counts what it leaves out."""

    def __init__(self, *, fast: bool) -> None:
        self._fast = fast
        self._not_run: Counter[str] = Counter()

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None]:
        """Mark all tests before -k and -m select some of them, and leave out tiers after that."""
        for item in items:
            derive_markers(item)
            _check_reason(item)
        yield
        if not self._fast:
            return
        left_out = [item for item in items if tier_of(item)]
        self._not_run.update(tier_of(item) or "" for item in left_out)
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if not tier_of(item)]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """Print, after pytest's summary, what was not run."""
        if (told := getattr(session.config, "workeroutput", None)) is not None:
            told[NOT_RUN] = dict(self._not_run)
        yield
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and (words := self.closing_words()):
            reporter.write_line(words)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Use the counts of a worker process; each worker counts all tests."""
        self._not_run |= Counter(getattr(node, "workeroutput", {}).get(NOT_RUN, {}))

    def closing_words(self) -> str:
        """Return a line that says how many tests of which tier were not run; empty if all were."""
        counts = [
            f"{self._not_run[tier]} that {words}" for tier, words in TIERS.items() if self._not_run[tier]
        ]
        if not counts:
            return ""
        return (
            f"Not run: {sum(self._not_run.values())} tests ({', '.join(counts)}); `make test-all` runs them."
        )


def _check_reason(item: pytest.Item) -> None:
    """A test that takes long says why: `@pytest.mark.slow("reason")`."""
    for marker in item.iter_markers():
        if marker.name not in REASONS or "scale" in getattr(item, "fixturenames", ()):
            continue
        if not (marker.args and marker.args[0]):
            raise pytest.UsageError(f'{item.nodeid} needs a reason: @pytest.mark.{marker.name}("reason")')
