"""Lets these tests use the databases and samples of the subgraphs' tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "subgraphs" / "support"))

from stand_fixtures import *  # noqa: F403 - fixtures, which are listed there
