"""Tests are in tiers by the fixtures that they ask for, and `--fast` runs those that need nothing else."""

import pytest

pytest_plugins = "pytester"
pytestmark = pytest.mark.usefixtures("processes")

CONFTEST = """
import pytest
from tools.runner.started_programs import StartedPrograms
from tools.runner.tiers import FAST, Tiers

def pytest_addoption(parser):
    parser.addoption(FAST, action="store_true")

def pytest_configure(config):
    config.pluginmanager.register(Tiers(fast=config.getoption(FAST)))
    config.pluginmanager.register(StartedPrograms())

@pytest.fixture(scope="session")
def processes():
    pass

@pytest.fixture(scope="session")
def demo(processes):
    return "a demo"

@pytest.fixture
def scale():
    return 1

@pytest.fixture
def kafka_installed():
    pass

@pytest.fixture
def chromium():
    pass
"""
SETTINGS = """
[pytest]
addopts = --strict-markers
markers =
    kafka: needs Kafka
    chromium: needs Chromium
    service: derived
    browser: derived
    process: derived
    slow(reason): takes long
    lasting(reason): takes long
    end_to_end: always runs
"""
TESTS = """
import subprocess, sys
import pytest

def test_plain():
    pass

def test_with_a_demo(demo):
    subprocess.run([sys.executable, "--version"], check=True)

def test_with_kafka(kafka_installed):
    pass

def test_with_a_page(demo, chromium):
    pass

def test_of_torture(scale):
    pass

@pytest.mark.slow("it waits for a real minute")
def test_slow():
    pass

@pytest.mark.end_to_end
def test_the_one_path(demo, chromium):
    pass
"""


@pytest.fixture
def made(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Made-up tests of each tier, for runs that load no other plugin."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest(CONFTEST)
    pytester.makeini(SETTINGS)
    pytester.makepyfile(TESTS)
    return pytester


def test_all_tiers_run_without_the_option(made: pytest.Pytester) -> None:
    """A test whose fixture asks for `processes` may start programs."""
    result = made.runpytest_subprocess()
    result.assert_outcomes(passed=7)
    result.stdout.no_fnmatch_line("Not run*")


@pytest.mark.parametrize("workers", [(), ("-p", "xdist.plugin", "-n", "2")])
def test_the_fast_tier_is_what_needs_nothing_and_the_one_path(
    made: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    """What is not run is counted once, by its dearest tier, below pytest's own summary."""
    result = made.runpytest_subprocess("--fast", *workers)
    assert result.parseoutcomes()["passed"] == 2
    assert result.outlines[-1] == (
        "Not run: 5 tests (1 that need a service, 1 that need a browser, 1 that start programs, "
        "2 that are slow); `make test-all` runs them."
    )


@pytest.mark.parametrize(
    ("marker", "number"), [("process", 3), ("browser", 2), ("service", 1), ("kafka", 1), ("slow", 2)]
)
def test_tiers_are_chosen_by_their_markers(made: pytest.Pytester, marker: str, number: int) -> None:
    """Nobody writes them: they follow from the fixtures, those of fixtures included."""
    made.runpytest_subprocess("-m", marker).assert_outcomes(passed=number, deselected=7 - number)


def test_a_program_that_nobody_asked_for_fails_the_test(made: pytest.Pytester) -> None:
    """The failure says what to do. Tools that answer at once may be used by any test."""
    made.makepyfile(
        test_hidden="""
        import subprocess, sys
        def test_hidden():
            subprocess.run([sys.executable, "--version"], check=True)
        def test_tool():
            subprocess.run(["git", "--version"], check=True)
        """
    )
    result = made.runpytest_subprocess("test_hidden.py")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines("*starts python*: ask for the fixture `processes` here*")


@pytest.mark.parametrize("marker", ["slow", "lasting"])
def test_a_slow_test_gives_a_reason(made: pytest.Pytester, marker: str) -> None:
    """The marker without a reason stops the run."""
    made.makepyfile(test_it=f"import pytest\n@pytest.mark.{marker}\ndef test_it():\n    pass\n")
    result = made.runpytest_subprocess("test_it.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("*test_it needs a reason*")
