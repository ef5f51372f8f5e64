"""Run all tests whose services this machine has: `python deploy/run_tests.py [pytest's arguments]`.

The lines below pytest's summary say which tests were left out because a service is missing
(`service_markers.py`). The exit code is pytest's.
"""

import os
import sys
from pathlib import Path

import pytest


def main() -> int:
    """Run pytest from the project's root, whatever the working directory."""
    os.chdir(Path(__file__).resolve().parent.parent)
    return int(pytest.main(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
