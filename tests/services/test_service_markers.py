"""Tests whose service is missing are left out and counted, or stop a session that requires it."""

from collections.abc import Callable

import pytest

from tools.runner.service_markers import MarkedService, ServiceMarkers

pytest_plugins = "pytester"

Run = Callable[..., pytest.RunResult]

INNER_TESTS = """
import pytest

@pytest.fixture
def kafka():
    return "a broker"

@pytest.mark.kafka
def test_marked(kafka):
    assert kafka

@pytest.mark.kafka
def test_marked_too():
    pass

def test_plain():
    pass
"""

INNER_SETTINGS = """
[pytest]
markers = kafka: needs Kafka
asyncio_default_fixture_loop_scope = function
"""

INNER_CONFTEST = """
from tools.runner.service_markers import MarkedService, ServiceMarkers


def pytest_configure(config):
    kafka = MarkedService("kafka", "a real Apache Kafka broker", "services", lambda: False)
    config.pluginmanager.register(ServiceMarkers((kafka,)))
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """A function that runs the inner tests on a machine that has Kafka or has not."""

    def run_inner(*arguments: str, installed: bool) -> pytest.RunResult:
        pytester.makepyfile(INNER_TESTS)
        pytester.makeini(INNER_SETTINGS)
        service = MarkedService("kafka", "a real Apache Kafka broker", "services", lambda: installed)
        return pytester.runpytest_inprocess(*arguments, plugins=[ServiceMarkers((service,))])

    return run_inner


def test_all_run_where_the_service_is_installed(run: Run) -> None:
    """Nothing is left out, and nothing is said."""
    result = run(installed=True)
    result.assert_outcomes(passed=3)
    result.stdout.no_fnmatch_line("Left out*")


def test_marked_tests_are_left_out_where_it_is_missing(run: Run) -> None:
    """They are deselected rather than skipped."""
    run(installed=False).assert_outcomes(passed=1, deselected=2)


def test_the_last_line_says_what_was_left_out(run: Run) -> None:
    """Below pytest's own summary stands how many tests were left out, why, and how to add them."""
    result = run(installed=False)
    assert "1 passed" in result.outlines[-2]
    assert result.outlines[-1] == (
        "Left out: 2 tests for want of a real Apache Kafka broker; `make services` adds it."
    )


@pytest.mark.usefixtures("processes")
def test_it_is_said_once_where_tests_run_in_several_processes(pytester: pytest.Pytester) -> None:
    """Each process counts all tests; the one that people see has their counts, not the sum of them."""
    pytester.makepyfile(INNER_TESTS)
    pytester.makeini(INNER_SETTINGS)
    pytester.makeconftest(INNER_CONFTEST)
    result = pytester.runpytest_subprocess("-n", "2")
    result.assert_outcomes(passed=1)
    assert result.outlines[-1] == (
        "Left out: 2 tests for want of a real Apache Kafka broker; `make services` adds it."
    )


def test_only_wanted_tests_are_counted(run: Run) -> None:
    """What -k rules out is not called left out for want of a service."""
    result = run("-k", "marked_too or plain", installed=False)
    result.stdout.fnmatch_lines("Left out: 1 test for want of*")


def test_a_required_service_that_is_missing_stops_the_session() -> None:
    """Where all services are required, the first thing said is which one is missing and what adds it."""
    missing = MarkedService("kafka", "a real Apache Kafka broker", "services", lambda: False)
    with pytest.raises(pytest.UsageError, match=r"lacks a real Apache Kafka broker \(make services\)"):
        ServiceMarkers((missing,), required=True)


def test_required_services_that_are_there_are_no_obstacle() -> None:
    """Where all required services are installed, the session continues."""
    present = MarkedService("kafka", "a real Apache Kafka broker", "services", lambda: True)
    assert ServiceMarkers((present,), required=True).closing_words() == []
