"""Run all tests that this machine has the services for: `python deploy/run_tests.py [pytest's arguments]`.

What is left out for want of a service stands in plain words below pytest's summary (`service_markers.py`).
The exit code is pytest's.
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
