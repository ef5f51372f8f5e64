"""Run tests: `python tools/run_tests.py [pytest's arguments]`; the folder `runner` has the parts.

The lines below pytest's summary say which tests were left out because a service is missing
(`service_markers.py`), or because `--fast` was asked for. Failed tests have a second chance. If `--coverage`
is the first argument, a table says which statements were run. The exit code is pytest's.
"""

import os
import sys
from pathlib import Path

import pytest

from tools.runner.forked_workers import ForkedWorkers
from tools.runner.scratch_folder import scratch_folder
from tools.runner.second_chance import SecondChance
from tools.runner.side_by_side import SideBySide
from tools.runner.slow_tests import SlowTests


def main() -> int:
    """Run pytest from the project's root, whatever the working directory."""
    root = Path(__file__).resolve().parent.parent
    os.chdir(root)
    with scratch_folder():
        return _run(root, sys.argv[1:])


def _run(root: Path, arguments: list[str]) -> int:
    plugins = [SecondChance(), SideBySide(), SlowTests(), ForkedWorkers()]
    if arguments[:1] == ["--coverage"]:
        from tools.runner.coverage.measurement import Measurement  # noqa: PLC0415 - only where it is asked for

        measurement = Measurement(root, root / ".furlong" / "coverage")
        measurement.begin()
        return int(pytest.main(arguments[1:], plugins=[*plugins, measurement]))
    return int(pytest.main(arguments, plugins=plugins))


if __name__ == "__main__":
    sys.exit(main())
