"""A pytest plugin that divides the tests between day and night.

A test that runs on SQLite and on MariaDB runs on both by day if it is the first of its file, or if it is
named; the others on SQLite. The night runs what the day leaves out, or does with fewer examples or faults.
"""

import re
from collections.abc import Collection, Generator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

NOT_RUN: Final = "furlong_left_to_the_night"
"""The key under which a worker process reports its count."""

ENGINE: Final = "mariadb"
USUAL_ENGINE: Final = "sqlite"
FAULTS: Final = "tests/torture/"
LONGER_AT_NIGHT: Final = re.compile(r"^from tests\.support\.(long_form|examples) import", re.MULTILINE)


class Night:
    """The plugin.

    Args:
        night: Whether this is the night's run.
        both_by_day: What runs on both engines by day: folders, files and tests, by paths below `tests/`.
    """

    def __init__(self, *, night: bool, both_by_day: Collection[str]) -> None:
        self._night = night
        self._both_by_day = tuple(f"tests/{path}" for path in both_by_day)
        self._not_run = 0

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None]:
        """Find the variants before -k and -m select some tests, and leave out after that."""
        variants = self._left_to_the_night(items)
        yield
        if ENGINE in config.getoption("keyword", ""):
            return
        kept = [item for item in items if self._runs(item, left_to_the_night=item.nodeid in variants)]
        if len(kept) < len(items):
            config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
            self._not_run += 0 if self._night else len(items) - len(kept)
            items[:] = kept

    def _runs(self, item: pytest.Item, *, left_to_the_night: bool) -> bool:
        if not self._night:
            return not left_to_the_night
        return (
            left_to_the_night or _is_property(item) or item.nodeid.startswith(FAULTS) or _is_longer(item.path)
        )

    def _left_to_the_night(self, items: list[pytest.Item]) -> set[str]:
        """Return the variants on MariaDB that need not run by day."""
        known, files, found = {item.nodeid for item in items}, set[Path](), set[str]()
        for item in items:
            if not (usual_variants(item.nodeid) & known):
                continue
            is_first = item.path not in files
            files.add(item.path)
            if not is_first and not is_named(item.nodeid, self._both_by_day):
                found.add(item.nodeid)
        return found

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """Print, after pytest's summary, how many variants were not run."""
        if (told := getattr(session.config, "workeroutput", None)) is not None:
            told[NOT_RUN] = self._not_run
        yield
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and self._not_run:
            reporter.write_line(
                f"Run on SQLite alone: {self._not_run} tests; `make torture` runs them on MariaDB."
            )

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Use the count of a worker process; each worker counts all tests."""
        self._not_run = max(self._not_run, getattr(node, "workeroutput", {}).get(NOT_RUN, 0))


def usual_variants(nodeid: str) -> set[str]:
    """Return the names under which a variant on MariaDB would run on SQLite; none if it is none."""
    name, _, rest = nodeid.partition("[")
    parts = rest.removesuffix("]").split("-")
    return {
        f"{name}[{'-'.join([*parts[:place], USUAL_ENGINE, *parts[place + 1 :]])}]"
        for place, part in enumerate(parts)
        if part == ENGINE
    }


def is_named(nodeid: str, paths: tuple[str, ...]) -> bool:
    """Return whether a test is one of these, or in one of these files or folders."""
    test = nodeid.partition("[")[0]
    return any(test == path or test.startswith((f"{path}::", f"{path}/")) for path in paths)


def _is_property(item: pytest.Item) -> bool:
    return bool(getattr(getattr(item, "obj", None), "is_hypothesis_test", False))


@cache
def _is_longer(path: Path) -> bool:
    """Return whether a file has a long form, or asks for a number of examples."""
    return bool(LONGER_AT_NIGHT.search(path.read_text()))
