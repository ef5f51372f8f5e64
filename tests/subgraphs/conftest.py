"""Databases and subgraphs for the tests of the subgraphs; modules in support/ can be imported from tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))

from stand_fixtures import *  # noqa: F403 - fixtures, which are listed there
