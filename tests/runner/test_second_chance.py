"""A test that fails runs once more, alone: what passes then is unstable, and nothing else is forgiven."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from unittest import mock

import pytest

from tools.runner.second_chance import SecondChance

pytest_plugins = "pytester"
pytestmark = pytest.mark.usefixtures("processes")

ROOT: Final = Path(__file__).resolve().parents[2]
RUN: Final = """
import sys
import pytest
sys.path.insert(0, sys.argv.pop(1))
from tools.runner.second_chance import SecondChance
sys.exit(pytest.main(sys.argv[1:], plugins=[SecondChance()]))
"""
PASSES: Final = "def test_passes():\n    pass\n"
FAILS: Final = "def test_fails():\n    assert 1 == 2\n"
SECOND_TIME: Final = """
from pathlib import Path

def second_time(name):
    tried = Path(__file__).with_name(name)
    if tried.exists():
        return True
    tried.touch()
    return False
"""
UNSTABLE: Final = SECOND_TIME + "def test_unstable():\n    assert second_time('a'), 'the first failure'\n"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Iterator[Run]:
    """A function that runs made-up tests, each argument a file, with a second chance.

    Unless `apart` is true, the run is in this process, which starts at once; the second chance never is.
    """
    pytester.makeini("[pytest]\n")

    def run_them(
        *sources: str, options: tuple[str, ...] = (), apart: bool = False
    ) -> subprocess.CompletedProcess[str]:
        for number, source in enumerate(sources):
            (pytester.path / f"test_{number}.py").write_text(source)
        arguments = ["-p", "xdist.plugin", *options]
        if apart:
            command = [sys.executable, "-c", RUN, str(ROOT), *arguments]
            return subprocess.run(command, cwd=pytester.path, capture_output=True, text=True, check=False)
        ended = pytester.runpytest_inprocess(*arguments, plugins=[SecondChance()])
        return subprocess.CompletedProcess(arguments, ended.ret, "\n".join(ended.outlines))

    with mock.patch.dict(os.environ, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"):
        yield run_them


def last_line(ran: subprocess.CompletedProcess[str]) -> str:
    """Return pytest's closing line."""
    return ran.stdout.splitlines()[-1]


def test_a_test_that_always_fails_fails_the_run(run: Run) -> None:
    """The second chance changes nothing for it."""
    ran = run(PASSES, FAILS)
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED, ran.stdout
    assert "1 failed, 1 passed" in last_line(ran)
    assert "UNSTABLE" not in ran.stdout


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_a_test_that_passes_alone_is_unstable(run: Run, options: tuple[str, ...]) -> None:
    """It is listed with its first failure and counted as unstable; the run succeeds."""
    ran = run(PASSES, UNSTABLE, options=options, apart="-n" in options)
    assert ran.returncode == pytest.ExitCode.OK, ran.stdout
    assert "1 passed, 1 unstable" in last_line(ran)
    assert "UNSTABLE test_1.py::test_unstable" in ran.stdout
    assert "the first failure" in ran.stdout


def test_a_test_that_is_unstable_again_is_said_to_be(run: Run, pytester: pytest.Pytester) -> None:
    """Runs keep the names, those of the last month."""
    kept = pytester.path / "kept.txt"
    kept.write_text("2020-01-01 test_0.py::test_unstable\n2026-1")  # and half a line
    with mock.patch.dict(os.environ, FURLONG_UNSTABLE_TESTS=str(kept)):
        assert "earlier runs" not in run(UNSTABLE).stdout
        (pytester.path / "a").unlink()
        assert "test_0.py::test_unstable was unstable in 1 earlier runs" in run(UNSTABLE).stdout
    assert kept.read_text().count("test_0.py::test_unstable\n") == 2


def test_an_unstable_test_does_not_hide_one_that_fails_twice(run: Run) -> None:
    """The run fails by the one, and lists the other."""
    ran = run(FAILS, UNSTABLE)
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED, ran.stdout
    assert "1 failed, 1 unstable" in last_line(ran)


def test_three_unstable_tests_fail_the_run(run: Run) -> None:
    """They are listed, and still counted as failed."""
    source = SECOND_TIME + "".join(f"def test_{n}():\n    assert second_time('{n}')\n" for n in range(3))
    ran = run(source)
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED, ran.stdout
    assert "3 failed" in last_line(ran)
    assert ran.stdout.count("UNSTABLE test_0.py") == 3


@pytest.mark.parametrize("places", [("{0}", "pass"), ("pass", "{0}")])
def test_setup_and_teardown_have_the_same_second_chance(run: Run, places: tuple[str, str]) -> None:
    """A fixture that fails once makes its test unstable, one that always fails is an error."""
    setup, teardown = places
    source = (
        f"{SECOND_TIME}import pytest\n@pytest.fixture\ndef made():\n    {setup}\n    yield\n    {teardown}\n"
    )
    source += "def test_it(made):\n    pass\n"
    assert "1 unstable" in last_line(run(source.format("assert second_time('a')")))
    always = run(source.format("assert False"))
    assert always.returncode == pytest.ExitCode.TESTS_FAILED
    assert "1 error" in last_line(always)


