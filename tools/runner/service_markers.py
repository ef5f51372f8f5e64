"""A pytest plugin that leaves out, and counts, the tests whose services are not installed.

A test needs a service if it asks for the fixture of that name, for `NAME_installed`, or for a variant of a
fixture that is marked with the name. If all services are required, the session fails instead.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from types import ModuleType
from typing import Any

import pytest

from tools.kafka_jars import kafka_installed
from tools.local_chromium import find_chromium
from tools.private_mariadb import mariadb_installed
from tools.private_prometheus import prometheus_installed
from tools.private_rabbitmq import rabbitmq_installed
from tools.private_stripe import localstripe_installed, stripe_mock_installed
from tools.private_valkey import valkey_installed

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = "furlong_left_out"
"""The key under which a worker process reports its counts."""


@dataclass(frozen=True, slots=True)
class MarkedService:
    """A service that tests may need and a machine may lack.

    Attributes:
        marker: The marker of tests that need it; the fixture that provides it has the same name.
        words: A description of the service.
        target: The make target that installs it.
        installed: Returns whether this machine has it.
        tier: The tier of tests that need it; None if they may be in any.
    """

    marker: str
    words: str
    target: str
    installed: Callable[[], bool]
    tier: str | None = "service"

    @property
    def fixtures(self) -> frozenset[str]:
        """The fixtures by which a test asks for it; the second one starts nothing."""
        return frozenset({self.marker, f"{self.marker}_installed"})


def page_built() -> bool:
    """Return whether the page has been built."""
    return (ROOT / "web" / "dist" / "index.html").is_file()


def docs_built() -> bool:
    """Return whether the documentation has been built."""
    return (ROOT / ".docs" / "html" / "index.html").is_file()


def varnish_installed() -> bool:
    """Return whether this machine has Varnish, which Debian keeps off the usual path."""
    return which("varnishd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin") is not None


def chart_tools_installed() -> bool:
    """Return whether the Helm chart can be rendered and checked."""
    return (ROOT / ".services" / "helm" / "requirements.lock").is_file()


def exchange_clients_installed() -> bool:
    """Return whether other people's clients of the exchange are there, in an environment of their own."""
    return (ROOT / ".services" / "exchange-clients" / "requirements.lock").is_file()


def haproxy_installed() -> bool:
    """Return whether this machine has HAProxy, which Debian keeps from users' PATH."""
    return which("haproxy") is not None or which("haproxy", path="/usr/sbin:/usr/local/sbin") is not None


def find_firefox() -> str | None:
    """Return the path of this machine's Firefox; None if there is none, or only the shim of a snap."""
    for name in ("firefox-esr", "firefox"):
        path = shutil.which(name)
        if path is not None and b"snap" not in Path(path).read_bytes()[:4_096]:
            return path
    return None


SERVICES = (
    MarkedService("mariadb", "a real MariaDB server", "services", mariadb_installed),
    MarkedService("kafka", "a real Apache Kafka broker", "services", kafka_installed),
    MarkedService("valkey", "a real Valkey or Redis", "services", valkey_installed),
    MarkedService("rabbitmq", "a real RabbitMQ", "services", rabbitmq_installed),
    MarkedService("prometheus", "a real Prometheus", "services", prometheus_installed),
    MarkedService("systemd", "systemd-analyze", "services", lambda: which("systemd-analyze") is not None),
    MarkedService("varnish", "a real Varnish", "services", varnish_installed),
    MarkedService("haproxy", "a real HAProxy", "services", haproxy_installed),
    MarkedService("wrk", "wrk, which benchmarks ask by", "services", lambda: which("wrk") is not None),
    MarkedService("helm", "Helm as a library", "services", chart_tools_installed),
    MarkedService("exchange_clients", "clients of the exchange", "services", exchange_clients_installed),
    MarkedService("localstripe", "localstripe, which plays Stripe", "services", localstripe_installed),
    MarkedService("stripe_mock", "stripe-mock, which checks requests", "services", stripe_mock_installed),
    MarkedService("chromium", "a real Chromium", "services", lambda: find_chromium() is not None, "browser"),
    MarkedService("firefox", "a real Firefox", "services", lambda: find_firefox() is not None, "browser"),
    MarkedService("web", "the built page", "install", page_built, None),
    MarkedService("docs", "the built documentation", "install", docs_built, None),
)


class ServiceMarkers:
    """The plugin, with the known services and whether they may be missing."""

    def __init__(self, services: tuple[MarkedService, ...] = SERVICES, *, required: bool = False) -> None:
        self._services = services
        self._missing = [service for service in services if not service.installed()]
        self._left_out: Counter[str] = Counter()
        if required and self._missing:
            raise pytest.UsageError(
                "FURLONG_REQUIRE_SERVICES is set, but this machine lacks "
                + ", ".join(f"{service.words} (make {service.target})" for service in self._missing)
            )

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None]:
        """Leave out the tests that cannot run here, after -k, -m and the tiers have selected tests."""
        yield
        kept: list[pytest.Item] = []
        left_out: list[pytest.Item] = []
        for item in items:
            missing = [service for service in self._missing if item.get_closest_marker(service.marker)]
            self._left_out.update(service.marker for service in missing)
            (left_out if missing else kept).append(item)
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = kept

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """Print, after pytest's summary, what was left out and how to add it."""
        if (told := getattr(session.config, "workeroutput", None)) is not None:
            told[LEFT_OUT] = dict(self._left_out)
        yield
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            for line in self.closing_words():
                reporter.write_line(line)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Use the counts of a worker process; each worker counts all tests."""
        self._left_out |= Counter(getattr(node, "workeroutput", {}).get(LEFT_OUT, {}))

    def closing_words(self) -> list[str]:
        """Return a line for each missing service that selected tests need."""
        return [
            f"Left out: {_tests(self._left_out[service.marker])} for want of {service.words}; "
            f"`make {service.target}` adds it."
            for service in self._missing
            if self._left_out[service.marker]
        ]


def installed_fixtures(services: tuple[MarkedService, ...] = SERVICES) -> ModuleType:
    """Return a plugin with a fixture for each service, by which a test asks for what it starts by itself."""
    plugin = ModuleType("installed_services")
    for service in services:
        name = f"{service.marker}_installed"
        setattr(plugin, name, _nothing_started(name))
    return plugin


def _nothing_started(name: str) -> object:
    def need() -> None:
        """Nothing is started: the test is left out where the service is missing."""

    return pytest.fixture(scope="session", name=name)(need)


def _tests(number: int) -> str:
    return "1 test" if number == 1 else f"{number} tests"
