"""A pytest plugin that fails a test which starts a program and does not ask for the fixture `processes`.

The fixture makes it a test of the tier `process`. Short tools that answer within a moment need no fixture.
"""

import os
import sys
from collections.abc import Generator
from pathlib import PurePath
from typing import Any, Final

import pytest

STARTS: Final = frozenset({"subprocess.Popen", "os.posix_spawn"})
"""The audit events of a start; what has a program forked elsewhere raises the first of them itself."""
TOOLS: Final = frozenset({"git", "make", "node", "bash"})
"""Programs that any test may use: they compose a supergraph, or list files."""
SAID_BY: Final = ("process", "service", "browser")


class StartedPrograms:
    """The plugin. It sees each start by an audit hook, which lasts as long as the interpreter."""

    def __init__(self) -> None:
        self._item: pytest.Item | None = None
        sys.addaudithook(self._audit)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Know the test that runs, whose fixtures may start programs too."""
        said = any(item.get_closest_marker(marker) for marker in SAID_BY)
        self._item = None if said else item
        try:
            return (yield)
        finally:
            self._item = None

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in STARTS or self._item is None:
            return
        program = PurePath(os.fsdecode(arguments[0])).name
        if program not in TOOLS:
            pytest.fail(
                f"starts {program}: ask for the fixture `processes` here, or in the fixture that starts it",
                pytrace=False,
            )
