"""The day runs on both engines what is first or named, the night what the day left out; seeds are told."""

from pathlib import Path
from typing import Final

import pytest

from tests.support.both_engines import BOTH_BY_DAY
from tools.runner.night import Night, is_named, usual_variants
from tools.runner.told_seeds import ToldSeeds

pytest_plugins = "pytester"
pytestmark = pytest.mark.usefixtures("processes")

TESTS: Final = Path(__file__).resolve().parents[1]
ON_BOTH: Final = """
import pytest
{more}
@pytest.fixture(params=["sqlite", "mariadb"])
def url(request):
    return request.param

def test_alone():
    pass

def test_first(url):
    pass

def test_second(url):
    pass
"""
SHORT: Final = "def test_short():\n    pass\n"
LONG: Final = "from tests.support.examples import examples\ndef test_long():\n    assert examples(1)\n"
SEEDED: Final = "SEED = 7\ndef test_seeded():\n    assert False\n"


def run(
    pytester: pytest.Pytester, *arguments: str, night: bool = False, both: tuple[str, ...] = ()
) -> list[str]:
    """Run the made-up tests, and return the names of those that ran."""
    plugin = Night(night=night, both_by_day=both)
    result = pytester.inline_run("--import-mode=importlib", *arguments, plugins=[plugin])
    return sorted(
        call.report.nodeid.rpartition("/")[2]
        for call in result.getcalls("pytest_runtest_logreport")
        if call.report.when == "call"
    )


@pytest.fixture
def made(pytester: pytest.Pytester) -> pytest.Pytester:
    """Made-up tests on both engines, with a short and a long form."""
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    folder = pytester.mkdir("tests")
    (folder / "test_engines.py").write_text(ON_BOTH.format(more=""))
    (folder / "test_short.py").write_text(SHORT)
    (folder / "test_longer.py").write_text(LONG)
    return pytester


USUAL: Final = [
    "test_engines.py::test_alone",
    "test_engines.py::test_first[mariadb]",
    "test_engines.py::test_first[sqlite]",
]


def test_by_day_the_first_of_a_file_runs_on_both(made: pytest.Pytester) -> None:
    """Whatever else the file has: its statements are in a real server once."""
    second = "test_engines.py::test_second[sqlite]"
    assert run(made) == [*USUAL, second, "test_longer.py::test_long", "test_short.py::test_short"]


@pytest.mark.parametrize("name", ["test_engines.py", "test_engines.py::test_second"])
def test_by_day_what_is_named_runs_on_both(made: pytest.Pytester, name: str) -> None:
    """A file, or a test."""
    assert "test_engines.py::test_second[mariadb]" in run(made, both=(name,))


def test_by_day_whoever_asks_for_the_engine_gets_it(made: pytest.Pytester) -> None:
    """By its name."""
    assert run(made, "-k", "mariadb") == [
        "test_engines.py::test_first[mariadb]",
        "test_engines.py::test_second[mariadb]",
    ]


def test_the_night_runs_what_the_day_leaves_out_and_what_is_longer(made: pytest.Pytester) -> None:
    """And nothing that the day does as well."""
    assert run(made, night=True) == ["test_engines.py::test_second[mariadb]", "test_longer.py::test_long"]


def test_a_variant_is_found_by_any_of_its_parameters() -> None:
    """Other parameters stay as they are."""
    assert usual_variants("t.py::test_a[b-mariadb-c]") == {"t.py::test_a[b-sqlite-c]"}
    assert usual_variants("t.py::test_a[b]") == usual_variants("t.py::test_a") == set()


def test_a_name_is_a_whole_one() -> None:
    """Not the beginning of another."""
    assert is_named("tests/kit/test_a.py::test_b[c]", ("tests/kit",))
    assert not is_named("tests/kit/test_a.py::test_b_too", ("tests/kit/test_a.py::test_b", "tests/ki"))


@pytest.mark.parametrize("path", BOTH_BY_DAY)
def test_what_is_named_exists(path: str) -> None:
    """A test that was renamed does not leave the day."""
    file, _, name = path.partition("::")
    assert (TESTS / file).exists()
    assert not name or f"def {name}(" in (TESTS / file).read_text()


def test_a_failure_and_the_summary_tell_the_seed(pytester: pytest.Pytester) -> None:
    """With the setting that plays it again."""
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makepyfile(test_seeded=SEEDED)
    result = pytester.runpytest_inprocess(plugins=[ToldSeeds()])
    result.stdout.fnmatch_lines(["*FURLONG_TORTURE_SEED=7 plays it again*", "*7 test_seeded.py"])
