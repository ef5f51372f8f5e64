"""Run tests: `python deploy/run_tests.py [pytest's arguments]`; the folder `runner` has the parts.

The lines below pytest's summary say which tests were left out because a service is missing
(`service_markers.py`), or because `--fast` was asked for. Failed tests have a second chance. The exit code is
pytest's.
"""

import os
import sys
from pathlib import Path

import pytest

from deploy.runner.second_chance import SecondChance
from deploy.runner.slow_tests import SlowTests


def main() -> int:
    """Run pytest from the project's root, whatever the working directory."""
    os.chdir(Path(__file__).resolve().parent.parent)
    return int(pytest.main(sys.argv[1:], plugins=[SecondChance(), SlowTests()]))


if __name__ == "__main__":
    sys.exit(main())
