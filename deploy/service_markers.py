"""A pytest plugin: tests that need a real service are left out, and counted, where it is not installed.

The marker names the service. Where all are required, nothing is left out: the session fails at once.
"""

from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from local_chromium import find_chromium
from private_kafka import kafka_installed
from private_mariadb import mariadb_installed

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = "furlong_left_out"
"""What a process that runs tests for another one calls its counts."""


@dataclass(frozen=True, slots=True)
class MarkedService:
    """Something that tests may need and a machine may lack.

    Attributes:
        marker: what tests that need it are marked with; the fixture that gives it has the same name.
        words: what it is, for people.
        target: the make target that adds it.
        installed: tells whether this machine has it.
    """

    marker: str
    words: str
    target: str
    installed: Callable[[], bool]


def page_built() -> bool:
    """Tell whether the page has been built."""
    return (ROOT / "web" / "dist" / "index.html").is_file()


SERVICES = (
    MarkedService("mariadb", "a real MariaDB server", "services", mariadb_installed),
    MarkedService("kafka", "a real Apache Kafka broker", "services", kafka_installed),
    MarkedService("chromium", "a real Chromium", "services", lambda: find_chromium() is not None),
    MarkedService("web", "the built page", "install", page_built),
)


class ServiceMarkers:
    """The plugin, told which services there are and whether they may be missing."""

    def __init__(self, services: tuple[MarkedService, ...] = SERVICES, *, required: bool = False) -> None:
        self._services = services
        self._missing = [service for service in services if not service.installed()]
        self._left_out: Counter[str] = Counter()
        if required and self._missing:
            raise pytest.UsageError(
                "FURLONG_REQUIRE_SERVICES is set, but this machine lacks "
                + ", ".join(f"{service.words} (make {service.target})" for service in self._missing)
            )

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what cannot run here, after -k and -m have chosen what is wanted."""
        kept: list[pytest.Item] = []
        left_out: list[pytest.Item] = []
        for item in items:
            missing = [service for service in self._missing if item.get_closest_marker(service.marker)]
            self._left_out.update(service.marker for service in missing)
            (left_out if missing else kept).append(item)
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = kept

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Fail a test that uses a service without saying so: elsewhere it would break, not be left out."""
        for service in self._services:
            uses = service.marker in getattr(item, "fixturenames", ())
            if uses and not item.get_closest_marker(service.marker):
                pytest.fail(
                    f"uses {service.words}: mark it with @pytest.mark.{service.marker}", pytrace=False
                )

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """Say, after pytest's own summary, what was left out and how to add it."""
        if (told := getattr(session.config, "workeroutput", None)) is not None:
            told[LEFT_OUT] = dict(self._left_out)
        yield
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            for line in self.closing_words():
                reporter.write_line(line)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over the counts of a process that ran tests for this one; each of them counts all tests."""
        self._left_out |= Counter(getattr(node, "workeroutput", {}).get(LEFT_OUT, {}))

    def closing_words(self) -> list[str]:
        """Give a line for each missing service that wanted tests needed."""
        return [
            f"Left out: {_tests(self._left_out[service.marker])} for want of {service.words}; "
            f"`make {service.target}` adds it."
            for service in self._missing
            if self._left_out[service.marker]
        ]


def _tests(number: int) -> str:
    return "1 test" if number == 1 else f"{number} tests"
