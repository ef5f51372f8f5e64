"""Strawberry's own tests, plain and compiled: every difference has a line in docs/jit.md.

They are cloned from GitHub, or from the path or URL in `STRAWBERRY_REPOSITORY`: those of the release
that is installed here, or the newest ones if the repository does not have it. Only the tests are taken: they
run on the installed release, so that plain Strawberry fails some of another release.
"""

import os
import re
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PLUGINS: Final = Path(__file__).with_name("strawberry_plugins")
REPOSITORY: Final = "https://github.com/strawberry-graphql/strawberry"
NOT_EXECUTION: Final = ("typecheckers", "benchmarks", "codemods", "cli")
"""Folders of tests that execute nothing."""

TOOLS: Final = re.compile(r"types-|ruff|nox|mypy|pyright|codeflash|pre-commit|pytest-cov|pytest-codspeed")
"""What Strawberry's developers use, and its tests do not."""

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("FURLONG_NIGHTLY", "") in {"", "0"}, reason="takes a quarter of an hour: make nightly"
    ),
    pytest.mark.timeout(7200),
]


class Suite(NamedTuple):
    """A clone of Strawberry's tests, and what runs them.

    Attributes:
        commit: The commit that they are of.
    """

    commit: str
    folder: Path
    python: Path

    def outcomes(self, *options: str, only: Iterable[str] = (), **variables: str) -> dict[str, str]:
        """Run all tests, or some, and return the outcome of each by pytest's name for it."""
        report = self.folder / "report.xml"
        report.unlink(missing_ok=True)
        ignored = [f"--ignore=tests/{name}" for name in NOT_EXECUTION]
        usual = ["-q", "-o", "addopts=", "-p", "no:cacheprovider", "-W", "ignore", "-p", "earlier_names"]
        usual += ["--continue-on-collection-errors", f"--junitxml={report}", "-o", "junit_family=xunit1"]
        command = [str(self.python), "-m", "pytest", *(only or ["tests"]), *ignored, *usual, *options]
        paths = os.pathsep.join(map(str, (PLUGINS, self.folder.parent / "library")))
        environment = os.environ | {"PYTHONPATH": paths} | variables
        subprocess.run(command, cwd=self.folder, env=environment, check=False, timeout=3600)
        return dict(map(_outcome, ET.parse(report).iter("testcase")))  # noqa: S314 - pytest has written it


def _outcome(case: ET.Element) -> tuple[str, str]:
    """Return a test's name and outcome; what cannot be imported has its module's name."""
    outcome = next((each.tag for each in case if each.tag in {"failure", "error", "skipped"}), "passed")
    file, inside, name = case.get("file", ""), case.get("classname", ""), case.get("name", "")
    classes = inside.removeprefix(file.removesuffix(".py").replace("/", ".")).strip(".")
    return "::".join(filter(None, (file, *classes.split("."), name))), outcome


def _git(*arguments: str) -> str:
    ended = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True, timeout=600)
    return ended.stdout.strip()


def suite_in(folder: Path) -> Suite:
    """Clone Strawberry's tests, and install what they need beside the release that is installed here."""
    given = os.environ.get("STRAWBERRY_REPOSITORY") or REPOSITORY
    # A clone of a path would copy all of the history.
    repository = Path(given).resolve().as_uri() if Path(given).is_dir() else given
    release = version("strawberry-graphql")
    has_release = _git("ls-remote", "--tags", repository, f"refs/tags/{release}")
    chosen = ["--branch", release] if has_release else []
    suite = folder / "suite"
    _git("clone", "--quiet", "--depth", "1", *chosen, repository, str(suite))
    rmtree(suite / "strawberry")  # the tests would import it
    (folder / "library").mkdir()
    (folder / "library" / "jit").symlink_to(ROOT / "jit")
    groups = tomllib.loads((suite / "pyproject.toml").read_text())["dependency-groups"]
    wanted = [each for group in ("dev", "integrations") for each in groups[group] if not TOOLS.match(each)]
    pinned = [f"{name}=={version(name)}" for name in ("strawberry-graphql", "graphql-core")]
    venv.create(folder / "environment", with_pip=True)
    python = folder / "environment" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted, *pinned], check=True, timeout=1800)
    return Suite(_git("-C", str(suite), "rev-parse", "HEAD"), suite, python)


@pytest.mark.slow("all of Strawberry's tests, twice")
def test_strawberrys_own_tests_are_passed_compiled_as_plain(processes: None, tmp_path: Path) -> None:
    """Where an outcome differs, and differs again alone, docs/jit.md names the test and the reason."""
    suite = suite_in(tmp_path)
    report = tmp_path / "compiled.txt"
    compiling = ("-p", "compiled_strawberry")
    plain = suite.outcomes()
    compiled = suite.outcomes(*compiling, COMPILED_STRAWBERRY_REPORT=str(report))
    counted = report.read_text()
    differing = sorted(name for name in plain | compiled if plain.get(name) != compiled.get(name))
    if differing:
        again = suite.outcomes(only=differing)
        other = suite.outcomes(*compiling, only=differing, COMPILED_STRAWBERRY_REPORT=str(report))
        differing = [name for name in differing if again.get(name) != other.get(name)]
    passed = sum(outcome == "passed" for outcome in plain.values())
    sys.stdout.write(f"{suite.commit}: {len(plain)} tests, of which plain Strawberry passes {passed}\n")
    sys.stdout.write(counted + "".join(f"differs: {name}\n" for name in differing))
    manual = (ROOT / "docs" / "jit.md").read_text(encoding="utf-8")
    unexplained = [name for name in differing if name.rpartition("::")[2].partition("[")[0] not in manual]
    assert unexplained == []
    assert passed > 4000
    assert int(counted.split()[0]) > 500
