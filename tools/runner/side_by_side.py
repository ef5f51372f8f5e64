"""A pytest plugin that lets `--dist loadfile` run few files at once which start the whole product."""

from typing import Any

import pytest


class SideBySide:
    """The plugin, for the process that reports."""

    @pytest.hookimpl
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Return the scheduler for `--dist loadfile`; None for others."""
        from tools.runner.file_scheduler import FewAtOnce  # noqa: PLC0415 - pytest imports its plugins first

        return FewAtOnce(config, log) if config.getoption("dist") == "loadfile" else None