def test_what_fails_only_beside_others_is_unstable(run: Run) -> None:
    """Alone means without the tests before it, whose traces it may have met."""
    ran = run(
        "import os\ndef test_first():\n    os.environ['LEFT'] = '1'\n"
        "def test_second():\n    assert 'LEFT' not in os.environ\n"
    )
    assert ran.returncode == pytest.ExitCode.OK, ran.stdout
    assert "1 passed, 1 unstable" in last_line(ran)


def test_a_test_that_is_skipped_the_second_time_has_not_passed(run: Run) -> None:
    """Only a test that passes is forgiven."""
    ran = run(
        SECOND_TIME
        + "import pytest\ndef test_it():\n    if second_time('a'):\n        pytest.skip('no')\n    assert 0\n"
    )
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED, ran.stdout


def test_an_example_that_hypothesis_found_fails_again(run: Run, pytester: pytest.Pytester) -> None:
    """A counterexample that is rare is kept, and tried first when the test runs alone."""
    ran = run(
        "from hypothesis import given, settings, strategies\n"
        "settings.load_profile('default')\n"  # of CI, Hypothesis keeps nothing; the tests' own profile does
        "@given(strategies.integers())\n"
        "def test_it(n):\n    assert n < 1000\n",
        apart=True,
    )
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED, ran.stdout
    assert (pytester.path / ".hypothesis").is_dir()


def test_a_broken_file_has_no_second_chance(run: Run) -> None:
    """A file that cannot be imported stops the run; with its other files run, their failures stand too."""
    assert run(UNSTABLE, "import nothing_of_this_name\n").returncode == pytest.ExitCode.INTERRUPTED
    ran = run(UNSTABLE, "import nothing_of_this_name\n", options=("--continue-on-collection-errors",))
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED
    assert "UNSTABLE" not in ran.stdout


def test_a_test_that_ends_its_worker_fails_the_run(run: Run) -> None:
    """It counts as failed, though it would pass alone."""
    ran = run(
        SECOND_TIME + "import os\ndef test_it():\n    second_time('a') or os._exit(1)\n",
        options=("-n", "1"),
        apart=True,
    )
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED, ran.stdout
    assert "1 failed" in last_line(ran)


@pytest.mark.parametrize("options", [("-x",), ("-x", "-n", "2")])
def test_a_run_that_stops_at_the_first_failure_tries_nothing_again(
    run: Run, options: tuple[str, ...]
) -> None:
    """Who asks for -x wants to see the failure."""
    ran = run(UNSTABLE, options=options, apart="-n" in options)
    assert ran.returncode in {pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED}, ran.stdout
    assert "UNSTABLE" not in ran.stdout


def test_an_interrupted_run_tries_nothing_again(run: Run) -> None:
    """A run that somebody stops has failed tests, and says so."""
    ran = run(UNSTABLE, "def test_it():\n    raise KeyboardInterrupt\n", apart=True)
    assert ran.returncode == pytest.ExitCode.INTERRUPTED, ran.stdout
    assert "1 failed" in last_line(ran) or "1 failed" in ran.stdout
    assert "UNSTABLE" not in ran.stdout


def test_many_failures_have_one_cause(run: Run) -> None:
    """With more than twenty failed tests, none is tried again."""
    source = "import pytest\n@pytest.mark.parametrize('n', range(21))\n" + FAILS.replace("()", "(n)")
    ran = run(source)
    assert "21 failed" in last_line(ran)
    assert "fails again" not in ran.stdout


@pytest.mark.parametrize(
    "options", [("-k", "unstable"), ("test_1.py",), ("test_1.py::test_unstable", "-n", "2")]
)
def test_arguments_that_choose_tests_choose_none_the_second_time(run: Run, options: tuple[str, ...]) -> None:
    """The failed test alone runs once more, whatever chose it."""
    ran = run(PASSES, UNSTABLE, options=options, apart="-n" in options)
    assert ran.returncode == pytest.ExitCode.OK, ran.stdout
    assert "1 unstable" in last_line(ran)
    assert "passes alone: test_1.py::test_unstable" in ran.stdout


def test_options_that_decide_the_outcome_hold_the_second_time(run: Run) -> None:
    """What fails by an option of the run fails by it again."""
    warns = "import warnings\ndef test_it():\n    warnings.warn('old', stacklevel=1)\n"
    assert run(warns, options=("-W", "error"), apart=True).returncode == pytest.ExitCode.TESTS_FAILED
