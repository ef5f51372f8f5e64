"""Strawberry's own tests, plain and compiled: every difference has a line in docs/jit.md.

`FURLONG_STRAWBERRY_CHECKOUT` names a checkout of Strawberry's repository; without it, the release that is
installed here is cloned from GitHub. Only the tests are taken from it: they run on the installed release.
"""

import os
import re
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import version
from pathlib import Path
from shutil import copy, copytree
from typing import Final
from xml.etree import ElementTree as ET

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
REPOSITORY: Final = "https://github.com/strawberry-graphql/strawberry"
NOT_EXECUTION: Final = ("typecheckers", "benchmarks", "codemods", "cli")
"""Folders of tests that execute nothing."""

TOOLS: Final = re.compile(
    r"types-|ruff|nox|mypy|pyright|codeflash|pre-commit|pyinstrument|pytest-cov|pytest-codspeed"
)
"""What Strawberry's developers use, and its tests do not."""

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("FURLONG_NIGHTLY", "") in {"", "0"}, reason="takes a quarter of an hour: make nightly"
    ),
    pytest.mark.timeout(3600),
]


def checkout(folder: Path) -> Path:
    """Return a checkout of Strawberry's repository."""
    given = os.environ.get("FURLONG_STRAWBERRY_CHECKOUT")
    if given:
        return Path(given)
    release = version("strawberry-graphql")
    command = ["git", "clone", "--quiet", "--depth", "1", "--branch", release, REPOSITORY, str(folder)]
    subprocess.run(command, check=True, timeout=600)
    return folder


def environment(folder: Path, groups: dict[str, list[str]]) -> Path:
    """Make a virtual environment for Strawberry's tests, and return its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    wanted = [each for group in ("dev", "integrations") for each in groups[group] if not TOOLS.match(each)]
    pinned = [f"{name}=={version(name)}" for name in ("strawberry-graphql", "graphql-core")]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted, *pinned], check=True, timeout=1800)
    return python


def outcomes(python: Path, suite: Path, *options: str, **variables: str) -> dict[str, str]:
    """Run the tests, and return the outcome of each."""
    report = suite / "report.xml"
    ignored = [f"--ignore=tests/{folder}" for folder in NOT_EXECUTION]
    usual = ["-q", "-o", "addopts=", "-p", "no:cacheprovider", "-W", "ignore"]
    command = [str(python), "-m", "pytest", "tests", *ignored, *usual, f"--junitxml={report}", *options]
    subprocess.run(command, cwd=suite, env=os.environ | variables, check=False, timeout=1800)
    found = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - pytest has written it
        outcome = next((each.tag for each in case if each.tag in {"failure", "error", "skipped"}), "passed")
        found[f"{case.get('classname')}.{case.get('name')}"] = outcome
    return found


def test_strawberrys_own_tests_are_passed_compiled_as_plain(tmp_path: Path) -> None:
    """Where an outcome differs, docs/jit.md names the test and the reason."""
    repository = checkout(tmp_path / "strawberry")
    suite = tmp_path / "suite"
    copytree(repository / "tests", suite / "tests")
    copy(repository / "pyproject.toml", suite)
    groups = tomllib.loads((suite / "pyproject.toml").read_text())["dependency-groups"]
    python = environment(tmp_path / "environment", groups)
    library = tmp_path / "library"
    library.mkdir()
    (library / "jit").symlink_to(ROOT / "jit")
    report = tmp_path / "compiled.txt"
    plain = outcomes(python, suite)
    compiled = outcomes(
        python,
        suite,
        "-p",
        "compiled_strawberry",
        PYTHONPATH=f"{library}{os.pathsep}{ROOT / 'tests' / 'nightly'}",
        COMPILED_STRAWBERRY_REPORT=str(report),
    )
    commit = subprocess.run(
        ["git", "-C", str(repository), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    differing = sorted(name for name in plain | compiled if plain.get(name) != compiled.get(name))
    sys.stdout.write(f"{len(plain)} tests of {commit.stdout.strip() or repository}\n{report.read_text()}")
    sys.stdout.write("".join(f"differs: {name}\n" for name in differing))
    manual = (ROOT / "docs" / "jit.md").read_text(encoding="utf-8")
    unexplained = [name for name in differing if name.rpartition(".")[2].partition("[")[0] not in manual]
    assert unexplained == []
    assert len(plain) > 2000
    assert int(report.read_text().split()[0]) > 500
